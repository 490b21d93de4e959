/// A key press, after escape sequences are understood.
public enum Key: Hashable, Sendable {
  case character(Character)
  case control(Character)
  case up, down, left, right, home, end, pageUp, pageDown
  case enter, escape, tab, backTab, backspace, delete
  /// Text that the terminal says was pasted.
  case paste(String)

  /// As written in the footer and the help.
  public var label: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .control(let character): "^" + character.uppercased()
    case .up: "↑"
    case .down: "↓"
    case .left: "←"
    case .right: "→"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .backspace: "Bksp"
    case .delete: "Del"
    case .paste: "paste"
    }
  }
}

/// What a mouse does at a place.
public enum Gesture: Hashable, Sendable { case press, wheelUp, wheelDown }
