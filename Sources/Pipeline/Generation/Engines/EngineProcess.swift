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

  /// The end of what it said on its standard error, clean; nil where it said nothing. For a process that has ended, or is about to.
  var lastWords: String? { errors.last }

  /// How one that sends nothing more came to that, in words. Waits three seconds at most for it to end, as a Python with PyTorch needs some.
  var fate: (text: String, wasKilled: Bool) {
    var end = self.exit
    for _ in 0..<150 where end == nil {
      usleep(20_000)
      end = self.exit
    }
    guard let end else { return ("it has closed its output", false) }
    // A shell between says so of the signal that ended what it ran.
    let signal = end.isSignal ? end.status : end.status - 128
    guard signal > 0 else { return ("it has ended with exit status \(end.status)", false) }
    return ("it was ended by signal \(signal)" + (signal == SIGKILL ? ", as happens where memory runs out" : ""), true)
  }

  /// How it ended; nil while it has not. `Process` notices later on a busy machine than the system knows.
  private var exit: (status: Int32, isSignal: Bool)? {
    guard process.isRunning else { return (process.terminationStatus, process.terminationReason == .uncaughtSignal) }
    var facts = siginfo_t()
    guard waitid(P_PID, id_t(process.processIdentifier), &facts, WEXITED | WNOHANG | WNOWAIT) == 0, facts.si_signo == SIGCHLD
    else { return nil }
    return (facts._sifields._sigchld.si_status, facts.si_code != Int32(CLD_EXITED))
  }

  /// Ends the process and what it started: by itself within a second, else at once.
  func end() {
    shutdown(input, Int32(SHUT_WR))
    guard process.isRunning else { return }
    // A group of its own, of which some may go on when its first has ended.
    let group = -process.processIdentifier
    kill(group, SIGTERM)
    for _ in 0..<50 {
      if kill(group, 0) != 0 { return }
      usleep(20_000)
    }
    kill(group, SIGKILL)
  }

  private static let running = Mutex<[ObjectIdentifier: Process]>([:])
  private static let atExit: Void = { atexit { EngineProcess.endAll() } }()

  /// Ends all of them at once, with what they started: one that hangs would outlive this program.
  static func endAll() {
    for process in running.withLock({ Array($0.values) }) where process.isRunning { kill(-process.processIdentifier, SIGKILL) }
  }

  /// Sends a message: its length, then its bytes. `asked` is called about fifty times a second while nobody reads.
  /// Throws `Fault`, and what `asked` throws.
  func send(_ message: [UInt8], before deadline: ContinuousClock.Instant, asked: () throws -> Void) throws {
    let length = withUnsafeBytes(of: UInt64(message.count).littleEndian, Array.init)
    for bytes in [length, message] {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          Foundation.send(input, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        if count > 0 { sent += count } else { try wait(input, Int16(POLLOUT), deadline, asked) }
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
