import Core
import Foundation

/// What a picture painted from control images of the user's own says about itself, in the manner of `PictureMetadata`.
public struct OwnPictureMetadata: Codable, Hashable, Sendable {
  /// SHA-256, in hexadecimal, of the canonical JSON of the rest.
  public let key: String
  public let request: OwnPictureRequest
  /// SHA-256 by the request's names.
  public let weights: [String: String]
  /// Those of the weights that are the demo's; nil without any.
  public let demoWeights: [String]?

  /// Throws `EncodingError` for a number that JSON has no word for.
  public init(_ request: OwnPictureRequest, weights: [String: String], demoWeights: [String]? = nil) throws {
    self.request = request
    self.demoWeights = demoWeights
    self.weights = weights
    key = try Self.key(request, weights)
  }

  /// From a file's entries (`PictureText`); nil when the program did not write them, or wrote them before weights had names and digests.
  public init?(entries: [String: String]) {
    guard let json = entries[PictureMetadata.entry], let value = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
    self = value
  }

  /// Whether the key is that of the request and the weights.
  public var isWhole: Bool { (try? Self.key(request, weights)) == key }

  /// The entries `parameters` and `diffss`. Nothing in them depends on when or where the picture was made.
  public func entries() throws -> [String: String] {
    var entries = ["parameters": parameters, PictureMetadata.entry: try CanonicalJSON.text(self)]
    entries[DemoWeights.entry] = demoWeights.map { DemoWeights.remark($0) }
    return entries
  }

  private static func key(_ request: OwnPictureRequest, _ weights: [String: String]) throws -> String {
    struct Keyed: Encodable {
      let request: OwnPictureRequest
      let weights: [String: String]
    }
    return Digest.hex(try CanonicalJSON.data(Keyed(request: request, weights: weights)))
  }

  private var parameters: String {
    let controls = request.controls.map { control in
      // The control images came ready: nothing was detected.
      ControlFacts(module: "none", model: control.network, scale: control.scale, start: control.start, end: control.end)
    }
    let facts = WebParameters.facts(
      request.settings, seed: request.seed, width: request.width, height: request.height, model: request.model, autoencoder: request.autoencoder,
      loras: request.loras ?? [], controls: controls, weights: weights)
    return WebParameters(prompt: request.prompt, negativePrompt: request.negativePrompt, facts: facts).text
  }
}

/// What the file of a control image beside such pictures says: that it is one, and of what.
struct OwnControlMetadata: Encodable {
  /// SHA-256, in hexadecimal, of the canonical JSON of the rest.
  let key: String
  /// As in the requests of the pictures that it led to.
  let control: String

  init(_ control: OwnPictureRequest.Control) {
    self.control = control.digest
    key = Digest.hex(Data(control.digest.utf8))
  }

  func entries() throws -> [String: String] { [PictureMetadata.entry: try CanonicalJSON.text(self)] }
}
