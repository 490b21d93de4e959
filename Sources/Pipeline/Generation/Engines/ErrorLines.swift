import Core
import Foundation
import Synchronization

/// What a process writes on its standard error: its lines go into the log, as far as they do not flood it, and the last ones are kept.
final class ErrorLines: Sendable {
  /// Bytes of a line that are kept.
  private static let mostBytes = 512
  /// Lines that are kept, and characters that are told of them.
  private static let mostLines = 5
  private static let mostCharacters = 500

  private struct State {
    var line: [UInt8] = []
    var last: [String] = []
    var budget = LineBudget()
    /// Whether nothing more will come.
    var isOver = false
  }

  private let state = Mutex(State())

  /// The last lines that are not empty, clean, in one line; nil where there were none. Waits half a second at most for what is on its way.
  var last: String? {
    for _ in 0..<25 where !state.withLock({ $0.isOver }) { usleep(20_000) }
    let lines = state.withLock { $0.last + [Self.text($0.line)].compactMap { $0 } }
    let text = lines.suffix(Self.mostLines).joined(separator: " / ")
    if text.isEmpty { return nil }
    return text.count > Self.mostCharacters ? "..." + text.suffix(Self.mostCharacters) : text
  }

  /// Reads a descriptor to its end, on a thread of its own, and closes it.
  func follow(_ descriptor: Int32) {
    WorkThread.start("engine-errors") { [self] in
      var piece = [UInt8](repeating: 0, count: 1 << 14)
      while true {
        let count = read(descriptor, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        for byte in piece.prefix(count) { take(byte) }
      }
      take(0x0A)
      state.withLock { $0.isOver = true }
      close(descriptor)
    }
  }

  private func take(_ byte: UInt8) {
    let whole = state.withLock { state -> (text: String, leftOut: Int)? in
      guard byte == 0x0A || byte == 0x0D else {
        if state.line.count < Self.mostBytes { state.line.append(byte) }
        return nil
      }
      defer { state.line = [] }
      guard let text = Self.text(state.line) else { return nil }
      state.last = state.last.suffix(Self.mostLines - 1) + [text]
      return state.budget.take(at: .now).map { (text, $0) }
    }
    guard let whole else { return }
    if whole.leftOut > 0 { Log.generating.info("engine: \(whole.leftOut) lines are left out") }
    Log.generating.info("engine: \(whole.text)")
  }

  private static func text(_ line: [UInt8]) -> String? {
    let text = PlainText.clean(String(decoding: line, as: UTF8.self))
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }
}

/// How many lines of somebody else's the log takes: 200 at once, and after that one a second. A flood would push everything else out of it.
public struct LineBudget: Sendable {
  private static let most = 200.0

  private var left = Self.most
  private var last: ContinuousClock.Instant?
  private var leftOut = 0

  public init() {}

  /// Takes a line: nil where it is left out, else how many were since the last that was not.
  public mutating func take(at now: ContinuousClock.Instant) -> Int? {
    if let last { left = min(Self.most, left + (now - last) / .seconds(1)) }
    last = now
    guard left >= 1 else {
      leftOut += 1
      return nil
    }
    left -= 1
    defer { leftOut = 0 }
    return leftOut
  }
}
