import Foundation

/// Keys one by one from standard input, without a screen of its own; the line's modes are as before when it is closed.
final class KeyReader {
  enum Event { case key(Key), ended(status: Int32) }

  private var saved = termios()
  private var decoder = InputDecoder()
  private var waiting: ArraySlice<Input> = []
  private let signals: Int32

  /// Throws `TUIError.noDescriptors` when the system has none left.
  init() throws {
    guard tcgetattr(STDIN_FILENO, &saved) == 0, let signals = Signals.install() else { throw TUIError.noDescriptors }
    self.signals = signals
    var raw = saved
    // Ctrl-C comes as a key, so that the modes are not left as they are now.
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
  }

  deinit { close() }

  /// Gives the line its modes back.
  func close() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
    Signals.remove()
  }

  /// Waits for the next key, Ctrl-C and signals included, which end it with an exit status.
  func next() -> Event {
    while true {
      while let input = waiting.popFirst() {
        guard case .key(let key) = input else { continue }
        return key == .control("c") ? .ended(status: 130) : .key(key)
      }
      var descriptors = [STDIN_FILENO, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      if poll(&descriptors, 2, -1) < 0, errno != EINTR { return .ended(status: 129) }
      if descriptors[1].revents != 0, let number = Signals.received().first(where: { ![SIGWINCH, SIGCONT, SIGTSTP].contains($0) }) {
        return .ended(status: 128 + number)
      }
      guard descriptors[0].revents != 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 1024)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      guard count > 0 else { return .ended(status: 129) }
      for scalar in String(decoding: bytes.prefix(count), as: UTF8.self).unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      waiting = decoder.finish()[...]
    }
  }
}
