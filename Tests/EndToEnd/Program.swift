import Foundation
import TestSupport

/// The built `diffss`, run as a user would: own process, own state folders.
struct Program {
  /// Where the release build is.
  static let path = Golden.projectRoot.appendingPathComponent(".build/release/diffss").path

  struct Output {
    let status: Int32
    let standardOutput: String
    let standardError: String
  }

  /// A folder of this test alone; state and configuration go below it.
  let home: URL

  init() throws {
    home = FileManager.default.temporaryDirectory.appendingPathComponent("diffss-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
  }

  /// The environment every run gets: nothing of the user's own state is read or written.
  var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["XDG_DATA_HOME"] = home.appendingPathComponent("data").path
    environment["XDG_CONFIG_HOME"] = home.appendingPathComponent("config").path
    environment["HF_HOME"] = home.appendingPathComponent("hf").path
    environment["DIFFSS_MODELS"] = nil
    return environment
  }

  /// Runs to the end and returns what was printed. `input` is what standard input holds.
  func run(_ arguments: [String], environment extra: [String: String] = [:], input: String? = nil) throws -> Output {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    process.environment = environment.merging(extra) { $1 }
    // Foundation keeps an ended process with its handles, and crashes where 1365 descriptors are open.
    var handles: [FileHandle] = []
    defer { for handle in handles { try? handle.close() } }
    func opened(_ handle: FileHandle) -> FileHandle {
      handles.append(handle)
      return handle
    }
    process.standardInput = FileHandle.nullDevice
    if let input {
      let file = home.appendingPathComponent("in-\(UUID().uuidString)")
      try Data(input.utf8).write(to: file)
      process.standardInput = opened(try FileHandle(forReadingFrom: file))
    }
    let out = home.appendingPathComponent("out-\(UUID().uuidString)")
    let err = home.appendingPathComponent("err-\(UUID().uuidString)")
    for file in [out, err] { try Data().write(to: file) }
    process.standardOutput = opened(try FileHandle(forWritingTo: out))
    process.standardError = opened(try FileHandle(forWritingTo: err))
    try process.runToEnd()
    return Output(
      status: process.terminationStatus,
      standardOutput: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      standardError: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }

  func remove() { try? FileManager.default.removeItem(at: home) }
}
