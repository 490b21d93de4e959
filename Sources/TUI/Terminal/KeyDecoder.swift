import CNcurses

/// Turns what curses reads into keys; sequences that it does not know are swallowed whole instead of being typed.
package struct KeyDecoder {
  package private(set) var keys: [Key] = []
  private var pending = Pending.none

  private enum Pending {
    case none
    /// An escape, which is the key itself unless something follows at once.
    case escape
    /// `ESC [` up to its final byte.
    case control
    /// `ESC O` and one more.
    case single
    /// Between `ESC [ 200 ~` and `ESC [ 201 ~`.
    case paste
  }

  /// What stands between `ESC [` and its end.
  private var parameters = ""
  private var pasted: [Unicode.Scalar] = []

  /// Longest paste that is kept.
  private static let mostPasted = 1 << 16

  package init() {}

  /// Whether pasted text is coming in.
  package var isPasting: Bool { pending == .paste }

  /// One code of `wget_wch`; `isFunction` for curses' own key numbers.
  package mutating func take(_ code: UInt32, isFunction: Bool) {
    if isFunction {
      // Curses may take a piece of pasted text for a key.
      guard pending != .paste else { return }
      flushEscape()
      if let key = Self.function(Int32(bitPattern: code)) { keys.append(key) }
      return
    }
    switch pending {
    case .escape:
      switch code {
      case 0x1B: keys.append(.escape)
      case 0x5B: (pending, parameters) = (.control, "")
      case 0x4F: pending = .single
      // Alt with a key means nothing here.
      default: pending = .none
      }
    case .control:
      if (0x40...0x7E).contains(code) {
        pending = code == 0x7E && parameters == "200" ? .paste : .none
      } else if let scalar = Unicode.Scalar(code), parameters.utf8.count < 16 {
        parameters.unicodeScalars.append(scalar)
      }
    case .paste: takePasted(code)
    case .single: pending = .none
    case .none:
      if code == 0x1B { pending = .escape } else if let key = Self.character(code) { keys.append(key) }
    }
  }

  /// All keys since the last call, an escape at the end included. A paste that has not ended yet comes whole with a later call.
  package mutating func finish() -> [Key] {
    flushEscape()
    defer { keys = [] }
    return keys
  }

  private mutating func takePasted(_ code: UInt32) {
    guard let scalar = Unicode.Scalar(code) else { return }
    guard scalar == "~", pasted.suffix(5).elementsEqual("\u{1B}[201".unicodeScalars) else {
      pasted.append(scalar)
      // What is too much is dropped, but not the end that may be under way.
      if pasted.count > 2 * Self.mostPasted { pasted.removeSubrange(Self.mostPasted..<pasted.count - 5) }
      return
    }
    keys.append(.paste(String(String.UnicodeScalarView(pasted.dropLast(5).prefix(Self.mostPasted)))))
    (pasted, pending) = ([], .none)
  }

  private mutating func flushEscape() {
    if pending == .escape { keys.append(.escape) }
    if pending != .paste { pending = .none }
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
