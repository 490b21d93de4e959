import Render

/// Image cells in 24-bit colour, written past curses after its own update.
enum DirectRenderer {
  /// Where the images are that are shown by placeholders, by the ink of their cells.
  typealias Placeholders = [CellColor: [Rect]]

  /// Opens a synchronized update: terminals that know it show everything up to the end at once.
  static let begin = Array("\u{1B}[?2026h".utf8)
  static let end = Array("\u{1B}[?2026l".utf8)

  /// The bytes that show the direct cells which differ from `before` or which curses may have written over, by its `changes`.
  ///
  /// Cells of images are written where `placeholders` knows their image, else left alone.
  static func render(_ frame: Frame, before: Frame?, changes: Curses.Changes, placeholders: Placeholders = [:]) -> [UInt8] {
    var bytes: [UInt8] = []
    var style: Style?
    for y in 0..<frame.size.height {
      func isWritten(_ x: Int) -> Bool {
        let cell = frame[x, y]
        let isTouched = changes[y].contains { $0.contains(x) }
        guard cell.isDirect, isTouched || before.map({ $0[x, y] != cell }) ?? true else { return false }
        return !cell.isOfImage || placeholders[cell.foreground] != nil
      }
      var x = 0
      while let start = (x..<frame.size.width).first(where: isWritten) {
        x = (start..<frame.size.width).first { !isWritten($0) } ?? frame.size.width
        append("\u{1B}[\(y + 1);\(start + 1)H", to: &bytes)
        write((start..<x).map { frame[$0, y] }, x: start, y: y, placeholders, &style, &bytes)
      }
    }
    guard !bytes.isEmpty else { return [] }
    // Cursor and attributes are put back: curses knows nothing of this.
    return Array("\u{1B}7".utf8) + bytes + Array("\u{1B}[0m\u{1B}8".utf8)
  }

  /// Writes neighbouring direct cells from `x` on. `style` is the terminal's, nil before the first cell.
  private static func write(
    _ cells: [Cell], x: Int, y: Int, _ placeholders: Placeholders, _ style: inout Style?, _ bytes: inout [UInt8]
  ) {
    for (x, cell) in zip(x..., LeanCells.forms(of: cells, after: style?.ink, on: style?.paper)) {
      append(change(from: style, to: cell), to: &bytes)
      style = Style(cell.scalar == " " ? style?.ink ?? cell.style.ink : cell.style.ink, on: cell.style.paper)
      let places = cell.isOfImage ? placeholders[cell.foreground] ?? [] : []
      if let place = places.first(where: { $0.contains(x, y) }),
        let scalars = KittyGraphics.placeholder(row: y - place.y, column: x - place.x)
      {
        for scalar in scalars { bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? []) }
      } else {
        bytes.append(contentsOf: UTF8.encode(cell.scalar).map { Array($0) } ?? [0x3F])
      }
    }
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
