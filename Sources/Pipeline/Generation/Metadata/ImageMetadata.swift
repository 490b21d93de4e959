import Core
import Foundation
import Models
import Render

/// What a generated image, PNG or JPEG, says about itself: the text that webui-like tools show, and the whole request.
public struct ImageMetadata: Codable, Hashable, Sendable {
  public let key: String
  public let request: GenerationRequest
  /// SHA-256 by model identifier.
  public let weights: [String: String]
  /// What the text encoder did not see of the prompts; absent from the JSON where it saw all.
  public let cut: PromptCut?
  /// Those of the weights that are the demo's, in an image of another data set; nil without any.
  public let demoWeights: [String]?
  /// The innermost loops that made it (`KernelSet`); nil in images of programs that did not say.
  public let kernels: String?
  /// Who evaluated the networks; nil, and absent from the JSON, where the program did.
  public let engine: EngineFacts?

  public init(
    key: String, request: GenerationRequest, weights: [String: String], cut: PromptCut? = nil, demoWeights: [String]? = nil,
    kernels: String? = KernelSet.current.name, engine: EngineFacts? = nil
  ) {
    self.key = key
    self.request = request
    self.weights = weights
    self.cut = cut
    self.demoWeights = demoWeights
    self.kernels = kernels
    self.engine = engine
  }

  /// The key of the file's entry that holds the JSON.
  public static let entry = "diffss"

  /// The entries `parameters` and `diffss`, and `Warning` where demo weights generated another data set. Nothing in them depends on when or
  /// where the image was made. Throws `EncodingError` for a setting that is no number.
  public func entries() throws -> [String: String] {
    var entries = ["parameters": parameters, Self.entry: try CanonicalJSON.text(self)]
    entries[DemoWeights.entry] = demoWeights.map { DemoWeights.remark($0) }
    return entries
  }

  /// From a file's entries (`ImageText`); nil when the program did not write them.
  public init?(entries: [String: String]) {
    guard let json = entries[Self.entry], let value = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
    self = value
  }

  /// The key alone, of an image or a control image; nil when the program did not write the entries.
  public static func key(in entries: [String: String]) -> String? {
    struct Keyed: Decodable {
      let key: String
    }
    return entries[entry].flatMap { try? JSONDecoder().decode(Keyed.self, from: Data($0.utf8)).key }
  }

  /// Whether the entries are those of a control image that the program made.
  static func isOfControl(_ entries: [String: String]) -> Bool {
    struct Anything: Decodable { init(from decoder: any Decoder) {} }
    struct Control: Decodable {
      let key: String
      let control: Anything
    }
    return entries[entry].flatMap { try? JSONDecoder().decode(Control.self, from: Data($0.utf8)) } != nil
  }

  /// In the manner of the Stable Diffusion web interface.
  private var parameters: String {
    let control = request.models.controlNet.map { name in
      ControlFacts(
        module: request.condition.rawValue, model: name, scale: request.controlScale, start: request.controlStart, end: request.controlEnd)
    }
    let facts = WebParameters.facts(
      request.settings, seed: request.seed, width: request.width, height: request.height, model: request.models.diffusion, autoencoder: request.models.autoencoder,
      loras: request.models.loras ?? [], controls: control.map { [$0] } ?? [], weights: weights)
    return WebParameters(prompt: request.prompt, negativePrompt: request.negativePrompt, facts: facts).text
  }
}

extension Double {
  /// Exactly, whole numbers without a point.
  public var short: String { self == rounded() && abs(self) < 1e9 ? "\(Int(self))" : "\(self)" }
}
