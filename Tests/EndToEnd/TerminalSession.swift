import Foundation

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
    try send(keys: line, "Enter")
  }

  deinit { try? tmux("kill-server") }

  /// Sends keys by tmux's names.
  func send(keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Another size.
  func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// The screen's lines as text.
  func screen() throws -> String { try tmux("capture-pane", "-p") }

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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tmux", "-L", socket] + arguments
    process.environment = environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let out = Pipe()
    let err = Pipe()
    process.standardOutput = out
    process.standardError = err
    try process.run()
    let text = out.fileHandleForReading.readDataToEndOfFile()
    let problem = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure.tmux(String(decoding: problem, as: UTF8.self)) }
    return String(decoding: text, as: UTF8.self)
  }
}
