import Render

/// A whole screen as cells.
public struct Frame: Sendable {
  public let size: Size
  /// `size.height` rows of `size.width` cells.
  public private(set) var cells: [Cell]
  /// Images to be shown as pixels, whose cells among `cells` stand for them.
  public private(set) var images: [PlacedImage] = []

  public init(_ size: Size) {
    self.size = Size(width: max(1, size.width), height: max(1, size.height))
    cells = [Cell](repeating: .blank, count: self.size.width * self.size.height)
  }

  /// The whole screen.
  public var bounds: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

  public subscript(x: Int, y: Int) -> Cell { cells[y * size.width + x] }

  /// Puts a glyph of one or two cells; a wide glyph that is half covered by it is blanked, as a terminal would.
  public mutating func put(_ cell: Cell, x: Int, y: Int) {
    guard x >= 0, y >= 0, y < size.height, x + Int(cell.width) <= size.width, cell.width > 0 else { return }
    let row = y * size.width
    breakWide(x, row)
    if cell.width == 2 { breakWide(x + 1, row) }
    cells[row + x] = cell
    if cell.width == 2 { cells[row + x + 1] = Cell(" ", width: 0, style: cell.style) }
  }

  mutating func add(_ image: PlacedImage) { images.append(image) }

  mutating func keepImages(_ isKept: (PlacedImage) -> Bool) { images = images.filter(isKept) }

  private mutating func breakWide(_ x: Int, _ row: Int) {
    let old = cells[row + x]
    if old.width == 2, x + 1 < size.width { cells[row + x + 1] = Cell(" ", style: old.style) }
    if old.width == 0, x > 0 { cells[row + x - 1] = Cell(" ", style: old.style) }
  }

  /// Blanks a rectangle.
  public mutating func clear(_ rect: Rect, style: Style = .plain) {
    let rect = rect.clipped(to: bounds)
    for y in rect.y..<rect.maxY {
      for x in rect.x..<rect.maxX { put(Cell(" ", style: style), x: x, y: y) }
    }
  }

  /// Changes the style of what is in a rectangle.
  public mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let rect = rect.clipped(to: bounds)
    for y in rect.y..<rect.maxY {
      for x in rect.x..<rect.maxX { change(&cells[y * size.width + x].style) }
    }
  }

  /// A line's glyphs, for tests and logs.
  public func line(_ y: Int) -> String {
    var text = String.UnicodeScalarView()
    for x in 0..<size.width where self[x, y].width > 0 { text.append(self[x, y].scalar) }
    return String(text)
  }

  /// All lines, without the spaces at their ends.
  public var text: String {
    (0..<size.height).map { y in
      var line = Substring(self.line(y))
      while line.last == " " { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }

  /// The same screen for a terminal that knows ASCII alone.
  public func ascii() -> Frame {
    var copy = self
    for index in cells.indices where !cells[index].scalar.isASCII && !cells[index].isOfImage {
      copy.cells[index].scalar = ASCIIGlyphs.replacement(of: cells[index].scalar)
      if cells[index].width == 2 {
        copy.cells[index].width = 1
        copy.cells[index + 1] = Cell(" ", style: cells[index].style)
      }
    }
    return copy
  }
}
