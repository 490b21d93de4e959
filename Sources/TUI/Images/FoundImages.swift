import Foundation
import Generation
import Render

/// A generated support that is in the store.
public struct FoundSupport: Sendable {
  public let image: Image
  /// The class in the support that it was generated from, whose contour the image should keep to.
  public let outline: LabelMask?
  public let rating: Rating?
  public let file: URL?
  /// The image as cells, where it is already known how the panel will show it.
  public var cells: RenderedImage?

  public init(image: Image, outline: LabelMask? = nil, rating: Rating? = nil, file: URL? = nil) {
    self.image = image
    self.outline = outline
    self.rating = rating
    self.file = file
  }

  /// What the screen shows of it.
  public func screenImage(id: Int) -> ScreenImage { ScreenImage(id: id, image: image, marks: outline.map { .outline($0) } ?? .none) }
}

/// Cells, and the way in which they show their image.
public struct RenderedImage: Sendable {
  public let key: RenderKey
  public let cells: CellGrid

  public init(_ request: RenderRequest) { (key, cells) = (request.key, ImageRenderer.render(request)) }
}

/// Supports and query of an episode, no larger than the screen can use.
public struct EpisodeImages: Sendable {
  /// An image, and 1 inside the class.
  public struct Masked: Sendable {
    public let image: Image
    public let mask: LabelMask

    public init(_ image: Image, _ mask: LabelMask) {
      self.image = image
      self.mask = mask
    }
  }

  public let supports: [Masked]
  public let query: Masked

  public init(supports: [Masked], query: Masked) {
    self.supports = supports
    self.query = query
  }
}
