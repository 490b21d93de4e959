import Foundation
import Models
import TestSupport
import Testing

@Suite struct DDIMTests {
  private func config(_ text: String) throws -> SchedulerConfig {
    let folder = try TemporaryFolder()
    return try SchedulerConfig(file: folder.write(text, to: "scheduler_config.json"))
  }

  /// Bare keys that are not UTF-8 would end the process inside Foundation's JSON5 reader.
  @Test func bytesThatAreNotTextAreRefused() throws {
    let folder = try TemporaryFolder()
    for key in [[0xFF, 0, 0xFF], [0xC3], [0xED, 0xA0, 0x80]] as [[UInt8]] {
      let file = try folder.write(Array("{\"steps_offset\": 1,\n".utf8) + key + Array(" train\": 2}".utf8), to: "scheduler_config.json")
      #expect(throws: ModelError.badConfig(path: file.path, reason: "it is not JSON")) { try SchedulerConfig(file: file) }
    }
  }

  private static let stableDiffusion = """
    "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1
    """

  @Test func spacings() throws {
    func steps(_ spacing: String, _ count: Int) throws -> [Float] {
      try DDIM(config("{\(Self.stableDiffusion), \"timestep_spacing\": \"\(spacing)\"}"), steps: count).timesteps
    }
    #expect(try steps("leading", 4) == [751, 501, 251, 1])
    #expect(try steps("trailing", 4) == [999, 749, 499, 249])
    #expect(try steps("linspace", 4) == [999, 666, 333, 0])
    #expect(try steps("trailing", 3) == [999, 666, 332])
    #expect(try steps("linspace", 1) == [0])
    #expect(throws: ModelError.self) { try steps("leading", 0) }
    #expect(throws: ModelError.self) { try steps("leading", 1001) }
    #expect(throws: ModelError.self) { try steps("leading", 1000) }
  }

  /// The three predictions say the same thing of the same sample in different words.
  @Test func predictionsAgree() throws {
    var generator = TorchGenerator(seed: 4)
    let (original, epsilon) = (generator.randn(64), generator.randn(64))
    var noise = NoiseSource(seeds: [4])
    var results: [[Float]] = []
    for name in ["epsilon", "sample", "v_prediction"] {
      let config = try config("{\(Self.stableDiffusion), \"prediction_type\": \"\(name)\"}")
      var sampler = try DDIM(config, steps: 10)
      // Step 0 of 10 is time 901.
      let alpha = Self.alpha(901)
      let (signal, rest) = (alpha.squareRoot(), (1 - alpha).squareRoot())
      let sample = zip(original, epsilon).map { signal * $0 + rest * $1 }
      let output =
        switch name {
        case "epsilon": epsilon
        case "sample": original
        default: zip(original, epsilon).map { signal * $1 - rest * $0 }
        }
      let next = sampler.advance(
        Tensor(sample, shape: [1, 4, 4, 4]), output: Tensor(output, shape: [1, 4, 4, 4]), step: 0, noise: &noise)
      results.append(next.values)
    }
    #expect(Difference.largest(results[0], results[1]) < 1e-4)
    #expect(Difference.largest(results[0], results[2]) < 1e-4)
  }

  private static func alpha(_ time: Int) -> Float {
    let (start, end) = (0.00085.squareRoot(), 0.012.squareRoot())
    return Float((0...time).reduce(1.0) { product, i in
      let root = start + (end - start) * Double(i) / 999
      return product * (1 - root * root)
    })
  }

  @Test func refusesWhatItCannotDo() throws {
    for text in [
      "{\"beta_schedule\": \"sigmoid\"}", "{\"num_train_timesteps\": 0}", "{\"num_train_timesteps\": 100000000}",
      "{\"beta_end\": 2}", "{\"trained_betas\": [0.1]}", "{\"steps_offset\": -1}", "{\"thresholding\": true}", "{", "[]",
    ] {
      #expect(throws: ModelError.self, "\(text)") { try config(text) }
    }
    let good = try config("{}")
    #expect(throws: ModelError.self) { try DDIM(good, steps: 10, eta: 2) }
    #expect(throws: ModelError.self) { try DDIM(good, steps: 10, eta: .nan) }
  }
}
