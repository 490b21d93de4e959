import Foundation
import TestSupport

/// An interactive shell on a pseudo-terminal of its own: what is typed and signalled goes in, the bare bytes come out.
///
/// Where `TerminalSession` looks at a screen, this one looks at the line: its modes, its size, and every byte that a program sends.
final class PseudoTerminal {
  enum Failure: Error, CustomStringConvertible {
    case noTerminal(String)
    case timeout(waitingFor: String, output: String)

    var description: String {
      switch self {
      case .noTerminal(let reason): "no pseudo-terminal: \(reason)"
      case .timeout(let text, let output): "waited for \(text), the last output is:\n\(output.debugDescription)"
      }
    }
  }

  /// Everything that came, from the beginning.
  private(set) var output = ""
  /// The same as bytes.
  private(set) var bytes: [UInt8] = []
  private var descriptor: Int32
  private var shell: pid_t = 0

  /// Starts `sh -i` in `folder` with exactly these variables.
  init(columns: Int, rows: Int, cell: (width: Int, height: Int) = (0, 0), environment: [String: String], folder: URL) throws {
    descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.noTerminal(String(cString: strerror(errno))) }
    // What `unlockpt` and `ptsname` do: TIOCSPTLCK and TIOCGPTN, which Swift does not import.
    var lock: Int32 = 0, number: UInt32 = 0
    guard ioctl(descriptor, 0x4004_5431, &lock) == 0, ioctl(descriptor, 0x8004_5430, &number) == 0 else {
      throw Failure.noTerminal(String(cString: strerror(errno)))
    }
    resize(columns: columns, rows: rows, cell: cell)
    let line = "/dev/pts/\(number)"
    var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t(), none = sigset_t(), usual = sigset_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in [Int32(0), 1, 2] { posix_spawn_file_actions_addopen(&actions, stream, line, O_RDWR, 0) }
    // The test's thread may block or ignore signals.
    sigemptyset(&none)
    sigfillset(&usual)
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let script = "cd '\(folder.path)' && exec sh -i"
    let arguments = ["setsid", "--ctty", "sh", "-c", script]
    let words = arguments.map { strdup($0) } + [nil]
    let variables = environment.merging(["PS1": "shell> "]) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    let failure = posix_spawnp(&shell, "setsid", &actions, &attributes, words, variables)
    guard failure == 0 else { throw Failure.noTerminal(String(cString: strerror(failure))) }
    try wait(for: "the prompt") { $0.contains("shell> ") }
    // A crash leaves no core file behind.
    try command("ulimit -c 0")
  }

  deinit {
    hangUp()
    kill(shell, SIGKILL)
    while waitpid(shell, nil, 0) < 0 && errno == EINTR {}
  }

  /// Another size, as a window that is dragged announces it; `cell` is in pixels, of which 0 is for a terminal that does not tell them.
  func resize(columns: Int, rows: Int, cell: (width: Int, height: Int) = (0, 0)) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: UInt16(clamping: columns * cell.width),
      ws_ypixel: UInt16(clamping: rows * cell.height))
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }

  /// Types as it is, without an Enter.
  func type(_ text: String) {
    var left = ArraySlice(text.utf8)
    while !left.isEmpty {
      // A program that reads nothing fills the line.
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&ready, 1, 60_000) > 0 else { return }
      let count = left.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { left = left.dropFirst(count) } else if errno != EINTR { return }
    }
  }

  /// Runs a shell line to its end and returns what came in the meantime.
  @discardableResult
  func command(_ line: String) throws -> String {
    let mark = "end\(UUID().uuidString.prefix(8))"
    // The echo of the line shows the mark in two halves.
    let start = output.endIndex
    type("\(line); echo '\(mark.prefix(5))''\(mark.dropFirst(5))'\n")
    try wait(for: line, from: start) { $0.contains("\(mark)\r\n") }
    return String(output[start...])
  }

  /// The line's modes, as the shell's programs see them; without the size.
  func modes() throws -> String {
    let text = try command("stty -a")
    guard let start = text.range(of: "intr ="), let end = text.range(of: "\r\nend") else { return text }
    // Its lines are as long as the terminal is wide.
    return text[start.lowerBound..<end.lowerBound].split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Where the output ends now.
  var mark: String.Index { output.endIndex }

  /// Reads what is there without waiting.
  func drain() { while read(milliseconds: 0) {} }

  /// Waits until what came since `start` satisfies `condition`, and returns it.
  @discardableResult
  func wait(
    for what: String, from start: String.Index? = nil, seconds: Double = patience, until condition: (String) -> Bool
  ) throws -> String {
    let deadline = Date().addingTimeInterval(seconds)
    let skipped = start.map { output.utf8.distance(from: output.startIndex, to: $0) } ?? 0
    while true {
      let text = String(output.utf8.dropFirst(skipped)) ?? output
      if condition(text) { return text }
      guard Date() < deadline else { throw Failure.timeout(waitingFor: what, output: String(text.suffix(2000))) }
      _ = read(milliseconds: 200)
    }
  }

  /// Takes the terminal away, as a lost connection does.
  func hangUp() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  private func read(milliseconds: Int32) -> Bool {
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, milliseconds) > 0, ready.revents & Int16(POLLIN) != 0 else { return false }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return false }
    bytes += chunk.prefix(count)
    // A character may come in two chunks.
    output = String(decoding: bytes, as: UTF8.self)
    return true
  }
}
