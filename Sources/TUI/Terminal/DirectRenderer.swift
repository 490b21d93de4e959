import Render

/// Image cells in 24-bit colour, written past curses after its own update.
enum DirectRenderer {
  /// Where the images are that are shown by placeholders, by the ink of their cells.
  typealias Placeholders = [CellColor: [Rect]]

  /// Opens a synchronized update: terminals that know it show everything up to the end at once.
  static let begin = Array("\u{1B}[?2026h".utf8)
  static let end = Array("\u{1B}[?2026l".utf8)

  /// The bytes that show the direct cells which differ from `before` or which curses may have written over.
  ///
  /// Curses rewrites cells that it believes unchanged when that is cheaper than to move the cursor, but only to the left
  /// of a change in the same row. Cells of images are written where `placeholders` knows their image, else left alone.
  static func render(_ frame: Frame, before: Frame?, changes: Curses.Changes, placeholders: Placeholders = [:]) -> [UInt8] {
    var bytes: [UInt8] = []
    var style: Style?
    for y in 0..<frame.size.height {
      let touched = changes[y]?.upperBound ?? -1
      var x = 0
      while x < frame.size.width {
        let cell = frame[x, y]
        guard cell.isDirect, !cell.isOfImage || placeholders[cell.foreground] != nil,
          x <= touched || before.map({ $0[x, y] != cell }) ?? true
        else {
          x += 1
          continue
        }
        append("\u{1B}[\(y + 1);\(x + 1)H", to: &bytes)
        x = run(frame, before, touched, placeholders, x, y, &style, &bytes)
      }
    }
    guard !bytes.isEmpty else { return [] }
    // Cursor and attributes are put back: curses knows nothing of this.
    return Array("\u{1B}7".utf8) + bytes + Array("\u{1B}[0m\u{1B}8".utf8)
  }

  /// Writes neighbouring direct cells from `x` on; returns the column after them. `style` is the terminal's, nil before the first cell.
  private static func run(
    _ frame: Frame, _ before: Frame?, _ touched: Int, _ placeholders: Placeholders, _ start: Int, _ y: Int, _ style: inout Style?,
    _ bytes: inout [UInt8]
  ) -> Int {
    var x = start
    while x < frame.size.width {
      let cell = frame[x, y]
      guard cell.isDirect, x <= touched || before.map({ $0[x, y] != cell }) ?? true else { break }
      let places = cell.isOfImage ? placeholders[cell.foreground] : []
      guard let places else { break }
      append(change(from: style, to: cell), to: &bytes)
      style = Style(cell.scalar == " " ? style?.ink ?? cell.style.ink : cell.style.ink, on: cell.style.paper)
      if let place = places.first(where: { $0.contains(x, y) }),
        let scalars = KittyGraphics.placeholder(row: y - place.y, column: x - place.x)
      {
        for scalar in scalars { bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? []) }
      } else {
        bytes.append(contentsOf: UTF8.encode(cell.scalar).map { Array($0) } ?? [0x3F])
      }
      x += 1
    }
    return x
  }

  /// The sequence for what differs in colour; a blank has no ink.
  private static func change(from style: Style?, to cell: Cell) -> String {
    let new = cell.style
    guard let style else { return "\u{1B}[0;\(code(new.ink, base: 38));\(code(new.paper, base: 48))m" }
    let hasInk = new.ink != style.ink && cell.scalar != " ", hasPaper = new.paper != style.paper
    guard hasInk || hasPaper else { return "" }
    let ink = hasInk ? code(new.ink, base: 38) : "", paper = hasPaper ? code(new.paper, base: 48) : ""
    return "\u{1B}[\(ink)\(hasInk && hasPaper ? ";" : "")\(paper)m"
  }

  private static func code(_ ink: CellColor, base: Int) -> String {
    switch ink {
    case .standard: "\(base + 1)"
    case .indexed(let index): "\(base);5;\(index)"
    case .rgb(let color): "\(base);2;\(color.red);\(color.green);\(color.blue)"
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) { bytes.append(contentsOf: text.utf8) }
}
