import Core
import Foundation

/// What the file of a control image says about itself.
public struct ControlMetadata: Encodable {
  /// SHA-256, in hexadecimal, of the canonical JSON of the rest.
  public let key: String
  private let control: ControlSource
  /// SHA-256 by model identifier, of the edge detector.
  private let weights: [String: String]

  public init(_ request: GenerationRequest, weights: [String: String]) throws {
    struct Keyed: Encodable {
      let control: ControlSource
      let weights: [String: String]
    }
    control = ControlSource(request)
    self.weights = weights.filter { $0.key == request.models.detector }
    key = Digest.hex(try CanonicalJSON.data(Keyed(control: control, weights: self.weights)))
  }

  func entries() throws -> [String: String] { [ImageMetadata.entry: try CanonicalJSON.text(self)] }
}
