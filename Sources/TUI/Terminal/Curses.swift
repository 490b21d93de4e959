import CNcurses
import Foundation
import Render

/// The curses library: text, layout and colours up to its palette.
struct Curses {
  /// The terminal's name in the database.
  let term: String
  /// Bytes that bring the terminal back to a shell's state from wherever the process is.
  let resetSequence: [UInt8]
  /// Whether leaving brings back what was on the screen before.
  let hasOtherScreen: Bool
  /// What stands for a direct cell, by row: invisible, but not the blank that curses may clear with the rest of a line. Neighbouring rows
  /// differ, or curses would take a row of the next episode for this one moved, and scroll the images along with the list.
  private let placeholders: [UInt32]
  /// Columns before a change that curses may write again, where that is shorter than a jump of the cursor.
  private let jump: Int

  /// Opens the terminal `term`, or a common one in its place with a notice that says so.
  static func open(term: String) throws -> (Curses, Notice?) {
    for name in [term, "xterm-256color", "xterm", "vt100", "ansi"] where !name.isEmpty {
      // `initscr` would end the process for an unknown name.
      guard curses_open(name) != nil else { continue }
      guard let motion = string("cup"), !motion.isEmpty else {
        endwin()
        throw TUIError.terminalTooSimple(term: name)
      }
      let hasOtherScreen = string("rmcup") != nil
      let reset = TerminalModes.off + ["sgr0", "rmkx", "cnorm", hasOtherScreen ? "rmcup" : "clear"].compactMap { string($0) }.joined()
      let shown = term.isEmpty ? "TERM is not set" : "TERM=\(term) is unknown on this machine"
      let notice = name == term
        ? nil : Notice(.warning, "\(shown); drawing for \(name)", hint: "install its terminfo entry, or set TERM=\(name)")
      // Padding makes a jump dearer than its characters, by the line's speed.
      let jump = isPadded("cup") ? Int.max : 16
      let placeholders = curses_is_utf8() != 0 ? [0xA0] + Array(0x2000...0x200A) + [0x202F, 0x205F] : Array(UInt32(0x21)...0x7E)
      return (
        Curses(term: name, resetSequence: Array(reset.utf8), hasOtherScreen: hasOtherScreen, placeholders: placeholders, jump: jump),
        notice
      )
    }
    throw TUIError.noTerminalDescription(term: term)
  }

  /// A string capability without its padding marks.
  private static func string(_ name: String) -> String? { written(name)?.replacing(padding, with: "") }

  private static func isPadded(_ name: String) -> Bool { written(name)?.contains(padding) == true }

  private static var padding: Regex<Substring> { /\$<[0-9.*\/]*>/ }

  /// A string capability as the terminal's description has it.
  private static func written(_ name: String) -> String? {
    // Absent is nil, of another kind is -1.
    guard let found = tigetstr(name), Int(bitPattern: found) != -1 else { return nil }
    return String(cString: found)
  }

  /// Sets modes and returns where keys are read.
  func prepare(hasColors: Bool) -> UnsafeMutablePointer<WINDOW>? {
    raw()
    noecho()
    nonl()
    curs_set(0)
    let screen = curses_screen()
    leaveok(screen, true)
    // Moving lines or characters by the terminal's own means would carry parts of images along.
    idlok(screen, false)
    idcok(screen, false)
    // Otherwise curses puts off half a frame when another key waits, and looks for one after every few lines.
    typeahead(-1)
    set_escdelay(25)
    let keyboard = newpad(1, 1)
    keypad(keyboard, true)
    // Its reports come as they are (`TerminalModes`).
    define_key(nil, KEY_MOUSE)
    nodelay(keyboard, true)
    return keyboard
  }

  /// Gives the screen back, blank where the terminal has only one.
  func leave() {
    if !hasOtherScreen {
      werase(curses_screen())
      wrefresh(curses_screen())
    }
    endwin()
  }

  /// Columns that curses may write in each row, from left to right; none where the row's text stays.
  typealias Changes = [[ClosedRange<Int>]]

  /// Hands the text of a frame to curses; direct cells become placeholders.
  func put(_ frame: Frame, before: Frame?) -> Changes {
    let screen = curses_screen()
    let width = frame.size.width
    let pairs = PairTable()
    var changes = Changes(repeating: [], count: frame.size.height)
    var line = [cchar_t](repeating: cchar_t(), count: width)
    for y in 0..<frame.size.height {
      for x in 0..<width where before.map({ Self.differ(frame[x, y], $0[x, y]) }) ?? true {
        if let last = changes[y].last, x - jump <= last.upperBound {
          changes[y][changes[y].count - 1] = last.lowerBound...x
        } else {
          changes[y].append(max(0, x - jump)...x)
        }
      }
      guard !changes[y].isEmpty else { continue }
      var count = 0
      for x in 0..<width where frame[x, y].width > 0 {
        set(&line[count], frame[x, y], y, pairs)
        count += 1
        // What curses and the layout measure differently becomes a question mark with blanks for the rest.
        if frame[x, y].width == 2, curses_width(frame[x, y].scalar.value) != 2, !frame[x, y].isDirect {
          set(&line[count], Cell(" ", style: frame[x, y].style), y, pairs)
          count += 1
        }
      }
      wmove(screen, Int32(y), 0)
      wadd_wchnstr(screen, line, Int32(count))
    }
    wnoutrefresh(screen)
    return changes
  }

  /// Whether curses has to do something: two direct cells are the same placeholder to it.
  private static func differ(_ new: Cell, _ old: Cell) -> Bool {
    new.isDirect && old.isDirect ? false : new != old
  }

  private func set(_ target: inout cchar_t, _ cell: Cell, _ y: Int, _ pairs: PairTable) {
    if cell.isDirect {
      _ = curses_set_cell(&target, placeholders[y % placeholders.count], 0, 0)
      return
    }
    let fits = curses_width(cell.scalar.value) == Int32(cell.width)
    let style = cell.style
    let (pair, bright) = pairs.pair(style.ink, style.paper)
    let attributes = curses_attributes(
      style.attributes.contains(.bold) || bright ? 1 : 0, style.attributes.contains(.dim) ? 1 : 0,
      style.attributes.contains(.reverse) ? 1 : 0, style.attributes.contains(.underline) ? 1 : 0)
    let isFlat = style.ink == style.paper && style.ink != .standard
    _ = curses_set_cell(&target, isFlat ? 0x20 : fits ? cell.scalar.value : 0x3F, attributes, pair)
  }
}

/// Curses' numbers for pairs of colours.
struct PairTable {
  private let colors = Int(curses_colors())
  private let count = Int(curses_pairs())

  /// The pair, and whether bold has to stand for a bright colour that the terminal lacks.
  func pair(_ ink: CellColor, _ paper: CellColor) -> (Int32, Bool) {
    guard colors >= 8, count >= 64 else { return (0, false) }
    let (front, bright) = number(ink)
    let (back, _) = number(paper)
    if front < 0 && back < 0 { return (0, false) }
    if count < 256 { return (fixedPair(front, back), bright) }
    return (max(0, alloc_pair(Int32(front), Int32(back))), bright)
  }

  /// With 64 pairs all combinations of 8 colours have a place of their own; recycled ones would recolour what is on screen. Equal colours
  /// need none: their place is that of the ink on the terminal's own background. White there is pair 0, the terminal's own ink.
  private func fixedPair(_ ink: Int, _ paper: Int) -> Int32 {
    var front = ink < 0 ? 7 : ink
    if front == paper { front ^= 7 }
    let pair = Int32((front ^ 7) * 8 + ((paper < 0 ? front : paper) ^ 7))
    // Where the terminal cannot go back to its own background, that is taken for black.
    if pair > 0, init_pair(Int16(pair), Int16(front), Int16(paper)) == ERR { init_pair(Int16(pair), Int16(front), Int16(max(0, paper))) }
    return pair
  }

  private func number(_ ink: CellColor) -> (Int, Bool) {
    switch ink {
    case .standard, .rgb: (-1, false)
    case .indexed(let index) where index < 16: colors >= 16 ? (Int(index), false) : (Int(index & 7), index > 7)
    case .indexed(let index): colors >= 256 ? (Int(index), false) : (-1, false)
    }
  }
}
