import Core
import Foundation
import Synchronization

/// An engine's process and the bytes between it and us. For one thread but for `end` and `lastWords`.
final class EngineProcess: Sendable {
  /// Why a message did not get there or did not come.
  enum Fault: Error {
    /// The process has ended, or closed its output.
    case ended
    case tooLate
    /// What came is no message, or a larger one than can be an answer.
    case garbage(reason: String)
  }

  private let process: Process
  /// A socket, so that writing to a process that has ended raises no signal.
  private let input: Int32
  private let output: Int32
  private let errors = ErrorLines()

  /// Starts a program. Throws `CoreError.unreadableFile` when it cannot be started.
  init(_ arguments: [String]) throws {
    var sockets: [Int32] = [-1, -1], outputs: [Int32] = [-1, -1], errorPipe: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &sockets) == 0,
      pipe(&outputs) == 0, pipe(&errorPipe) == 0
    else {
      for descriptor in sockets + outputs + errorPipe where descriptor >= 0 { close(descriptor) }
      throw CoreError.unreadableFile(path: arguments[0], reason: String(cString: strerror(errno)))
    }
    (input, output) = (sockets[0], outputs[0])
    // No other process that is started meanwhile may hold this one's pipes open.
    for descriptor in outputs + errorPipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    process = Process()
    process.executableURL = URL(fileURLWithPath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    process.standardInput = FileHandle(fileDescriptor: sockets[1], closeOnDealloc: false)
    process.standardOutput = FileHandle(fileDescriptor: outputs[1], closeOnDealloc: false)
    process.standardError = FileHandle(fileDescriptor: errorPipe[1], closeOnDealloc: false)
    defer { for descriptor in [sockets[1], outputs[1], errorPipe[1]] { close(descriptor) } }
    do { try process.run() } catch {
      for descriptor in [input, output, errorPipe[0]] { close(descriptor) }
      throw CoreError.unreadableFile(path: arguments[0], reason: error.reason)
    }
    for descriptor in [input, output] { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }
    errors.follow(errorPipe[0])
    Self.running.withLock { $0[ObjectIdentifier(self)] = process }
    Self.atExit
  }

  deinit {
    Self.running.withLock { $0[ObjectIdentifier(self)] = nil }
    end()
    close(input)
    close(output)
  }

  /// The last line that is not empty of what it said on its standard error, clean; nil where it said nothing.
  var lastWords: String? {
    // What it said at its very end may be on its way.
    usleep(50_000)
    return errors.last
  }

  /// Ends the process, at once if it does not end by itself.
  func end() {
    guard process.isRunning else { return }
    shutdown(input, Int32(SHUT_WR))
    process.terminate()
    for _ in 0..<50 where process.isRunning { usleep(20_000) }
    if process.isRunning { kill(-process.processIdentifier, SIGKILL) }
  }

  private static let running = Mutex<[ObjectIdentifier: Process]>([:])
  private static let atExit: Void = { atexit { EngineProcess.endAll() } }()

  /// Ends all of them at once, with what they started: one that hangs would outlive this program. They lead groups of their own.
  static func endAll() {
    for process in running.withLock({ Array($0.values) }) where process.isRunning { kill(-process.processIdentifier, SIGKILL) }
  }

  /// Sends a message: its length, then its bytes. Throws `Fault`.
  func send(_ message: [UInt8], before deadline: ContinuousClock.Instant) throws {
    let length = withUnsafeBytes(of: UInt64(message.count).littleEndian, Array.init)
    for bytes in [length, message] {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          Foundation.send(input, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        if count > 0 { sent += count } else { try wait(input, Int16(POLLOUT), deadline) {} }
      }
    }
  }

  /// Waits for a message of at most `limit` bytes. `asked` is called about fifty times a second. Throws `Fault`, and what `asked` throws.
  func receive(limit: Int, before deadline: ContinuousClock.Instant, asked: () throws -> Void) throws -> [UInt8] {
    let length = try read(8, deadline, asked).withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(limit) else { throw Fault.garbage(reason: "a message of \(length) bytes, where at most \(limit) are expected") }
    return try read(Int(length), deadline, asked)
  }

  private func read(_ count: Int, _ deadline: ContinuousClock.Instant, _ asked: () throws -> Void) throws -> [UInt8] {
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: min(count, 1 << 20))
    bytes.reserveCapacity(count)
    while bytes.count < count {
      let got = Foundation.read(output, &piece, min(piece.count, count - bytes.count))
      if got > 0 {
        bytes += piece.prefix(got)
      } else if got == 0 {
        throw Fault.ended
      } else {
        try wait(output, Int16(POLLIN), deadline, asked)
      }
    }
    return bytes
  }

  private func wait(_ descriptor: Int32, _ events: Int16, _ deadline: ContinuousClock.Instant, _ asked: () throws -> Void) throws {
    guard errno == EAGAIN || errno == EINTR else { throw Fault.ended }
    let now = ContinuousClock.now
    guard now < deadline else { throw Fault.tooLate }
    var poll = pollfd(fd: descriptor, events: events, revents: 0)
    _ = Foundation.poll(&poll, 1, 20)
    try asked()
  }
}

/// What a process writes on its standard error: into the log, a line at a time, and the last line is kept.
private final class ErrorLines: Sendable {
  /// Bytes of a line that are kept.
  private static let most = 2048
  private let state = Mutex((line: [UInt8](), last: String?.none))

  /// The last line that is not empty, clean.
  var last: String? { state.withLock { Self.text($0.line) ?? $0.last } }

  /// Reads a descriptor to its end, on a thread of its own, and closes it.
  func follow(_ descriptor: Int32) {
    WorkThread.start("engine-errors") { [self] in
      var piece = [UInt8](repeating: 0, count: 1024)
      while true {
        let count = read(descriptor, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        for byte in piece.prefix(count) { take(byte) }
      }
      take(0x0A)
      close(descriptor)
    }
  }

  private func take(_ byte: UInt8) {
    let whole = state.withLock { state -> String? in
      guard byte == 0x0A || byte == 0x0D else {
        if state.line.count < Self.most { state.line.append(byte) }
        return nil
      }
      defer { state.line = [] }
      guard let text = Self.text(state.line) else { return nil }
      state.last = text
      return text
    }
    if let whole { Log.generating.info("engine: \(whole)") }
  }

  private static func text(_ line: [UInt8]) -> String? {
    let text = PlainText.clean(String(decoding: line, as: UTF8.self))
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }
}
