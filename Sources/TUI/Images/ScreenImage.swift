import Render

/// An image that the screen can show, with what may be drawn over it.
public struct ScreenImage: Sendable {
  /// Unique in this run; two images with the same number are the same.
  public let id: Int
  public let image: Image
  public let marks: Marks

  /// What is drawn over an image, of any size: it is stretched over the image.
  public enum Marks: Hashable, Sendable {
    case none
    /// The class, 1 inside; tinted.
    case object(LabelMask)
    /// The class of the support that this image should keep to; only its contour is drawn.
    case outline(LabelMask)
    /// A prediction and the ground truth, 1 inside: hits, false alarms and misses.
    case comparison(prediction: LabelMask, truth: LabelMask)
  }

  public init(id: Int, image: Image, marks: Marks = .none) {
    self.id = id
    self.image = image
    self.marks = marks
  }
}

/// How marks are drawn, chosen with `o`.
public enum Look: Int, CaseIterable, Hashable, Codable, Sendable {
  case tint, contour, bare, mask, signs

  public var title: String {
    switch self {
    case .tint: "mask tinted"
    case .contour: "mask outlined"
    case .bare: "no mask"
    case .mask: "mask alone"
    case .signs: "signs"
    }
  }
}

extension SymbolSet {
  /// What the key `m` says of it.
  var title: String {
    switch self {
    case .half: "half blocks (1x2 a cell)"
    case .quadrant: "quadrants (2x2 a cell)"
    case .sextant: "sextants (2x3 a cell, needs a recent font)"
    case .wedge: "sextants and slanted cuts (needs a recent font)"
    case .octant: "octants (2x4 a cell, needs a font with Unicode 16)"
    case .best: "all symbols (needs a font with Unicode 16)"
    }
  }
}

/// What identifies a rendered image.
public struct RenderKey: Hashable, Sendable {
  public let image: Int
  public let look: Look
  public let symbols: SymbolSet
  public let size: Size
  /// Percent.
  public let opacity: Int
  /// What of the image is shown; nil for all.
  public let crop: Crop?
  /// Of an image in the making, whether cells of the step before stay.
  public let isHeld: Bool
  /// What is drawn of its marks.
  public let marks: MarkChoice

  public init(
    image: Int, look: Look, symbols: SymbolSet, size: Size, opacity: Int = 40, crop: Crop? = nil, isHeld: Bool = false,
    marks: MarkChoice = MarkChoice()
  ) {
    self.marks = marks
    self.image = image
    self.look = look
    self.symbols = symbols
    self.size = size
    self.opacity = opacity
    self.crop = crop
    self.isHeld = isHeld
  }

  /// The same of another image.
  func of(image other: Int) -> RenderKey {
    RenderKey(image: other, look: look, symbols: symbols, size: size, opacity: opacity, crop: crop, marks: marks)
  }
}

extension Size {
  /// The largest cells of an image's shape inside, `cellAspect` being a cell's width over its height.
  func fitting(width imageWidth: Int, height imageHeight: Int, cellAspect: Double = 0.5) -> Size {
    let ratio = Double(imageWidth) / Double(max(1, imageHeight)) / cellAspect
    let columns = min(Double(width), Double(height) * ratio)
    let rows = columns / ratio
    return Size(width: max(1, min(width, Int(columns.rounded()))), height: max(1, min(height, Int(rows.rounded()))))
  }
}

/// An image to be turned into cells.
public struct RenderRequest: Hashable, Sendable {
  public let key: RenderKey
  public let image: ScreenImage
  /// Where it will be shown.
  public let tile: Tile
  /// Cells that there are for it.
  public let room: Size
  public let capabilities: Capabilities
  /// Of a preview the cells of the one before, which stay where they are nearly as good.
  public let previous: CellGrid?

  public init(key: RenderKey, image: ScreenImage, tile: Tile, room: Size, capabilities: Capabilities, previous: CellGrid? = nil) {
    self.key = key
    self.image = image
    self.tile = tile
    self.room = room
    self.capabilities = capabilities
    self.previous = previous
  }

  /// The whole of another image in the same room, drawn the same way.
  public func of(_ other: ScreenImage) -> RenderRequest {
    let size = room.fitting(width: other.image.width, height: other.image.height, cellAspect: capabilities.cellAspect)
    let key = RenderKey(
      image: other.id, look: key.look, symbols: key.symbols, size: size, opacity: key.opacity, marks: key.marks)
    return RenderRequest(key: key, image: other, tile: tile, room: room, capabilities: capabilities)
  }

  public static func == (left: RenderRequest, right: RenderRequest) -> Bool { left.key == right.key }
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
