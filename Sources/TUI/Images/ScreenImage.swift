import Render

/// An image that the screen can show, with what may be drawn over it.
package struct ScreenImage: Sendable {
  /// Unique in this run; two images with the same number are the same.
  package let id: Int
  package let image: Image
  package let marks: Marks

  /// What is drawn over an image, of any size: it is stretched over the image.
  package enum Marks: Hashable, Sendable {
    case none
    /// The class, 1 inside; tinted.
    case object(LabelMask)
    /// The class of the support that this image should keep to; only its contour is drawn.
    case outline(LabelMask)
    /// A prediction and the ground truth, 1 inside: hits, false alarms and misses.
    case comparison(prediction: LabelMask, truth: LabelMask)
  }

  package init(id: Int, image: Image, marks: Marks = .none) {
    self.id = id
    self.image = image
    self.marks = marks
  }
}

/// How marks are drawn, chosen with `o`.
package enum Look: Int, CaseIterable, Hashable, Codable, Sendable {
  case tint, contour, bare, mask, signs

  package var title: String {
    switch self {
    case .tint: "mask tinted"
    case .contour: "mask outlined"
    case .bare: "no mask"
    case .mask: "mask alone"
    case .signs: "signs"
    }
  }
}

/// Which block characters draw images, chosen with `m`.
package enum Blocks: Int, CaseIterable, Hashable, Codable, Sendable {
  case quadrants, sextants, halves

  package var title: String {
    switch self {
    case .quadrants: "quadrants (2x2 a cell)"
    case .sextants: "sextants (2x3 a cell, needs a recent font)"
    case .halves: "half blocks (1x2 a cell)"
    }
  }
}

/// What identifies a rendered image.
package struct RenderKey: Hashable, Sendable {
  package let image: Int
  package let look: Look
  package let blocks: Blocks
  package let size: Size
  /// Percent.
  package let opacity: Int
  /// What of the image is shown; nil for all.
  package let crop: Crop?

  package init(image: Int, look: Look, blocks: Blocks, size: Size, opacity: Int = 40, crop: Crop? = nil) {
    self.image = image
    self.look = look
    self.blocks = blocks
    self.size = size
    self.opacity = opacity
    self.crop = crop
  }
}

/// An image to be turned into cells.
package struct RenderRequest: Hashable, Sendable {
  package let key: RenderKey
  package let image: ScreenImage
  /// Where it will be shown.
  package let tile: Tile
  package let capabilities: Capabilities

  package init(key: RenderKey, image: ScreenImage, tile: Tile, capabilities: Capabilities) {
    self.key = key
    self.image = image
    self.tile = tile
    self.capabilities = capabilities
  }

  package static func == (left: RenderRequest, right: RenderRequest) -> Bool { left.key == right.key }
  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
