import Foundation

/// A file of low-rank changes to a diffusion model's weights (LoRA, Hu et al. 2021; LoCon for convolutions), in any of the forms it is handed on in:
///
/// - kohya: `lora_unet_down_blocks_0_..._to_q.lora_down.weight`, `.lora_up.weight`, `.alpha`, and `lora_te_...` for the text encoder;
/// - diffusers and PEFT: `unet.down_blocks.0....to_q.lora_A.weight`, `.lora_B.weight`, or `.lora.down.weight`, and `text_encoder....`;
/// - diffusers' former attention processors: `down_blocks.0....attn1.processor.to_q_lora.down.weight`.
struct LowRankFile: Sendable {
  /// The change of one layer's weight: `alpha / rank · up · down`.
  struct Layer: Sendable {
    let down: Parameter
    let up: Parameter
    /// The rank where the file does not say.
    let alpha: Float
    var rank: Int { down.shape[0] }
  }

  let path: String
  /// By the layer's name as the file has it, without the ending.
  let layers: [String: Layer]
  /// Keys that are of no known form, in the file's order.
  let strangers: [String]

  /// Throws `ModelError.wrongModel` for a file that is no LoRA, `unsupportedAdapter` for another method's, and `badWeights` for one that
  /// contradicts itself.
  init(_ checkpoint: Checkpoint) throws {
    path = checkpoint.path
    let family = checkpoint.family
    guard !family.isRun || family == .lowRank else { throw ModelError.wrongModel(path: path, found: family, wanted: ModelRole.adapter.title) }
    if let method = Self.otherMethod(checkpoint.names) { throw ModelError.unsupportedAdapter(path: path, method: method) }
    var halves: [String: [Half: Parameter]] = [:], strangers: [String] = []
    for name in checkpoint.names {
      guard let (layer, half) = Self.parsed(name), let value = checkpoint.parameter(name) else {
        strangers.append(name)
        continue
      }
      guard halves[layer, default: [:]].updateValue(value, forKey: half) == nil else {
        throw ModelError.badWeights(path: path, reason: "\(name) is there under two names")
      }
    }
    guard halves.values.contains(where: { $0[.down] != nil && $0[.up] != nil }) else {
      guard halves.isEmpty else { throw ModelError.badWeights(path: path, reason: "it is a LoRA of which no layer has both of its matrices") }
      throw ModelError.wrongModel(path: path, found: checkpoint.family, wanted: ModelRole.adapter.title)
    }
    let trained = try TrainedScales(checkpoint)
    let reason = { [path] (reason: String) in ModelError.badWeights(path: path, reason: reason) }
    layers = try Dictionary(uniqueKeysWithValues: halves.map { name, half in
      guard let down = half[.down], let up = half[.up] else { throw reason("\(name) has \(half[.down] == nil ? "no" : "only a") way down") }
      guard let rank = down.shape.first, (1...Self.mostRank).contains(rank), down.shape.count >= 2, up.shape.count >= 2, down.count > 0, up.count > 0
      else { throw reason("\(name) is no pair of matrices: \(down.shape) and \(up.shape)") }
      var alpha = trained.alpha(name, rank: rank) ?? Float(rank)
      if let stored = half[.alpha] {
        guard stored.count == 1 else { throw reason("the alpha of \(name) is no single number") }
        alpha = stored.widened().values[0]
      }
      guard alpha.isFinite else { throw reason("the alpha of \(name) is not finite") }
      return (name, Layer(down: down, up: up, alpha: alpha))
    })
    self.strangers = strangers
  }

  /// Ranks up to which a pair is taken for one: beyond, it is larger than any layer of the family.
  private static let mostRank = 1 << 14

  private enum Half { case down, up, alpha }

  /// Endings of keys, longer ones before those that they end in.
  private static let endings: [(String, Half)] = [
    (".lora_linear_layer.down.weight", .down), (".lora_linear_layer.up.weight", .up), (".lora_down.weight", .down), (".lora_up.weight", .up),
    (".lora.down.weight", .down), (".lora.up.weight", .up), ("_lora.down.weight", .down), ("_lora.up.weight", .up),
    (".lora_A.weight", .down), (".lora_B.weight", .up), ("_lora.alpha", .alpha), (".lora.alpha", .alpha), (".alpha", .alpha),
  ]

  /// A key's layer and which half of it is meant; nil for a key of another form.
  private static func parsed(_ name: String) -> (layer: String, half: Half)? {
    guard let (ending, half) = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
    return (name.dropLast(ending.count).replacingOccurrences(of: ".processor", with: ""), half)
  }

  /// The method that the names speak of where it is not a product of two matrices.
  private static func otherMethod(_ names: [String]) -> String? {
    let signs = [
      ("dora_scale", "DoRA"), ("lora_magnitude_vector", "DoRA"), ("hada_w", "LoHa"), ("lokr_w", "LoKr"), ("lokr_t", "LoKr"),
      ("lora_mid", "Tucker-decomposed LoCon"), ("oft_blocks", "OFT"), ("oft_diag", "OFT"), ("boft", "BOFT"), ("on_input", "IA3"), (".diff_b", "full difference"),
      (".diff", "full difference"),
    ]
    for (sign, method) in signs where names.contains(where: { $0.contains(sign) }) { return method }
    return nil
  }
}

extension LowRankFile {
  /// Alphas that diffusers keeps beside the weights (`lora_adapter_metadata`, from 0.34 on) in place of in them.
  private struct TrainedScales {
    private let values: [String: Any]

    /// Throws `ModelError.unsupportedAdapter` where they say that the weights are another method's.
    init(_ checkpoint: Checkpoint) throws {
      let text = checkpoint.metadata["lora_adapter_metadata"] ?? "{}"
      guard text.utf8.count <= ConfigFile.maximumBytes, let values = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else {
        throw ModelError.badWeights(path: checkpoint.path, reason: "its lora_adapter_metadata is not JSON")
      }
      self.values = values
      if values.contains(where: { $0.key.hasSuffix(".use_dora") && ($0.value as? Bool) == true }) {
        throw ModelError.unsupportedAdapter(path: checkpoint.path, method: "DoRA")
      }
    }

    /// nil where nothing is said: the alpha is the rank then.
    func alpha(_ layer: String, rank: Int) -> Float? {
      guard let part = layer.split(separator: ".").first else { return nil }
      func value(_ key: String) -> Any? { values["\(part).\(key)"] }
      let pattern = value("alpha_pattern") as? [String: Any]
      // The patterns name a layer by its last parts.
      let own = pattern?.first { layer == "\(part).\($0.key)" || layer.hasSuffix(".\($0.key)") }?.value
      guard let alpha = (own ?? value("lora_alpha")) as? Double else { return nil }
      // Rank-stabilised: divided by the rank's root, not by the rank.
      return Float((value("use_rslora") as? Bool) == true ? alpha * Double(rank).squareRoot() : alpha)
    }
  }
}
