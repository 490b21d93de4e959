import Foundation

/// LoRA files, each with its weight, that are merged into a model's networks as these are read: `W + scale · alpha / rank · up · down`.
struct LowRankAdapters: Sendable {
  /// The networks that such files change.
  enum Network: CaseIterable, Sendable {
    case textEncoder, unet
  }

  /// What one file adds to one weight.
  private struct Change: Sendable {
    let layer: LowRankFile.Layer
    let scale: Float
  }

  private var changes: [Network: [String: [Change]]] = [:]

  /// Reads the files and finds the layer of every key.
  ///
  /// - Parameters:
  ///   - text: the text encoder's weights, keys below `text_model.`.
  ///   - unet: the UNet's weights under diffusers' names.
  /// - Throws: `ModelError.foreignAdapter` for a file made for another family, `adapterDoesNotFit` for keys of no layer, `weightsDoNotFit` for
  ///   layers of other extents, `badSetting` for a scale that is not finite, and what reading throws.
  init(_ files: [LowRankSource], text: Checkpoint, unet: Checkpoint, config: UNetConfig) throws {
    guard !files.isEmpty else { return }
    let names: [Network: LowRankNames] = [.textEncoder: LowRankNames(text.names), .unet: LowRankNames(unet.names, original: .originalUNet(config))]
    let weights: [Network: Checkpoint] = [.textEncoder: text, .unet: unet]
    for file in files {
      guard file.scale.isFinite else { throw ModelError.badSetting(name: "LoRA scale", value: "\(file.scale)", allowed: "a finite number") }
      let adapter = try LowRankFile(Checkpoint(lowRank: file.url))
      if let family = adapter.family(unlike: config.contextSize) {
        throw ModelError.foreignAdapter(path: adapter.path, family: family, width: config.contextSize)
      }
      var strangers = adapter.strangers, misfits: [ShapeMismatch] = []
      for (name, layer) in adapter.layers.sorted(by: { $0.key < $1.key }) {
        let (network, rest) = Self.network(of: name)
        guard let key = names[network]?.key(rest), let shape = weights[network]?.shape(of: key) else {
          strangers.append(name)
          continue
        }
        if let misfit = layer.misfit(key, shape) {
          misfits.append(misfit)
        } else {
          changes[network, default: [:]][key, default: []].append(Change(layer: layer, scale: file.scale))
        }
      }
      guard strangers.isEmpty else { throw ModelError.adapterDoesNotFit(path: adapter.path, keys: Array(strangers.prefix(3)), count: strangers.count) }
      guard misfits.isEmpty else { throw ModelError.weightsDoNotFit(path: adapter.path, missing: [], unused: [], wrongShape: misfits) }
    }
  }

  /// A network's weights with the changes in them, those in single precision, as diffusers' `fuse_lora` computes them.
  func merged(into weights: Checkpoint, _ network: Network) -> Checkpoint {
    guard let own = changes[network] else { return weights }
    return weights.replacing(own.reduce(into: [:]) { merged, change in
      guard let parameter = weights.parameter(change.key) else { return }
      merged[change.key] = Parameter(change.value.reduce(parameter.widened()) { weight, part in part.layer.added(to: weight, scale: part.scale) })
    })
  }

  /// What is added to a network's weights, for a process that reads the files by itself.
  func plan(_ network: Network) -> [String: [NetworkPlan.Change]] {
    (changes[network] ?? [:]).mapValues { own in
      own.compactMap { change in
        guard let down = change.layer.down.source, let up = change.layer.up.source else { return nil }
        return NetworkPlan.Change(down: down, up: up, scale: change.scale * change.layer.alpha / Float(change.layer.rank))
      }
    }
  }

  /// Bytes by which a network's weights grow.
  func growth(of weights: Checkpoint, _ network: Network) -> Int {
    (changes[network] ?? [:]).keys.compactMap { weights.parameter($0) }.reduce(0) { $0 + $1.count * max(0, 4 - $1.dtype.size) }
  }

  /// What a layer's first parts say of its network, and the rest.
  private static func network(of layer: String) -> (Network, Substring) {
    let prefixes: [(String, Network)] = [
      ("lora_unet_", .unet), ("lora_te_", .textEncoder), ("unet.", .unet), ("text_encoder.", .textEncoder),
    ]
    for (prefix, network) in prefixes where layer.hasPrefix(prefix) { return (network, layer.dropFirst(prefix.count)) }
    // The former attention processors of a UNet alone.
    return (.unet, layer[...])
  }
}

/// A LoRA file, or a folder with diffusers' `pytorch_lora_weights`, and how much of it is merged.
public struct LowRankSource: Hashable, Sendable {
  public let url: URL
  /// 1 for what it was trained to add.
  public let scale: Float

  public init(url: URL, scale: Float = 1) {
    self.url = url
    self.scale = scale
  }
}

extension Checkpoint {
  /// File names under which diffusers saves a LoRA.
  public static let lowRankNames = ["pytorch_lora_weights.safetensors", "pytorch_lora_weights.bin"]

  /// A LoRA file, or the one in a folder of diffusers'. Throws as `init(file:)`, and `wrongModel` for a folder of anything else.
  convenience init(lowRank url: URL) throws {
    guard url.isFolder else {
      try self.init(file: url)
      return
    }
    guard let file = Self.lowRankFile(in: url) else {
      try ModelRole.adapter.check(url)
      throw ModelError.noWeights(path: url.path, there: [])
    }
    try self.init(file: file)
  }

  /// The LoRA in a folder of diffusers'; nil where there is none.
  static func lowRankFile(in folder: URL) -> URL? {
    lowRankNames.map(folder.appendingPathComponent).first { FileManager.default.fileExists(atPath: $0.path) }
  }
}

extension LowRankFile {
  /// The family that a file was made for where that is not the model's; `width` is that of the model's text states.
  fileprivate func family(unlike width: Int) -> String? {
    if layers.keys.contains(where: { name in ["lora_te1_", "lora_te2_", "text_encoder_2."].contains { name.hasPrefix($0) } }) { return "Stable Diffusion XL" }
    let reader = layers.first { name, layer in (name.hasSuffix("attn2_to_k") || name.hasSuffix("attn2.to_k")) && layer.down.shape.count >= 2 }
    guard let found = reader?.value.down.shape[1], found != width else { return nil }
    return [768: "Stable Diffusion 1.x", 1024: "Stable Diffusion 2.x", 2048: "Stable Diffusion XL"][found]
  }
}

extension LowRankFile.Layer {
  /// Where the product is not of a weight's shape.
  fileprivate func misfit(_ key: String, _ shape: [Int]) -> ShapeMismatch? {
    let outputs = shape.first ?? 0, inputs = shape.dropFirst().reduce(1, *)
    let fits = shape.count >= 2 && up.shape[0] == outputs && up.count == outputs * rank && down.count == rank * inputs
      && (down.shape.count == 2 || down.shape.dropFirst().elementsEqual(shape.dropFirst()) || shape.count == 2)
    return fits ? nil : ShapeMismatch(name: key, expected: shape, found: [up.shape[0]] + down.shape.dropFirst())
  }

  /// A weight `[o, i, ...]` with `scale · alpha / rank · up · down` added.
  fileprivate func added(to weight: Tensor, scale: Float) -> Tensor {
    let rows = up.widened().reshaped([up.shape[0], rank]), columns = down.widened().reshaped([rank, down.count / rank])
    let product = Kernels.gemm(rows, columns).reshaped(weight.shape)
    return .sum((1, weight), (Double(scale) * Double(alpha) / Double(rank), product))
  }
}
