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
    case dcama(DCAMA)
  }

  private let network: Network

  /// Loads a network.
  ///
  /// - Parameter weights: the network's folder, a whole model folder or a safetensors file (with `config.json` beside it
  ///   for the networks that need one).
  /// - Throws: `ModelError`.
  public init(_ kind: ForwardNetwork, weights: URL) throws {
    let files = try NetworkFiles(kind, at: weights)
    let checkpoint = try Checkpoint(safetensors: files.weights)
    network =
      switch kind {
      case .clipText: .clipText(try CLIPTextEncoder(checkpoint, CLIPTextConfig(folder: files.folder)))
      case .unet: .unet(try UNet(checkpoint, UNetConfig(folder: files.folder)))
      case .controlNet: .controlNet(try ControlNet(checkpoint, UNetConfig(folder: files.folder)))
      case .vaeDecode: .decoder(try Autoencoder(checkpoint, AutoencoderConfig(folder: files.folder)))
      case .vaeEncode: .encoder(try Autoencoder(checkpoint, AutoencoderConfig(folder: files.folder)))
      case .hed: .hed(try HED(checkpoint))
      case .pidinet: .pidinet(try PiDiNet(checkpoint))
      case .dcama: .dcama(try DCAMA(checkpoint))
      }
  }

  /// Runs the network once.
  ///
  /// - Parameter file: the inputs; tensors the network does not read are ignored.
  /// - Returns: the outputs in the table's order, channels first.
  /// - Throws: `ModelError.missingTensor`, `badInput`, and `notFinite` when an output holds NaN or infinity.
  public func callAsFunction(_ file: Checkpoint) throws -> [(name: String, tensor: Tensor)] {
    let outputs = try run(ForwardInputs(file))
    for (name, tensor) in outputs { _ = try tensor.finite("the output \(name)") }
    return outputs
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
    case .dcama(let network):
      return try segmentation(network, inputs)
    }
  }

  private func eachImage(_ inputs: ForwardInputs, _ detect: (Tensor) throws -> Tensor) throws -> Tensor {
    let images = try inputs.image("image")
    return .stacked(try (0..<images.shape[0]).map { try detect(images.slice($0..<$0 + 1)) }).nchw()
  }

  private func segmentation(
    _ network: some FewShotSegmenter, _ inputs: ForwardInputs
  ) throws -> [(name: String, tensor: Tensor)] {
    let query = try inputs.image("query_img")
    let images = try inputs.tensor("support_imgs", dimensions: 5), masks = try inputs.tensor("support_masks", dimensions: 4)
    let (shots, side) = (images.shape[1], images.shape[3])
    guard images.shape[0] == 1, masks.shape == [1, shots, side, images.shape[4]] else {
      throw ModelError.badInput(
        what: "support_masks", reason: "their shape is \(masks.shape), for images of \(images.shape) it has to be \([1, shots, side, images.shape[4]])")
    }
    let each = images.reshaped(Array(images.shape.dropFirst()))
    let flat = masks.reshaped([shots, side, images.shape[4], 1])
    let result = try network.segment(
      query: query, supports: (0..<shots).map { (each.slice($0..<$0 + 1).nhwc(), flat.slice($0..<$0 + 1)) })
    let mask = Tensor(result.mask.map(Float.init), shape: [1] + result.logits.shape[1...2])
    return [("logits", result.logits.nchw()), ("pred_mask", mask)]
  }
}
