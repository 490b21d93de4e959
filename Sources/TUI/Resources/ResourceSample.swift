import Core
import Foundation
import Models

/// What the process takes at a moment.
public struct ResourceSample: Hashable, Sendable {
  /// Seconds of processors that it has taken since its start, and seconds of a clock that only goes forward.
  public let processors: Double
  public let uptime: Double
  /// Bytes that it holds, and those of the machine.
  public let memory: Int
  public let machineMemory: Int
  /// Processors that its kernels use.
  public let threads: Int
  /// The set of kernels in use.
  public let kernels: String
  /// Seconds since local midnight.
  public let clock: Double

  public init(processors: Double, uptime: Double, memory: Int, machineMemory: Int, threads: Int, kernels: String, clock: Double) {
    (self.processors, self.uptime, self.memory, self.machineMemory) = (processors, uptime, memory, machineMemory)
    (self.threads, self.kernels, self.clock) = (threads, kernels, clock)
  }

  /// Of this process, now. What the system does not tell is 0.
  static func take() -> ResourceSample {
    func seconds(_ clock: clockid_t) -> Double {
      var time = timespec()
      guard clock_gettime(clock, &time) == 0 else { return 0 }
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")[safe: 1].flatMap { Int($0) } ?? 0
    var now = time(nil), local = tm()
    localtime_r(&now, &local)
    return ResourceSample(
      processors: seconds(CLOCK_PROCESS_CPUTIME_ID), uptime: seconds(CLOCK_MONOTONIC), memory: pages * Int(sysconf(Int32(_SC_PAGESIZE))),
      machineMemory: Int(clamping: ProcessInfo.processInfo.physicalMemory), threads: Compute.threads, kernels: KernelSet.current.name,
      clock: Double(local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec))
  }
}
