import Foundation

/// One network on tensors from a file, in and out under the golden files' names and in PyTorch's layout (`docs/forward.md`).
public struct ForwardRunner: Sendable {
  private enum Network: Sendable {
    case clipText(CLIPTextEncoder)
    case unet(UNet)
    case controlNet(ControlNet)
    case decoder(Autoencoder)
    case encoder(Autoencoder)
    case hed(HED)
    case pidinet(PiDiNet)
    case bam(BAM)
    case hdmnet(HDMNet)
    case hsnet(HSNet)
    case dcama(DCAMA)
  }

  private let network: Network

  /// Loads a network.
  ///
  /// - Parameters:
  ///   - weights: the network's folder, a whole model folder or a file of weights (with `config.json` beside it for the networks
  ///     that need one), or a single file of a whole model under CompVis' names.
  ///   - backbone: the file of a few-shot network's backbone where `weights` hold none and no `backbone.pth` is beside them.
  ///   - config: a diffusers folder whose configurations serve such a single file.
  ///   - precision: of the products; text encoder and edge detectors have Float32 alone.
  /// - Throws: `ModelError`.
  public init(_ kind: ForwardNetwork, weights: URL, backbone: URL? = nil, config: URL? = nil, precision: Precision = .float32) throws {
    try precision.check()
    let files = try NetworkFiles(kind, at: weights)
    let checkpoint = try files.checkpoint.completed(backbone: backbone, in: files.folder)
    if let config, let network = try Self.original(kind, SingleFile(checkpoint), config, precision) {
      self.network = network
      return
    }
    network =
      switch kind {
      case .clipText: .clipText(try CLIPTextEncoder(checkpoint, CLIPTextConfig(folder: files.folder)))
      case .unet: .unet(try UNet(checkpoint, UNetConfig(folder: files.folder), precision: precision))
      case .controlNet: .controlNet(try ControlNet(checkpoint, UNetConfig(folder: files.folder), precision: precision))
      case .vaeDecode: .decoder(try Autoencoder(checkpoint, AutoencoderConfig(folder: files.folder), precision: precision))
      case .vaeEncode: .encoder(try Autoencoder(checkpoint, AutoencoderConfig(folder: files.folder), precision: precision))
      case .hed: .hed(try HED(checkpoint))
      case .pidinet: .pidinet(try PiDiNet(checkpoint))
      case .bam: .bam(try BAM(checkpoint, precision: precision))
      case .hdmnet: .hdmnet(try HDMNet(checkpoint, precision: precision))
      case .hsnet: .hsnet(try HSNet(checkpoint, precision: precision))
      case .dcama: .dcama(try DCAMA(checkpoint, precision: precision))
      }
  }

  /// A network out of a single file; nil when the file is none, or the network is in files of its own.
  private static func original(_ kind: ForwardNetwork, _ file: SingleFile, _ config: URL, _ precision: Precision) throws -> Network? {
    guard file.isOriginal else { return nil }
    func folder(_ part: String) -> URL { config.appendingPathComponent(part) }
    switch kind {
    case .clipText: return .clipText(try file.textEncoder(CLIPTextConfig(folder: folder("text_encoder"))))
    case .unet: return .unet(try file.unet(UNetConfig(folder: folder("unet")), precision: precision))
    case .controlNet:
      let (weights, config) = try file.controlNet(for: UNetConfig(folder: folder("unet")))
      return .controlNet(try ControlNet(weights, config, precision: precision))
    case .vaeDecode: return .decoder(try file.autoencoder(AutoencoderConfig(folder: folder("vae")), precision: precision))
    case .vaeEncode: return .encoder(try file.autoencoder(AutoencoderConfig(folder: folder("vae")), precision: precision))
    case .hed, .pidinet, .bam, .hdmnet, .hsnet, .dcama: return nil
    }
  }

  /// Runs the network once.
  ///
  /// - Parameter file: the inputs; tensors the network does not read are ignored.
  /// - Returns: the outputs in the table's order, channels first.
  /// - Throws: `ModelError.missingTensor`, `badInput`, and `notFiniteLayer` or `notFinite` when an output holds NaN or infinity.
  public func callAsFunction(_ file: Checkpoint) throws -> [(name: String, tensor: Tensor)] {
    try LayerWatch.naming {
      let outputs = try run(ForwardInputs(file))
      for (name, tensor) in outputs { _ = try tensor.finite("the output \(name)") }
      return outputs
    }
  }

  private func run(_ inputs: ForwardInputs) throws -> [(name: String, tensor: Tensor)] {
    switch network {
    case .clipText(let encoder):
      return [("last_hidden_state", try encoder(inputs.integers("input_ids")))]
    case .unet(let unet):
      let sample = try inputs.image("sample")
      let out = try unet(
        sample, timesteps: inputs.numbers("timestep", rows: sample.shape[0]),
        context: inputs.tensor("encoder_hidden_states", dimensions: 3), residuals: inputs.residuals())
      return [("out", out.nchw())]
    case .controlNet(let network):
      let sample = try inputs.image("sample")
      let residuals = try network(
        sample, timesteps: inputs.numbers("timestep", rows: sample.shape[0]),
        context: inputs.tensor("encoder_hidden_states", dimensions: 3), hint: network.embed(inputs.image("cond")))
      return residuals.down.enumerated().map { ("down.\($0)", $1.nchw()) } + [("mid", residuals.mid.nchw())]
    case .decoder(let autoencoder):
      return [("decoded", try autoencoder.decode(inputs.image("latent")).nchw())]
    case .encoder(let autoencoder):
      let (mean, logVariance) = try autoencoder.encode(inputs.image("image"))
      return [("enc_mean", mean.nchw()), ("enc_logvar", logVariance.nchw())]
    case .hed(let network):
      return [("edge", try eachImage(inputs, network.edges(rgb:)))]
    case .pidinet(let network):
      return [("edge", try eachImage(inputs, network.edges(normalized:)))]
    case .bam(let network): return try ensemble(network, inputs, network.segment(query:supports:trace:))
    case .hdmnet(let network): return try ensemble(network, inputs, network.segment(query:supports:trace:))
    case .hsnet(let network): return try logits(network, inputs)
    case .dcama(let network): return try logits(network, inputs)
    }
  }

  private func eachImage(_ inputs: ForwardInputs, _ detect: (Tensor) throws -> Tensor) throws -> Tensor {
    let images = try inputs.image("image")
    return .stacked(try (0..<images.shape[0]).map { try detect(images.slice($0..<$0 + 1)) }).nchw()
  }

  /// The query and the supports of an episode, with the network's features.
  private func episode(
    _ network: some FewShotSegmenter, _ inputs: ForwardInputs
  ) throws -> (query: ImageFeatures, supports: [SupportExample]) {
    let query = try inputs.image("query_img")
    let images = try inputs.tensor("support_imgs", dimensions: 5), masks = try inputs.tensor("support_masks", dimensions: 4)
    let (shots, height, width) = (images.shape[1], images.shape[3], images.shape[4])
    guard images.shape[0] == 1, masks.shape == [1, shots, height, width] else {
      throw ModelError.badInput(
        what: "support_masks",
        reason: "their shape is \(masks.shape), for images of \(images.shape) it has to be \([1, shots, height, width])")
    }
    let each = images.reshaped(Array(images.shape.dropFirst())), flat = masks.reshaped([shots, height, width, 1])
    return (
      try network.features(of: query),
      try (0..<shots).map {
        SupportExample(features: try network.features(of: each.slice($0..<$0 + 1).nhwc()), mask: flat.slice($0..<$0 + 1))
      }
    )
  }

  private func logits(_ network: some FewShotSegmenter, _ inputs: ForwardInputs) throws -> [(name: String, tensor: Tensor)] {
    let (query, supports) = try episode(network, inputs)
    let result = try network.segment(query: query, supports: supports)
    let votes = result.votes.map { [("votes", plane($0, query.side))] } ?? []
    return [("logits", result.logits.nchw()), ("pred_mask", plane(result.mask, query.side))] + votes
  }

  /// BAM and HDMNet give three answers: together, and the learners' own.
  private func ensemble(
    _ network: some FewShotSegmenter, _ inputs: ForwardInputs,
    _ segment: (ImageFeatures, [SupportExample], (String, Tensor) -> Void) throws -> Segmentation
  ) throws -> [(name: String, tensor: Tensor)] {
    let (query, supports) = try episode(network, inputs)
    var parts: [(name: String, tensor: Tensor)] = []
    let result = try segment(query, supports) { name, map in
      if name.hasPrefix("out.") { parts.append((String(name.dropFirst(4)), map.nchw())) }
    }
    return [("final_out", result.logits.nchw())] + parts + [("pred_mask", plane(result.mask, query.side))]
  }

  private func plane(_ values: [UInt8], _ side: Int) -> Tensor { Tensor(values.map(Float.init), shape: [1, side, side]) }
}
