import Foundation
import TestSupport

extension Program {
  /// Starts the program and returns at once; what it prints is dropped.
  func start(_ arguments: [String]) throws -> RunningProgram {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return try RunningProgram(process)
  }
}

/// The program under way.
final class RunningProgram {
  private let process: Process
  private let ended = DispatchSemaphore(value: 0)

  fileprivate init(_ process: Process) throws {
    self.process = process
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
  }

  /// Waits for its end, but not longer than so many seconds; whether it has ended.
  func ends(within seconds: Double) -> Bool {
    guard ended.wait(timeout: .now() + seconds) == .success else { return false }
    ended.signal()
    return true
  }

  /// Sends a signal and waits for the end; false when it had ended by itself, or does not end.
  func kill(_ signal: Int32) -> Bool {
    if ends(within: 0) { return false }
    Foundation.kill(process.processIdentifier, signal)
    if ends(within: patience) { return true }
    Foundation.kill(process.processIdentifier, SIGKILL)
    return false
  }

  /// The exit status after its end.
  var status: Int32 { process.terminationStatus }
}
