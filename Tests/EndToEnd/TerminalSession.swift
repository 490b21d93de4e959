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
  func send(keys: String...) throws { try send(keys: keys) }

  func send(keys: [String]) throws { try tmux(["send-keys"] + keys) }

  /// Another size.
  func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// The screen's lines as text.
  func screen() throws -> String { try tmux("capture-pane", "-p") }

  /// What each cell of the screen looks like: its character and colours, of a block its two colours in any order, of a blank its paper.
  func looks() throws -> [String] {
    var looks: [String] = [], ink = "39", paper = "49", attributes: Set<String> = []
    for line in try tmux("capture-pane", "-p", "-e").split(separator: "\n", omittingEmptySubsequences: false) {
      var rest = line[...]
      while let scalar = rest.unicodeScalars.first {
        guard scalar == "\u{1B}", let end = rest.firstIndex(of: "m") else {
          let isBlock = (0x2580...0x259F).contains(scalar.value) || (0x1FB00...0x1FBAF).contains(scalar.value)
          let marks = attributes.sorted().joined(separator: ";")
          looks.append(
            isBlock
              ? [ink, paper].sorted().joined(separator: " ") : scalar == " " ? "on \(paper) \(marks)" : "\(scalar) \(ink) \(paper) \(marks)"
          )
          rest.unicodeScalars.removeFirst()
          continue
        }
        var codes = rest[rest.index(rest.startIndex, offsetBy: 2)..<end].split(separator: ";").map(String.init)[...]
        rest = rest[rest.index(after: end)...]
        while let code = codes.popFirst() {
          switch code {
          case "0": (ink, paper, attributes) = ("39", "49", [])
          case "38", "48":
            let count = codes.first == "2" ? 4 : 2, color = ([code] + codes.prefix(count)).dropFirst().joined(separator: ";")
            codes = codes.dropFirst(count)
            if code == "38" { ink = color } else { paper = color }
          case "30"..."37", "39", "90"..."97": ink = code
          case "40"..."47", "49", "100"..."107": paper = code
          default: attributes.insert(code)
          }
        }
      }
      looks.append("end of line")
    }
    return looks
  }

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
  func wait(for what: String, seconds: Double = patience, until condition: (String) throws -> Bool) throws -> String {
    let deadline = Date().addingTimeInterval(seconds)
    var last = ""
    while Date() < deadline {
      last = try screen()
      if try condition(last) { return last }
      usleep(30_000)
    }
    throw Failure.timeout(waitingFor: what, screen: last)
  }

  /// Waits until `text` is on the screen.
  @discardableResult
  func wait(for text: String, seconds: Double = patience) throws -> String {
    try wait(for: "\"\(text)\"", seconds: seconds) { $0.contains(text) }
  }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String { try tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    let variables = environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let output = try DetachingCommand(words: ["tmux", "-L", socket] + arguments, environment: variables).run()
    guard output.status == 0 else { throw Failure.tmux(output.standardError) }
    return output.standardOutput
  }
}
