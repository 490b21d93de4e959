import Foundation

/// The memory that is left on this machine.
public enum MachineMemory {
  /// Bytes that can be had without swapping, within the limits of this process and its control group; nil when the system does not tell.
  public static var available: Int? {
    let limits = [ofMachineAndGroup, ofAddressSpace].compactMap { $0 }
    return limits.min()
  }

  /// Bytes of a core's first-level cache of data, 32 KiB to 1 MiB; 32 KiB when the system does not tell.
  static let firstCache = {
    #if os(Linux) && arch(x86_64)
      return min(max(sysconf(Int32(_SC_LEVEL1_DCACHE_SIZE)), 1 << 15), 1 << 20)
    #else
      return 1 << 15
    #endif
  }()

  /// Bytes of a core's second-level cache; 1 MiB when the system does not tell.
  static let secondCache: Int = {
    #if os(Linux) && arch(x86_64)
      let told = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
    #else
      let told = 0
    #endif
    return told > 0 ? told : 1 << 20
  }()

  /// What `ulimit -v` leaves.
  private static var ofAddressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt(Int.max),
      let used = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8), let pages = Int(used.prefix { $0.isNumber })
    else { return nil }
    return max(0, Int(limit.rlim_cur) - pages * Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  private static var ofMachineAndGroup: Int? {
    guard let machine = field("MemAvailable", of: "/proc/meminfo").map({ $0 * 1024 }) else { return nil }
    guard let group = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8),
      let path = group.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })?.dropFirst(4)
    else { return machine }
    let folder = "/sys/fs/cgroup/\(path)/"
    guard let limit = number("memory.max", folder), let used = number("memory.current", folder) else { return machine }
    // Pages of files that nobody uses are counted as used but can be taken.
    return min(machine, max(0, limit - used + (field("inactive_file", of: folder + "memory.stat") ?? 0)))
  }

  private static func number(_ name: String, _ folder: String) -> Int? {
    (try? String(contentsOfFile: folder + name, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// The number behind a name at the beginning of a line.
  private static func field(_ name: String, of path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return nil }
    return Int(line.dropFirst(name.count).drop { !$0.isNumber }.prefix { $0.isNumber })
  }
}
