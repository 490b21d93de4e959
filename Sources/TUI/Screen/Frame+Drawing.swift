import Render

extension Frame {
  /// Writes sanitised text in one row of `rect`, cut with an ellipsis; returns the cells used.
  @discardableResult
  public mutating func text(
    _ text: some StringProtocol, in rect: Rect, row: Int = 0, column: Int = 0, style: Style = .plain
  ) -> Int {
    guard row >= 0, row < rect.height, column >= 0 else { return 0 }
    let shown = DisplayText(text).truncated(to: rect.width - column)
    var x = rect.x + column
    for glyph in shown.glyphs {
      put(Cell(glyph.scalar, width: UInt8(glyph.width), style: style), x: x, y: rect.y + row)
      x += glyph.width
    }
    return shown.width
  }

  /// Writes pieces of different styles behind one another; returns the cells used.
  @discardableResult
  public mutating func spans(_ spans: [(String, Style)], in rect: Rect, row: Int = 0, column: Int = 0) -> Int {
    var used = column
    for (text, style) in spans where used < rect.width {
      used += self.text(text, in: rect, row: row, column: used, style: style)
    }
    return used - column
  }

  /// Writes text that ends at the right edge of `rect`, where it fits behind `after` columns; returns the cells used.
  @discardableResult
  public mutating func textRight(
    _ text: String, in rect: Rect, row: Int = 0, after: Int = 0, style: Style = .plain
  ) -> Int {
    let width = DisplayText(text).width
    guard width + after <= rect.width else { return 0 }
    return self.text(text, in: rect, row: row, column: rect.width - width, style: style)
  }

  /// A box with a title in its upper edge and, where there is room, a note in its lower one; returns its inside.
  @discardableResult
  public mutating func box(
    _ rect: Rect, title: String, note: String = "", border: Style, titleStyle: Style
  ) -> Rect {
    guard rect.width >= 2, rect.height >= 2 else { return Rect(x: rect.x, y: rect.y, width: 0, height: 0) }
    let right = rect.maxX - 1
    let bottom = rect.maxY - 1
    for x in (rect.x + 1)..<right {
      put(Cell("─", style: border), x: x, y: rect.y)
      put(Cell("─", style: border), x: x, y: bottom)
    }
    for y in (rect.y + 1)..<bottom {
      put(Cell("│", style: border), x: rect.x, y: y)
      put(Cell("│", style: border), x: right, y: y)
    }
    put(Cell("╭", style: border), x: rect.x, y: rect.y)
    put(Cell("╮", style: border), x: right, y: rect.y)
    put(Cell("╰", style: border), x: rect.x, y: bottom)
    put(Cell("╯", style: border), x: right, y: bottom)
    let edge = Rect(x: rect.x + 1, y: rect.y, width: rect.width - 2, height: rect.height)
    if rect.width >= 6 {
      let shown = DisplayText(title).truncated(to: edge.width - 2)
      if shown.width > 0 { text(" " + title, in: Rect(x: edge.x, y: edge.y, width: shown.width + 1, height: 1), style: titleStyle) }
      if shown.width > 0 { put(Cell(" ", style: titleStyle), x: edge.x + shown.width + 1, y: edge.y) }
      if !note.isEmpty, DisplayText(note).width + 3 <= edge.width {
        textRight(" \(note) ", in: Rect(x: edge.x, y: bottom, width: edge.width - 1, height: 1), style: border)
      }
    }
    return rect.inset(1, 1)
  }

  /// Writes pieces into an edge of a box, with a space before and behind them: from its left end, or up to its right one. Nothing where they
  /// do not fit beside `taken` columns; returns the columns used.
  @discardableResult
  public mutating func edge(_ spans: [(String, Style)], of box: Rect, isLower: Bool, isRight: Bool = false, taken: Int = 0) -> Int {
    let width = spans.reduce(2) { $0 + DisplayText($1.0).width }, room = box.width - 2 - taken - (isRight ? 1 : 0)
    guard !spans.isEmpty, width <= room, box.height >= 2 else { return 0 }
    let line = Rect(x: isRight ? box.maxX - 2 - width : box.x + 1, y: isLower ? box.maxY - 1 : box.y, width: width, height: 1)
    clear(line)
    self.spans(spans, in: line, column: 1)
    return width
  }

  /// A bar of `width` cells filled to `fraction` (0...1), to an eighth of a cell.
  public mutating func bar(
    _ fraction: Double, in rect: Rect, row: Int = 0, column: Int = 0, width: Int, style: Style, empty: Style
  ) {
    let width = min(width, rect.width - column)
    guard width > 0, row < rect.height else { return }
    let eighths = Int((min(1, max(0, fraction.isFinite ? fraction : 0)) * Double(width * 8)).rounded())
    let partial: [Unicode.Scalar] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    for index in 0..<width {
      let filled = min(8, max(0, eighths - index * 8))
      let x = rect.x + column + index
      switch filled {
      case 8: put(Cell("█", style: style), x: x, y: rect.y + row)
      case 0: put(Cell("·", style: empty), x: x, y: rect.y + row)
      default: put(Cell(partial[filled - 1], style: style), x: x, y: rect.y + row)
      }
    }
  }

  /// A thumb in the right edge of a box showing which of `count` rows are in sight.
  public mutating func scrollThumb(_ box: Rect, first: Int, visible: Int, count: Int, style: Style) {
    let track = box.height - 2
    guard track > 1, count > visible, visible > 0 else { return }
    let size = max(1, track * visible / count)
    let start = (track - size) * min(first, count - visible) / max(1, count - visible)
    for index in 0..<size { put(Cell("┃", style: style), x: box.maxX - 1, y: box.y + 1 + start + index) }
  }
}
