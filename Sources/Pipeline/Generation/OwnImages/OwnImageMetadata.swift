import Core
import Foundation
import Models

/// What an image generated from control images of the user's own says about itself, in the manner of `ImageMetadata`.
public struct OwnImageMetadata: Codable, Hashable, Sendable {
  /// SHA-256, in hexadecimal, of the canonical JSON of request and weights.
  public let key: String
  public let request: OwnImageRequest
  /// SHA-256 by the request's names.
  public let weights: [String: String]
  /// Those of the weights that are the demo's; nil without any.
  public let demoWeights: [String]?
  /// The innermost loops that made it (`KernelSet`); nil in images of programs that did not say.
  public let kernels: String?
  /// Who evaluated the networks; nil, and absent from the JSON, where the program did.
  public let engine: EngineFacts?

  /// Throws `EncodingError` for a number that JSON has no word for.
  public init(
    _ request: OwnImageRequest, weights: [String: String], demoWeights: [String]? = nil, kernels: String? = KernelSet.current.name,
    engine: EngineFacts? = nil
  ) throws {
    self.request = request
    self.demoWeights = demoWeights
    self.kernels = kernels
    self.engine = engine
    self.weights = weights
    key = try Self.key(request, weights)
  }

  /// From a file's entries (`ImageText`); nil when the program did not write them, or wrote them before weights had names and digests.
  public init?(entries: [String: String]) {
    guard let json = entries[ImageMetadata.entry], let value = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
    self = value
  }

  /// Whether the key is that of the request and the weights.
  public var isWhole: Bool { (try? Self.key(request, weights)) == key }

  /// The entries `parameters` and `diffss`. Nothing in them depends on when or where the image was made.
  /// Throws `EncodingError` for a setting that is no number.
  public func entries() throws -> [String: String] {
    var entries = ["parameters": parameters, ImageMetadata.entry: try CanonicalJSON.text(self)]
    entries[DemoWeights.entry] = demoWeights.map { DemoWeights.remark($0) }
    return entries
  }

  private static func key(_ request: OwnImageRequest, _ weights: [String: String]) throws -> String {
    struct Keyed: Encodable {
      let request: OwnImageRequest
      let weights: [String: String]
    }
    return Digest.hex(try CanonicalJSON.data(Keyed(request: request, weights: weights)))
  }

  private var parameters: String {
    // Of control images that came ready nothing was detected.
    let module = request.source?.condition.rawValue ?? "none"
    let controls = request.controls.map { control in
      ControlFacts(module: module, model: control.network, scale: control.scale, start: control.start, end: control.end)
    }
    let facts = WebParameters.facts(
      request.settings, seed: request.seed, width: request.width, height: request.height, model: request.model, autoencoder: request.autoencoder,
      loras: request.loras ?? [], controls: controls, weights: weights)
    return WebParameters(prompt: request.prompt, negativePrompt: request.negativePrompt, facts: facts).text
  }
}

/// What the file of a control image beside such images says: that it is one, and of what.
struct OwnControlMetadata: Encodable {
  /// SHA-256, in hexadecimal, of the canonical JSON of the rest.
  let key: String
  /// As in the requests of the images that it led to.
  let control: String

  init(_ control: OwnImageRequest.Control) {
    self.control = control.digest
    key = Digest.hex(Data(control.digest.utf8))
  }

  func entries() throws -> [String: String] { [ImageMetadata.entry: try CanonicalJSON.text(self)] }
}
