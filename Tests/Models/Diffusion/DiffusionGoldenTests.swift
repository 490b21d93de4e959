import Foundation
import Models
import TestSupport
import Testing

/// The networks one at a time against diffusers and transformers (`golden/sd/components.safetensors`).
@Suite(.enabled(if: Golden.isAvailable)) struct DiffusionGoldenTests {
  static let tolerance = 1e-4
  private let golden: Checkpoint

  init() throws { golden = try Checkpoint(file: Golden.url("sd/components.safetensors")) }

  private static func folder(_ name: String) -> URL { Golden.url("sd/" + name) }

  /// A golden tensor, images channels last.
  private func tensor(_ name: String) throws -> Tensor {
    let tensor = try golden.tensor(name)
    return tensor.shape.count == 4 ? tensor.nhwc() : tensor
  }

  private func timesteps() throws -> [Float] { try tensor("unet.timestep").values }

  @Test func textEncoder() throws {
    let ids = try tensor("text.input_ids")
    let rows = (0..<ids.shape[0]).map { ids.slice($0..<$0 + 1).values.map { Int($0) } }
    let states = try CLIPTextEncoder(folder: Self.folder("tiny-sd15/text_encoder"))(rows)
    #expect(relativeError(states, try tensor("text.last_hidden_state")) < Self.tolerance)
  }

  @Test func unet() throws {
    let unet = try UNet(folder: Self.folder("tiny-sd15/unet"))
    let context = try tensor("text.last_hidden_state")
    let out = try unet(tensor("unet.sample"), timesteps: timesteps(), context: context)
    #expect(relativeError(out, try tensor("unet.out")) < Self.tolerance)
    let tall = try unet(tensor("unet.sample_nonsquare"), timesteps: [21], context: context.slice(0..<1))
    #expect(relativeError(tall, try tensor("unet.out_nonsquare_t21")) < Self.tolerance)
    let residuals = ControlResiduals(
      down: try (0..<12).map { try tensor("controlnet.seg.down.\($0)") }, mid: try tensor("controlnet.seg.mid"))
    let controlled = try unet(tensor("unet.sample"), timesteps: timesteps(), context: context, residuals: residuals)
    #expect(relativeError(controlled, try tensor("unet.out_with_controlnet_seg")) < Self.tolerance)
  }

  @Test(arguments: ["seg", "scribble", "hed"]) func controlNet(name: String) throws {
    let network = try ControlNet(folder: Self.folder("tiny-controlnet-\(name)"))
    let hint = try network.embed(tensor("controlnet.\(name).cond"))
    let inputs = (sample: try tensor("unet.sample"), context: try tensor("text.last_hidden_state"))
    func expect(_ residuals: ControlResiduals, _ prefix: String) throws {
      #expect(residuals.down.count == 12)
      for (index, residual) in residuals.down.enumerated() {
        #expect(relativeError(residual, try tensor("\(prefix).down.\(index)")) < Self.tolerance, "\(prefix).down.\(index)")
      }
      #expect(relativeError(residuals.mid, try tensor("\(prefix).mid")) < Self.tolerance)
    }
    try expect(network(inputs.sample, timesteps: timesteps(), context: inputs.context, hint: hint), "controlnet.\(name)")
    if name == "seg" {
      try expect(
        network(inputs.sample, timesteps: timesteps(), context: inputs.context, hint: hint, scale: 0.7, guessMode: true),
        "controlnet.seg.guess0.7")
    }
  }

  @Test func autoencoder() throws {
    let autoencoder = try Autoencoder(folder: Self.folder("tiny-sd15/vae"))
    let decoded = try autoencoder.decode(tensor("vae.latent"))
    #expect(relativeError(decoded, try tensor("vae.decoded")) < Self.tolerance)
    let (mean, logVariance) = try autoencoder.encode(tensor("vae.image"))
    #expect(relativeError(mean, try tensor("vae.enc_mean")) < Self.tolerance)
    #expect(relativeError(logVariance, try tensor("vae.enc_logvar")) < Self.tolerance)
  }

  @Test func timeEmbedding() throws {
    let unet = try UNet(folder: Self.folder("tiny-sd15/unet"))
    #expect(relativeError(unet.timeEmbedding.sinusoid(try timesteps()), try tensor("temb.sinusoid")) < Self.tolerance)
    #expect(relativeError(unet.timeEmbedding(try timesteps()), try tensor("temb.mlp")) < Self.tolerance)
  }
}
