import Render

/// An image as a protocol sends it.
public struct PixelImage: Sendable {
  /// Unique in this run, 1...0xFFFFFF.
  public let number: Int
  /// Columns and rows that it covers.
  public let size: Size
  /// Of kitty's the file in base64, of others the whole sequence.
  public let bytes: [UInt8]

  public init(number: Int, size: Size, bytes: [UInt8]) { (self.number, self.size, self.bytes) = (number, size, bytes) }
}

/// An image's place on the screen. Its cells in the frame are `PlacedImage.cell`; whatever is drawn over it later takes their place.
public struct PlacedImage: Sendable {
  public let image: PixelImage
  /// Column and row of its first cell.
  public let x: Int
  public let y: Int
  /// The same image as characters, for when its pixels cannot be shown.
  public let cells: CellGrid

  /// kitty's placeholder; with 24-bit ink no text has it.
  static let scalar: Unicode.Scalar = "\u{10EEEE}"

  /// What stands for an image in a frame: its number is the ink.
  static func cell(_ number: Int) -> Cell { Cell(scalar, .rgb(KittyGraphics.ink(id: UInt32(truncatingIfNeeded: number)))) }

  /// The part of the screen that it covers.
  var rect: Rect { Rect(x: x, y: y, width: image.size.width, height: image.size.height) }

  /// Whether nothing lies over it and all of it is on the screen.
  func isWhole(in frame: Frame) -> Bool {
    guard rect.clipped(to: frame.bounds) == rect else { return false }
    let own = Self.cell(image.number)
    for row in rect.y..<rect.maxY {
      for column in rect.x..<rect.maxX where !frame[column, row].shows(own) { return false }
    }
    return true
  }
}

extension Cell {
  /// Whether it stands for a part of an image.
  var isOfImage: Bool { scalar == PlacedImage.scalar && foreground.isDirect }

  /// Whether it stands for the same image, in whatever style.
  func shows(_ other: Cell) -> Bool { scalar == other.scalar && foreground == other.foreground }
}

extension Frame {
  /// Puts an image into the part of its cells that lies in `rect`.
  public mutating func put(_ image: PixelImage, _ cells: CellGrid, in rect: Rect) {
    let placed = PlacedImage(image: image, x: rect.x, y: rect.y, cells: cells), own = PlacedImage.cell(image.number)
    let shown = placed.rect.clipped(to: rect)
    for y in shown.y..<shown.maxY {
      for x in shown.x..<shown.maxX { put(own, x: x, y: y) }
    }
    add(placed)
  }

  /// Takes a part of another frame of the same size over, with the images that begin there.
  mutating func take(_ rect: Rect, of other: Frame) {
    let rect = rect.clipped(to: bounds)
    for y in rect.y..<rect.maxY {
      for x in rect.x..<rect.maxX { put(other[x, y], x: x, y: y) }
    }
    func isInside(_ placed: PlacedImage) -> Bool {
      (rect.x..<rect.maxX).contains(placed.x) && (rect.y..<rect.maxY).contains(placed.y)
    }
    keepImages { !isInside($0) }
    for placed in other.images where isInside(placed) { add(placed) }
  }

  /// Shows an image as characters, where nothing lies over it.
  mutating func spell(_ placed: PlacedImage) {
    let own = PlacedImage.cell(placed.image.number), shown = placed.rect.clipped(to: bounds)
    for y in shown.y..<shown.maxY where y - placed.y < placed.cells.rows {
      for x in shown.x..<shown.maxX where x - placed.x < placed.cells.columns && self[x, y].shows(own) {
        put(placed.cells[x - placed.x, y - placed.y], x: x, y: y)
      }
    }
  }

  /// Shows an image under another number.
  mutating func renumber(_ placed: PlacedImage, _ number: Int) {
    let own = PlacedImage.cell(placed.image.number), new = PlacedImage.cell(number), shown = placed.rect.clipped(to: bounds)
    for y in shown.y..<shown.maxY {
      for x in shown.x..<shown.maxX where self[x, y].shows(own) { put(new, x: x, y: y) }
    }
  }
}
