import Foundation
import TestSupport

/// One program in a real terminal of a given size: a tmux server of its own, keys in, lines out.
final class TerminalSession {
  private let socket: String
  private let environment: [String: String]

  enum Failure: Error, CustomStringConvertible {
    case timeout(waitingFor: String, screen: String)
    case tmux(String)

    var description: String {
      switch self {
      case .timeout(let text, let screen): "waited for \(text), the screen shows:\n\(screen)"
      case .tmux(let text): "tmux: \(text)"
      }
    }
  }

  /// Starts `command` (a shell line) in a terminal of `columns` x `rows`.
  init(_ command: String, columns: Int, rows: Int, environment: [String: String], term: String = "tmux-256color") throws {
    socket = "diffss-\(UUID().uuidString)"
    self.environment = environment
    let variables = ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "HF_HOME", "DIFFSS_MODELS"].compactMap { name in
      environment[name].map { "\(name)='\($0)'" }
    }
    let line = "env \(variables.joined(separator: " ")) LC_ALL=C.UTF-8 COLORTERM=truecolor TERM=\(term) \(command)"
    // The shell stays, so that what the program leaves behind on its terminal can be looked at.
    try tmux("-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "PS1='shell> ' sh -i")
    try tmux("set-option", "-g", "status", "off")
    try tmux("set-option", "-g", "set-clipboard", "on")
    try send(keys: line, "Enter")
  }

  deinit {
    _ = try? tmux("kill-server")
    // The server leaves its socket behind.
    unlink("\(ProcessInfo.processInfo.environment["TMUX_TMPDIR"] ?? "/tmp")/tmux-\(getuid())/\(socket)")
  }

  /// Sends keys by tmux's names.
  func send(keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Another size.
  func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// The screen's lines as text.
  func screen() throws -> String { try tmux("capture-pane", "-p") }

  /// What the program has put on the terminal's clipboard last.
  func clipboard() throws -> String { try tmux("show-buffer") }

  /// Sends a signal to the program in the terminal's foreground.
  func signal(_ signal: Int32) throws {
    let shell = try tmux("display-message", "-p", "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
    // After the name in parentheses: state, parent, group, session, terminal and the terminal's foreground group, a group's first process.
    let fields = try String(contentsOfFile: "/proc/\(shell)/stat", encoding: .utf8).split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 5, let process = pid_t(fields[5]), String(process) != shell, kill(process, signal) == 0 else {
      throw Failure.tmux("no program is in the foreground")
    }
  }

  /// Waits until the screen satisfies `condition` and returns it; polls, since a terminal does not announce.
  @discardableResult
  func wait(for what: String, seconds: Double = 60, until condition: (String) -> Bool) throws -> String {
    let deadline = Date().addingTimeInterval(seconds)
    var last = ""
    while Date() < deadline {
      last = try screen()
      if condition(last) { return last }
      usleep(30_000)
    }
    throw Failure.timeout(waitingFor: what, screen: last)
  }

  /// Waits until `text` is on the screen.
  @discardableResult
  func wait(for text: String, seconds: Double = 60) throws -> String {
    try wait(for: "\"\(text)\"", seconds: seconds) { $0.contains(text) }
  }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String { try tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    let out = try ScratchFile(), err = try ScratchFile()
    // Not Foundation's Process: it waits for a descriptor that the server, started by the first call, inherits and keeps.
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, out.path, O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, err.path, O_WRONLY, 0)
    // A server that inherits blocked signals from a test's thread never hears of its shell's end, and stays for ever.
    var attributes = posix_spawnattr_t(), none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let words = (["tmux", "-L", socket] + arguments).map { strdup($0) } + [nil]
    let variables = environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process = pid_t()
    guard posix_spawnp(&process, "tmux", &actions, &attributes, words, variables) == 0 else { throw Failure.tmux("cannot be started") }
    guard waitForChild(process) == 0 else { throw Failure.tmux(try err.text()) }
    return try out.text()
  }
}

/// A file for a process's output, gone with the value.
private final class ScratchFile {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("diffss-\(UUID().uuidString)").path

  init() throws { try Data().write(to: URL(fileURLWithPath: path)) }

  deinit { unlink(path) }

  func text() throws -> String { String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) }
}
