import Foundation
import Render

/// A generated support as the store keeps it.
public struct GeneratedImage: Hashable, Sendable {
  /// `GenerationRequest.key(weights:)`, also the file's name.
  public let key: String
  public let request: GenerationRequest
  /// The PNG, with the request inside.
  public let file: URL
  /// RGB, `request.width` x `request.height`.
  public let image: Image

  public init(key: String, request: GenerationRequest, file: URL, image: Image) {
    self.key = key
    self.request = request
    self.file = file
    self.image = image
  }
}
