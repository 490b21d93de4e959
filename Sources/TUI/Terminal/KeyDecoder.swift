import CNcurses

/// Turns what curses reads into keys; sequences that it does not know are swallowed whole instead of being typed.
struct KeyDecoder {
  private(set) var keys: [Key] = []
  private var pending = Pending.none

  private enum Pending {
    case none
    /// An escape, which is the key itself unless something follows at once.
    case escape
    /// `ESC [` up to its final byte.
    case control
    /// `ESC O` and one more.
    case single
  }

  init() {}

  /// One code of `wget_wch`; `isFunction` for curses' own key numbers.
  mutating func take(_ code: UInt32, isFunction: Bool) {
    if isFunction {
      flushEscape()
      if let key = Self.function(Int32(bitPattern: code)) { keys.append(key) }
      return
    }
    switch pending {
    case .escape:
      switch code {
      case 0x1B: keys.append(.escape)
      case 0x5B: pending = .control
      case 0x4F: pending = .single
      // Alt with a key means nothing here.
      default: pending = .none
      }
    case .control: if (0x40...0x7E).contains(code) { pending = .none }
    case .single: pending = .none
    case .none:
      if code == 0x1B { pending = .escape } else if let key = Self.character(code) { keys.append(key) }
    }
  }

  /// All keys, an escape at the end included.
  mutating func finish() -> [Key] {
    flushEscape()
    return keys
  }

  private mutating func flushEscape() {
    if pending == .escape { keys.append(.escape) }
    pending = .none
  }

  private static func character(_ code: UInt32) -> Key? {
    switch code {
    case 0x09: return .tab
    case 0x0A, 0x0D: return .enter
    case 0x08, 0x7F: return .backspace
    case 1...26: return Unicode.Scalar(code + 0x60).map { .control(Character($0)) }
    case 0..<32: return nil
    default: return Unicode.Scalar(code).map { .character(Character($0)) }
    }
  }

  private static func function(_ code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    case KEY_HOME: .home
    case KEY_END: .end
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_BTAB: .backTab
    case KEY_BACKSPACE: .backspace
    case KEY_DC: .delete
    case KEY_ENTER: .enter
    default: nil
    }
  }
}
