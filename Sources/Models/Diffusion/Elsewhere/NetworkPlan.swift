import Foundation

/// How a process elsewhere builds a network of a model: its configuration, and where each of its weights is stored.
public final class NetworkPlan: Sendable {
  public enum Kind: String, Sendable {
    case textEncoder = "text_encoder"
    case unet
    case autoencoder = "vae"
    case controlNet = "controlnet"
  }

  /// What a LoRA adds to a weight: `scale · up · down`.
  struct Change: Sendable {
    let down: WeightSource
    let up: WeightSource
    let scale: Float
  }

  public let kind: Kind
  /// JSON under diffusers' names.
  let config: String
  /// By the weight's name in diffusers' layout.
  let weights: [String: WeightSource]
  let changes: [String: [Change]]

  /// Throws `ModelError.missingTensor` for a weight that is in no file.
  init(_ kind: Kind, _ checkpoint: Checkpoint, config: String, changes: [String: [Change]] = [:]) throws {
    (self.kind, self.config, self.changes) = (kind, config, changes)
    weights = try checkpoint.names.reduce(into: [:]) { weights, name in
      guard let source = checkpoint.source(of: name) else { throw ModelError.missingTensor(name: name, path: checkpoint.path) }
      weights[name] = source
    }
  }

  /// The files that it is read from, sorted.
  public var files: [String] {
    let changed = changes.values.joined().flatMap { [$0.down.path, $0.up.path] }
    return Set(weights.values.map(\.path) + changed).sorted()
  }

  /// What an engine is told of a file, in the order of `files`.
  public struct File: Encodable, Sendable {
    let path: String
    let bytes: Int
    let sha256: String

    public init(path: String, bytes: Int, sha256: String) {
      self.path = path
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// The plan as an engine reads it (`docs/engines.md`). `files` are those of `files`, in their order.
  public func json(_ described: [File]) throws -> String {
    struct Document: Encodable {
      struct Change: Encodable {
        let down: Place
        let up: Place
        let scale: Float
      }

      let kind: String
      let config: String
      let files: [File]
      let weights: [String: Place]
      let changes: [String: [Change]]
    }
    let places = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($0.element, $0.offset) })
    func place(_ source: WeightSource) -> Place { Place(file: places[source.path] ?? 0, name: source.name) }
    let document = Document(
      kind: kind.rawValue, config: config, files: described, weights: weights.mapValues(place),
      changes: changes.mapValues { $0.map { Document.Change(down: place($0.down), up: place($0.up), scale: $0.scale) } })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  /// `[file, name]`.
  private struct Place: Encodable {
    let file: Int
    let name: String

    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      try list.encode(file)
      try list.encode(name)
    }
  }
}

/// The networks of a model, for a process elsewhere.
public struct ModelPlan: Sendable {
  public let textEncoder: NetworkPlan
  public let unet: NetworkPlan
  public let autoencoder: NetworkPlan
  public internal(set) var controlNets: [NetworkPlan]
  /// Width of the text states.
  public let textWidth: Int
  /// Pixels that a latent stands for, in each direction.
  public let factor: Int
}
