import CNcurses

/// What keyboard and mouse did.
public enum Input: Hashable, Sendable {
  case key(Key)
  /// Column and row from 0.
  case mouse(Gesture, column: Int, row: Int)
}

/// Turns what curses reads into keys and the mouse's doings; sequences that it does not know are swallowed whole instead of being typed.
public struct InputDecoder {
  public private(set) var input: [Input] = []
  private var pending = Pending.none

  private enum Pending: Equatable {
    case none
    /// An escape, which is the key itself unless something follows at once.
    case escape
    /// `ESC [` up to its final byte.
    case control
    /// `ESC O` and one more.
    case single
    /// `ESC [ M` and three more: how terminals without SGR reports tell of the mouse.
    case classic
    /// Between `ESC [ 200 ~` and `ESC [ 201 ~`.
    case paste
    /// A late answer of the terminal: its first codes after the escape and what has to come yet of the beginnings that it may have, its text,
    /// and an escape in there.
    case opening([UInt32], [Substring])
    case answer
    case answerEscape
  }

  /// What is between `ESC [` and its end.
  private var parameters = ""
  private var pasted: [Unicode.Scalar] = []
  private var classic: [UInt32] = []
  /// How much of an answer has come.
  private var answered = 0

  /// Longest answer: what does not end is no answer.
  private static let longestAnswer = 4096

  /// Longest paste that is kept.
  private static let mostPasted = 1 << 16

  public init() {}

  /// One code of `wget_wch`; `isFunction` for curses' own key numbers.
  public mutating func take(_ code: UInt32, isFunction: Bool) {
    if isFunction {
      // Curses may take a piece of pasted text for a key.
      guard pending != .paste else { return }
      flushEscape()
      if let key = Self.function(Int32(bitPattern: code)) { input.append(.key(key)) }
      return
    }
    switch pending {
    case .escape:
      switch code {
      case 0x1B: input.append(.key(.escape))
      case 0x5B: (pending, parameters) = (.control, "")
      case 0x4F: pending = .single
      // Only what the questions of `TerminalProbe` bring.
      case 0x50: pending = .opening([code], [">|", "!|", "1$r", "0$r", "1+r", "0+r"])
      case 0x5D: pending = .opening([code], ["11;"])
      case 0x5F: pending = .opening([code], ["Gi=31;"])
      // On a busy machine Escape and the next key come at once. Alt with a key is the same, and means nothing here.
      default: typeAfterEscape([code])
      }
    case .control:
      if (0x40...0x7E).contains(code) {
        pending = code == 0x7E && parameters == "200" ? .paste : code == 0x4D && parameters.isEmpty ? .classic : .none
        if code == 0x4D, let mouse = Self.mouse(parameters) { input.append(mouse) }
        if let key = Self.sequence(parameters, code) { input.append(.key(key)) }
      } else if let scalar = Unicode.Scalar(code), parameters.utf8.count < 16 {
        parameters.unicodeScalars.append(scalar)
      }
    case .classic:
      classic.append(code)
      guard classic.count == 3 else { break }
      // Button, column and row from 1, each with 32 added.
      if let mouse = Self.mouse("<" + classic.map { "\(Int($0) - 32)" }.joined(separator: ";")) { input.append(mouse) }
      (pending, classic) = (.none, [])
    case .paste: takePasted(code)
    case .opening(let codes, let openings):
      let rest = openings.filter { $0.unicodeScalars.first?.value == code }.map { $0.dropFirst() }
      guard !rest.isEmpty else { return typeAfterEscape(codes + [code]) }
      (pending, answered) = (rest.contains { $0.isEmpty } ? .answer : .opening(codes + [code], rest), 0)
    case .answer:
      answered += 1
      if code == 0x1B { pending = .answerEscape } else if code < 0x20 || answered > Self.longestAnswer { pending = .none }
    case .answerEscape:
      pending = .none
      guard code != 0x5C else { break }
      pending = .escape
      take(code, isFunction: false)
    case .single:
      pending = .none
      if let key = Self.sequence("", code) { input.append(.key(key)) }
    case .none:
      if code == 0x1B { pending = .escape } else if let key = Self.character(code) { input.append(.key(key)) }
    }
  }

  /// Whether an escape is the last that came: the key, or the beginning of something.
  public var endsWithEscape: Bool { pending == .escape }

  /// All input since the last call, an escape at the end included unless it is kept for what may follow it. What has begun and not ended yet,
  /// a sequence or a paste, comes whole with a later call.
  public mutating func finish(keepsEscape: Bool = false) -> [Input] {
    if (pending == .escape && !keepsEscape) || pending == .single { flushEscape() }
    defer { input = [] }
    return input
  }

  /// A press of the first button or a turn of the wheel, as SGR reports say it (`ESC [ < button ; column ; row M`); nil for all else.
  private static func mouse(_ parameters: String) -> Input? {
    let numbers = parameters.dropFirst().split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    guard parameters.first == "<", numbers.count == 3, let button = numbers[0], let column = numbers[1], let row = numbers[2], column > 0, row > 0
    else { return nil }
    let gestures: [Int: Gesture] = [0: .press, 64: .wheelUp, 65: .wheelDown]
    return gestures[button].map { .mouse($0, column: column - 1, row: row - 1) }
  }

  private mutating func takePasted(_ code: UInt32) {
    guard let scalar = Unicode.Scalar(code) else { return }
    guard scalar == "~", pasted.suffix(5).elementsEqual("\u{1B}[201".unicodeScalars) else {
      pasted.append(scalar)
      // What is too much is dropped, but not the end that may be under way.
      if pasted.count > 2 * Self.mostPasted { pasted.removeSubrange(Self.mostPasted..<pasted.count - 5) }
      return
    }
    input.append(.key(.paste(String(String.UnicodeScalarView(pasted.dropLast(5).prefix(Self.mostPasted))))))
    (pasted, pending) = ([], .none)
  }

  /// The escape was the key, and so were the codes that came after it.
  private mutating func typeAfterEscape(_ codes: [UInt32]) {
    pending = .none
    input.append(.key(.escape))
    for code in codes { take(code, isFunction: false) }
  }

  private mutating func flushEscape() {
    if pending == .escape { input.append(.key(.escape)) }
    if pending != .paste { (pending, classic) = (.none, []) }
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

  /// Keys that came before curses read any: `ESC [ parameters final`, or `ESC O final`.
  private static func sequence(_ parameters: String, _ final: UInt32) -> Key? {
    switch (parameters, Unicode.Scalar(final)) {
    case ("", "A"): .up
    case ("", "B"): .down
    case ("", "C"): .right
    case ("", "D"): .left
    case ("", "H"), ("1", "~"), ("7", "~"): .home
    case ("", "F"), ("4", "~"), ("8", "~"): .end
    case ("", "Z"): .backTab
    case ("3", "~"): .delete
    case ("5", "~"): .pageUp
    case ("6", "~"): .pageDown
    default: nil
    }
  }

  private static func function(_ code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    // The keypad's corners, and what the descriptions of older terminals call the keys that send ESC [ 1 ~ and ESC [ 4 ~.
    case KEY_HOME, KEY_FIND, KEY_A1: .home
    case KEY_END, KEY_SELECT, KEY_C1, KEY_LL: .end
    case KEY_PPAGE, KEY_A3: .pageUp
    case KEY_NPAGE, KEY_C3: .pageDown
    case KEY_BTAB: .backTab
    case KEY_BACKSPACE: .backspace
    case KEY_DC: .delete
    case KEY_ENTER: .enter
    default: nil
    }
  }
}
