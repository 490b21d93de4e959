import Foundation
import Models
import TestSupport
import Testing

/// What every sampler does, without golden files.
@Suite struct SamplerTests {
  private static func config(_ more: String = "") throws -> SchedulerConfig {
    let folder = try TemporaryFolder()
    let text = """
      {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
      "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1, "timestep_spacing": "leading"\(more)}
      """
    return try SchedulerConfig(file: folder.write(text, to: "scheduler_config.json"))
  }

  private static func noise() -> Tensor {
    var generator = TorchGenerator(seed: 3)
    return generator.noise([2, 4, 2, 4])
  }

  @Test(arguments: SamplerName.allCases) func refusesStepsOutOfRange(name: SamplerName) throws {
    let config = try Self.config()
    for steps in [-1, 0, 1000, 1001, .max] {
      #expect(throws: ModelError.self, "\(steps)") { try name.make(config, steps: steps) }
    }
    if name != .ddim { #expect(throws: ModelError.self) { try name.make(config, steps: 4, eta: 0.5) } }
  }

  @Test(arguments: [
    (SamplerName.ddim, [751, 501, 251, 1]), (.pndm, [751, 501, 501, 251, 1]), (.euler, [751, 501, 251, 1]),
    (.eulerAncestral, [751, 501, 251, 1]), (.heun, [751, 501, 501, 251, 251, 1, 1]), (.dpmpp2m, [801, 601, 401, 201]),
    (.dpmpp2mSDE, [801, 601, 401, 201]), (.unipc, [801, 601, 401, 201]), (.lcm, [999, 759, 499, 259]),
  ]) func timesteps(name: SamplerName, expected: [Float]) throws {
    #expect(try name.make(Self.config(), steps: 4).timesteps == expected)
  }

  @Test(arguments: SamplerName.allCases) func sameSeedSameBytes(name: SamplerName) throws {
    let sampler = try name.make(Self.config(), steps: 6)
    let first = toyTrajectory(sampler, noise: Self.noise(), seed: 1)
    #expect(first.count == sampler.timesteps.count)
    #expect(first.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    #expect(toyTrajectory(sampler, noise: Self.noise(), seed: 1).map(\.values) == first.map(\.values))
    let drawsNoise = [.eulerAncestral, .dpmpp2mSDE, .lcm].contains(name)
    #expect((toyTrajectory(sampler, noise: Self.noise(), seed: 2).last?.values != first.last?.values) == drawsNoise)
  }

  @Test(arguments: SamplerName.allCases) func copyGoesOnByItself(name: SamplerName) throws {
    let sampler = try name.make(Self.config(), steps: 6)
    var run = SamplingRun(sampler, first: Self.noise(), noise: NoiseSource(seeds: [1]))
    for _ in 0..<3 { _ = run.next { x, t, _ in toyModel(x, t) } }
    var copy = run
    _ = copy.next { x, _, _ in x }
    while run.next({ x, t, _ in toyModel(x, t) }) != nil {}
    #expect(run.sample.values == toyTrajectory(sampler, noise: Self.noise(), seed: 1).last?.values)
  }

  /// What a network that knows the image sees in every sample is that image, whatever noise is left. With `dpmpp-2m-karras` the time
  /// that it is told is rounded.
  @Test(arguments: SamplerName.allCases.filter { $0 != .dpmpp2mKarras }, ["epsilon", "v_prediction"])
  func tellsWhatTheNetworkSees(name: SamplerName, prediction: String) throws {
    let config = try Self.config(#", "prediction_type": "\#(prediction)""#), sampler = try name.make(config, steps: 6)
    var generator = TorchGenerator(seed: 5)
    let image = generator.noise([2, 4, 2, 4]).values, alphas = Self.alphas
    var run = SamplingRun(sampler, first: Self.noise(), noise: NoiseSource(seeds: [1]))
    #expect(run.original == nil)
    func answer(_ x: Tensor, _ t: Float, _: Int) -> Tensor {
      let signal = alphas[Int(t.rounded())].squareRoot(), noise = (1 - alphas[Int(t.rounded())]).squareRoot()
      let values = zip(x.values, image).map { x, original -> Float in
        let epsilon = (Double(x) - signal * Double(original)) / noise
        return Float(prediction == "epsilon" ? epsilon : signal * epsilon - noise * Double(original))
      }
      return Tensor(values, shape: x.shape)
    }
    while run.next(answer) != nil {
      let seen = try #require(run.original)
      // LCM gives a little of the sample back at the lowest times.
      let most = zip(seen.values, image).map { abs($0 - $1) }.max() ?? 1
      #expect(most < (name == .lcm ? 0.1 : 0.02), "\(most)")
    }
  }

  /// The share of signal left after each training step of `config`.
  private static let alphas: [Double] = {
    var product = 1.0
    return (0..<1000).map { step in
      let root = 0.00085.squareRoot() + (0.012.squareRoot() - 0.00085.squareRoot()) * Double(step) / 999
      product *= 1 - root * root
      return product
    }
  }()

  @Test func refusesSettingsItCannotFollow() throws {
    for more in [
      #", "use_beta_sigmas": true"#, #", "use_flow_sigmas": true"#, #", "thresholding": true"#, #", "variance_type": "learned""#,
      #", "timestep_type": "continuous""#, #", "predict_x0": false"#, #", "sigma_data": 0.5"#, #", "solver_type": "other""#,
      #", "use_karras_sigmas": true, "use_exponential_sigmas": true"#, #", "prediction_type": "flow_prediction""#,
    ] {
      #expect(throws: ModelError.self, "\(more)") { try Self.config(more) }
    }
    #expect(throws: ModelError.self) { try SamplerName.pndm.make(Self.config(#", "skip_prk_steps": false"#), steps: 4) }
    #expect(throws: ModelError.self) { try SamplerName.heun.make(Self.config(#", "rescale_betas_zero_snr": true"#), steps: 4) }
    #expect(throws: ModelError.self) { try SamplerName.dpmpp2m.make(Self.config(#", "solver_order": 3"#), steps: 4) }
    #expect(throws: ModelError.self) { try SamplerName.lcm.make(Self.config(), steps: 51) }
  }

  @Test func readsWhatDiffusersWrites() throws {
    let config = try Self.config(#", "lambda_min_clipped": -Infinity, "_class_name": "X", "variance_type": null, "novelty": false"#)
    #expect(config.lambdaMinimum == -.infinity)
  }
}
