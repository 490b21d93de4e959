import Foundation
import Models
import TestSupport
import Testing

@Suite struct DDIMTests {
  private func config(_ text: String) throws -> SchedulerConfig {
    let folder = try TemporaryFolder()
    return try SchedulerConfig(file: folder.write(text, to: "scheduler_config.json"))
  }

  private static let stableDiffusion = """
    "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1
    """

  /// The golden trajectories: a toy noise model written in `schedulers.json`, over `[1, c, h, w]` in that order.
  @Test(.enabled(if: Golden.isAvailable), arguments: [2, 5, 20]) func golden(steps: Int) throws {
    let golden = try Checkpoint(safetensors: Golden.url("sd/schedulers.safetensors"))
    let sampler = try DDIM(SchedulerConfig(folder: Golden.url("sd/tiny-sd15/scheduler")), steps: steps)
    #expect(sampler.timesteps == (try golden.tensor("ddim.\(steps).timesteps").values))
    let expected = try golden.tensor("ddim.\(steps).trajectory").values
    let noise = try golden.tensor("x_init_unscaled")
    // The toy model works on elements: treating [1, c, h, w] as [n, h, w, c] changes nothing.
    var run = SamplingRun(sampler, noise: noise, generator: TorchGenerator(seed: 0))
    var trajectory: [Float] = []
    while let sample = run.next({ x, t, _ in Self.toyModel(x, t) }) { trajectory += sample.values }
    #expect(run.upcoming == nil)
    #expect(Difference.relativeL2(trajectory, expected: expected) < 1e-6)
  }

  private static func toyModel(_ x: Tensor, _ t: Float) -> Tensor {
    let values = x.values.enumerated().map { i, v in
      Float(0.3 * tanh(Double(v)) * (1 + Double(t) / 1000) + 0.05 * sin(0.7 * Double(i)))
    }
    return Tensor(values, shape: x.shape)
  }

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
    var results: [[Float]] = []
    for name in ["epsilon", "sample", "v_prediction"] {
      let config = try config("{\(Self.stableDiffusion), \"prediction_type\": \"\(name)\"}")
      var sampler = try DDIM(config, steps: 10)
      // Step 0 of 10 is time 901.
      let alpha = Self.alpha(901)
      let (signal, noise) = (alpha.squareRoot(), (1 - alpha).squareRoot())
      let sample = zip(original, epsilon).map { signal * $0 + noise * $1 }
      let output =
        switch name {
        case "epsilon": epsilon
        case "sample": original
        default: zip(original, epsilon).map { signal * $1 - noise * $0 }
        }
      let next = sampler.advance(
        Tensor(sample, shape: [1, 4, 4, 4]), output: Tensor(output, shape: [1, 4, 4, 4]), step: 0, generator: &generator)
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
