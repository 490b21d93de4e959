import Foundation
import TestSupport

/// A command that may leave servers behind when it ends: tmux's first, those of a cluster.
///
/// Not Foundation's Process: it waits for a descriptor that such a server inherits and keeps.
struct DetachingCommand {
  struct Output {
    /// As `waitpid` gives it; nil when it did not end in time and was killed.
    let status: Int32?
    let standardOutput: String
    let standardError: String
  }

  enum Failure: Error, CustomStringConvertible {
    case notStarted(String)

    var description: String {
      switch self {
      case .notStarted(let name): "\(name) cannot be started"
      }
    }
  }

  /// Program, looked up in the path of this process, and arguments.
  let words: [String]
  let environment: [String: String]

  /// Runs to the end of the command itself, at most `seconds`.
  func run(within seconds: Double = patience) throws -> Output {
    let out = try ScratchFile(), err = try ScratchFile()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, out.path, O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, err.path, O_WRONLY, 0)
    // A server that inherits blocked signals from a test's thread never hears of its children's end, and stays for ever.
    var attributes = posix_spawnattr_t(), none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let arguments = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process = pid_t()
    guard let name = words.first, posix_spawnp(&process, name, &actions, &attributes, arguments, variables) == 0 else {
      throw Failure.notStarted(words.first ?? "nothing")
    }
    let status = waitForChild(process, within: seconds)
    return Output(status: status, standardOutput: try out.text(), standardError: try err.text())
  }
}

/// A file for a process's output, gone with the value.
private final class ScratchFile {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("diffss-\(UUID().uuidString)").path

  init() throws { try Data().write(to: URL(fileURLWithPath: path)) }

  deinit { unlink(path) }

  func text() throws -> String { String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) }
}
