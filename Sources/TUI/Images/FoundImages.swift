import Foundation
import Generation
import Render

/// A generated support that was in the store.
package struct FoundSupport: Sendable {
  package let image: Image
  package let rating: Rating?
  package let file: URL?

  package init(image: Image, rating: Rating? = nil, file: URL? = nil) {
    self.image = image
    self.rating = rating
    self.file = file
  }
}

/// Supports and query of an episode, no larger than the screen can use.
package struct EpisodeImages: Sendable {
  /// An image, and 1 inside the class.
  package struct Masked: Sendable {
    package let image: Image
    package let mask: LabelMask

    package init(_ image: Image, _ mask: LabelMask) {
      self.image = image
      self.mask = mask
    }
  }

  package let supports: [Masked]
  package let query: Masked

  package init(supports: [Masked], query: Masked) {
    self.supports = supports
    self.query = query
  }
}
