import Foundation
import Generation
import Render

/// A generated support that was in the store.
public struct FoundSupport: Sendable {
  public let image: Image
  public let rating: Rating?
  public let file: URL?

  public init(image: Image, rating: Rating? = nil, file: URL? = nil) {
    self.image = image
    self.rating = rating
    self.file = file
  }
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
