import Foundation
import Render

/// What a generated picture, PNG or JPEG, says about itself: the text that webui-like tools show, and the whole request.
public struct PictureMetadata: Codable, Hashable, Sendable {
  public let key: String
  public let request: GenerationRequest
  /// SHA-256 by model identifier.
  public let weights: [String: String]
  /// Those of the weights that are the demo's, in a picture of another data set; nil without any.
  public let demoWeights: [String]?

  public init(key: String, request: GenerationRequest, weights: [String: String], demoWeights: [String]? = nil) {
    self.key = key
    self.request = request
    self.weights = weights
    self.demoWeights = demoWeights
  }

  /// The key of the file's entry that holds the JSON.
  static let entry = "diffss"

  /// The entries `parameters` and `diffss`, and `Warning` where demo weights painted another data set. Nothing in them depends on when or
  /// where the picture was made.
  public func entries() throws -> [String: String] {
    var entries = ["parameters": parameters, Self.entry: try CanonicalJSON.text(self)]
    entries[DemoWeights.entry] = demoWeights.map { DemoWeights.remark($0) }
    return entries
  }

  /// From a file's entries (`PictureText`); nil when the program did not write them.
  public init?(entries: [String: String]) {
    guard let json = entries[Self.entry], let value = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
    self = value
  }

  /// The key alone, of a picture or a control image; nil when the program did not write the entries.
  static func key(in entries: [String: String]) -> String? {
    struct Keyed: Decodable {
      let key: String
    }
    return entries[entry].flatMap { try? JSONDecoder().decode(Keyed.self, from: Data($0.utf8)).key }
  }

  /// In the manner of the Stable Diffusion web interface.
  private var parameters: String {
    var facts = [
      "Steps: \(request.steps)", "Sampler: \(request.sampler)", "CFG scale: \(request.guidance.short)",
      "Seed: \(request.seed)", "Size: \(request.width)x\(request.height)",
    ]
    if let hash = weights[request.models.diffusion] { facts.append("Model hash: \(hash.prefix(10))") }
    facts.append("Model: \(request.models.diffusion)")
    if let controlNet = request.models.controlNet {
      let control = [
        "Module: \(request.condition.rawValue)", "Model: \(controlNet)", "Weight: \(request.controlScale.short)",
        "Guidance Start: \(request.controlStart.short)", "Guidance End: \(request.controlEnd.short)",
      ]
      facts.append("ControlNet 0: \"\(control.joined(separator: ", "))\"")
    }
    return "\(request.prompt)\nNegative prompt: \(request.negativePrompt)\n\(facts.joined(separator: ", "))"
  }
}

extension Double {
  /// Exactly, whole numbers without a point.
  package var short: String { self == rounded() && abs(self) < 1e9 ? "\(Int(self))" : "\(self)" }
}
