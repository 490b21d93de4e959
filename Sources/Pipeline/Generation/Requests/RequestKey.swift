import Core
import Foundation

extension GenerationRequest {
  /// SHA-256, in hexadecimal, of the request's canonical JSON followed by the SHA-256 of each weights folder it uses.
  ///
  /// The name of the image's file: same request and same weights, same key. `weights` maps a model identifier to the
  /// digest of its files (`ModelLibrary.digest(of:)`). Throws `EncodingError` for a setting that is no number.
  public func key(weights: [String: String]) throws -> String {
    struct Keyed: Encodable {
      let request: GenerationRequest
      let weights: [String: String]
    }
    let used = Set(models.all)
    return Digest.hex(try CanonicalJSON.data(Keyed(request: self, weights: weights.filter { used.contains($0.key) })))
  }
}
