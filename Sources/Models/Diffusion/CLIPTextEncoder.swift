import Foundation

/// `config.json` of a CLIP text encoder.
public struct CLIPTextConfig: Decodable, Sendable {
  /// Number of token ids the embedding knows.
  public let vocabularySize: Int
  /// Most tokens a text has.
  public let length: Int
  /// Width of the states.
  public let size: Int
  let innerSize: Int
  let layers: Int
  let heads: Int
  let eps: Float
  let activation: Activation

  /// Reads `config.json` in a network's folder. Throws `ModelError.missingConfiguration` and `badConfig`.
  public init(folder: URL) throws {
    self = try ConfigFile.decode(CLIPTextConfig.self, in: folder)
  }

  public init(from decoder: any Decoder) throws {
    let check = try ConfigCheck(decoder)
    vocabularySize = try check.int("vocab_size", 1...1_000_000, 49408)
    length = try check.int("max_position_embeddings", 1...4096, 77)
    size = try check.int("hidden_size", 1...8192, 512)
    innerSize = try check.int("intermediate_size", 1...32768, 2048)
    layers = try check.int("num_hidden_layers", 1...128, 12)
    heads = try check.int("num_attention_heads", 1...256, 8)
    try check.require(size % heads == 0, "num_attention_heads", "\(size) states in \(heads) heads")
    eps = try check.value("layer_norm_eps", 1e-5)
    try check.require((0...1).contains(eps), "layer_norm_eps", "\(eps) is not in 0...1")
    let name: String = try check.value("hidden_act", "quick_gelu")
    let known: [String: Activation] = ["quick_gelu": .quickGelu, "gelu": .gelu]
    try check.require(known[name] != nil, "hidden_act", "\(name) is not supported, only quick_gelu and gelu")
    activation = known[name] ?? .quickGelu
  }
}

/// The text half of CLIP (Radford et al. 2021; transformers `CLIPTextModel`): token ids to states, final norm applied.
public final class CLIPTextEncoder: Sendable {
  public let config: CLIPTextConfig
  private let tokenEmbedding: Embedding  // embeddings.token_embedding
  private let positionEmbedding: Embedding  // embeddings.position_embedding
  private let layers: [TextLayer]  // encoder.layers
  private let finalLayerNorm: LayerNorm  // final_layer_norm

  /// Takes keys with and without `text_model.`. Throws `ModelError.weightsDoNotFit` listing the keys.
  public init(_ checkpoint: Checkpoint, _ config: CLIPTextConfig) throws {
    let loader = WeightLoader(try checkpoint.renamed(by: .textEncoder), network: "text encoder")
    let model = loader("text_model")
    self.config = config
    tokenEmbedding = Embedding(model("embeddings.token_embedding"), count: config.vocabularySize, size: config.size)
    positionEmbedding = Embedding(model("embeddings.position_embedding"), count: config.length, size: config.size)
    layers = (0..<config.layers).map { TextLayer(model("encoder.layers.\($0)"), config) }
    finalLayerNorm = LayerNorm(model("final_layer_norm"), config.size, eps: config.eps)
    try loader.finish(ignoring: ["position_ids"])
  }

  /// Reads a diffusers folder. Throws `ModelError`.
  public convenience init(folder: URL) throws {
    try self.init(Checkpoint(folder: folder), CLIPTextConfig(folder: folder))
  }

  /// Texts of equal length to `[n, t, size]`. Padding is attended to like any token, as Stable Diffusion was trained.
  ///
  /// Throws `ModelError.badInput` for an id outside the vocabulary, texts of unequal length or too long ones.
  public func callAsFunction(_ ids: [[Int]]) throws -> Tensor {
    let length = ids.first?.count ?? 0
    guard length > 0, length <= config.length, ids.allSatisfy({ $0.count == length }) else {
      throw ModelError.badInput(what: "token ids", reason: "texts of \(ids.map(\.count)) tokens, 1 to \(config.length) and all the same are taken")
    }
    let positions = try positionEmbedding(Array(0..<length))  // [t, d]
    let tokens = try tokenEmbedding(ids.flatMap { $0 })  // [n t, d]
    let places = Tensor.stacked(Array(repeating: positions, count: ids.count))  // [n t, d]
    var h = Kernels.add(tokens, places).reshaped([ids.count, length, config.size])  // [n, t, d]
    for layer in layers { h = layer(h) }
    return finalLayerNorm(h)
  }
}

/// Causal self-attention and a two-layer perceptron, each added to its input.
private struct TextLayer: Sendable {
  private let layerNorm1: LayerNorm  // layer_norm1
  private let qProj: Linear  // self_attn.q_proj
  private let kProj: Linear  // self_attn.k_proj
  private let vProj: Linear  // self_attn.v_proj
  private let outProj: Linear  // self_attn.out_proj
  private let layerNorm2: LayerNorm  // layer_norm2
  private let fc1: Linear  // mlp.fc1
  private let fc2: Linear  // mlp.fc2
  private let heads: Int
  private let activation: Activation

  init(_ loader: WeightLoader, _ config: CLIPTextConfig) {
    layerNorm1 = LayerNorm(loader("layer_norm1"), config.size, eps: config.eps)
    qProj = Linear(loader("self_attn.q_proj"), in: config.size, out: config.size)
    kProj = Linear(loader("self_attn.k_proj"), in: config.size, out: config.size)
    vProj = Linear(loader("self_attn.v_proj"), in: config.size, out: config.size)
    outProj = Linear(loader("self_attn.out_proj"), in: config.size, out: config.size)
    layerNorm2 = LayerNorm(loader("layer_norm2"), config.size, eps: config.eps)
    fc1 = Linear(loader("mlp.fc1"), in: config.size, out: config.innerSize)
    fc2 = Linear(loader("mlp.fc2"), in: config.innerSize, out: config.size)
    heads = config.heads
    activation = config.activation
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let normal = layerNorm1(x)  // [n, t, d]
    let mixed = Kernels.attention(qProj(normal), kProj(normal), vProj(normal), heads: heads, isCausal: true)
    let h = outProj(mixed, residual: x)  // [n, t, d]
    return fc2(fc1(layerNorm2(h), activation: activation), residual: h)  // [n, t, d]
  }
}
