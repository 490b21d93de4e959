/// Picture cells in 24-bit colour, written past curses after its own update.
enum DirectPainter {
  /// Opens a synchronized update: terminals that know it show everything up to the end at once.
  static let begin = Array("\u{1B}[?2026h".utf8)
  static let end = Array("\u{1B}[?2026l".utf8)

  /// The bytes that show the direct cells which differ from `before` or which curses may have written over.
  ///
  /// Curses rewrites cells that it believes unchanged when that is cheaper than to move the cursor, but only to the left
  /// of a change in the same row.
  static func paint(_ frame: Frame, before: Frame?, changes: Curses.Changes) -> [UInt8] {
    var bytes: [UInt8] = []
    for y in 0..<frame.size.height {
      let touched = changes[y]?.upperBound ?? -1
      var x = 0
      while x < frame.size.width {
        let cell = frame[x, y]
        guard cell.style.isDirect, x <= touched || before.map({ $0[x, y] != cell }) ?? true else {
          x += 1
          continue
        }
        append("\u{1B}[\(y + 1);\(x + 1)H", to: &bytes)
        x = run(frame, before, touched, x, y, &bytes)
      }
    }
    guard !bytes.isEmpty else { return [] }
    // Cursor and attributes are put back: curses knows nothing of this.
    return Array("\u{1B}7".utf8) + bytes + Array("\u{1B}[0m\u{1B}8".utf8)
  }

  /// Writes neighbouring direct cells from `x` on; returns the column after them.
  private static func run(_ frame: Frame, _ before: Frame?, _ touched: Int, _ start: Int, _ y: Int, _ bytes: inout [UInt8]) -> Int {
    var x = start
    var style: Style?
    while x < frame.size.width {
      let cell = frame[x, y]
      guard cell.style.isDirect, x <= touched || before.map({ $0[x, y] != cell }) ?? true else { break }
      if style != cell.style {
        append("\u{1B}[0;\(code(cell.style.ink, base: 38));\(code(cell.style.paper, base: 48))m", to: &bytes)
        style = cell.style
      }
      bytes.append(contentsOf: UTF8.encode(cell.scalar).map { Array($0) } ?? [0x3F])
      x += 1
    }
    return x
  }

  private static func code(_ ink: Ink, base: Int) -> String {
    switch ink {
    case .standard: "\(base + 1)"
    case .ansi(let index): "\(base);5;\(index & 15)"
    case .indexed(let index): "\(base);5;\(index)"
    case .rgb(let red, let green, let blue): "\(base);2;\(red);\(green);\(blue)"
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) { bytes.append(contentsOf: text.utf8) }
}
