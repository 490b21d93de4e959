import Foundation
import Models
import TestSupport
import Testing

@Suite struct LatentPreviewTests {
  private static let folder = Golden.fixture("preview")
  private static let model = Golden.fixture("diffusion").appendingPathComponent("model")

  /// `Tools/make_preview_fixture.py`; both naming schemes hold the same weights.
  @Test(arguments: ["diffusers.safetensors", "taesd_decoder.safetensors"]) func tinyDecoderAgreesWithDiffusers(file: String) throws {
    let expected = try Checkpoint(file: Self.folder.appendingPathComponent("expected.safetensors"))
    let decoder = try TinyDecoder(Self.folder.appendingPathComponent(file))
    let image = decoder.image(of: try expected.tensor("latents").nhwc())
    #expect(relativeError(image, try expected.tensor("image").nhwc()) < 1e-4)
  }

  @Test func anotherFileIsNoTinyDecoder() {
    #expect(throws: ModelError.self) { try TinyDecoder(Self.folder.appendingPathComponent("expected.safetensors")) }
  }

  /// Where latents are flat the projection says what the autoencoder generates; it is one pixel a latent.
  @Test func projectionFollowsTheAutoencoder() throws {
    let model = try StableDiffusion.load(model: Golden.projectRoot.appendingPathComponent("Assets/demo/sd"))
    let preview = try #require(try model.preview())
    var noise = Noise(8)
    var wrong = 0.0, spread = 0.0
    for _ in 0..<12 {
      let channels = model.autoencoder.config.latentChannels
      let colour = noise.tensor([1, 1, 1, channels]).values
      let latents = Tensor((0..<36).flatMap { _ in colour }, shape: [1, 6, 6, channels])
      let guess = preview.image(of: latents)
      #expect(guess.shape == [1, 6, 6, 3])
      let generated = try model.autoencoder().image(of: latents)
      // The pixel in the middle of both.
      let guessed = guess.values[63..<66], width = generated.shape[2]
      let middle = (generated.shape[1] / 2 * width + width / 2) * 3
      for (one, other) in zip(guessed, generated.values[middle..<middle + 3]) {
        wrong += Double(abs(one - other))
        spread += Double(abs(other - 0.5))
      }
    }
    #expect(wrong < 0.6 * spread)
  }

  @Test func lowMemoryPreviewsNeedTheTinyDecoder() throws {
    #expect(try StableDiffusion.load(model: Self.model, memory: .low).preview() == nil)
    let decoder = Self.folder.appendingPathComponent("diffusers.safetensors")
    let model = try StableDiffusion.load(model: Self.model, memory: .low, smallDecoder: decoder)
    let reads = model.autoencoder.config.latentChannels == 4
    #expect(try (model.preview() is TinyDecoder) == reads)
  }
}
