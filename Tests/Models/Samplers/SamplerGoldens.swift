import Foundation
import Models
import TestSupport
import Testing

/// `golden/sd/schedulers.json`: samplers alone, on a toy noise model.
struct SamplerGoldens: Decodable {
  let base_config: [String: JSONValue]
  let runs: [Run]

  struct Run: Decodable, Sendable, CustomTestStringConvertible {
    let key: String
    let cls: String
    let extra: [String: JSONValue]
    let init_noise_sigma: Double

    var testDescription: String { key }
    var steps: Int { key.split(separator: ".").last.flatMap { Int($0) } ?? 0 }
  }

  static func load() throws -> SamplerGoldens {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    return try decoder.decode(SamplerGoldens.self, from: Data(contentsOf: Golden.url("sd/schedulers.json")))
  }

  /// The base configuration with a run's own settings, read as the file a checkpoint would have.
  func config(_ run: Run) throws -> SchedulerConfig {
    let folder = try TemporaryFolder()
    let settings = base_config.merging(run.extra) { $1 }
    return try SchedulerConfig(file: folder.write(JSONValue.object(settings).text, to: "scheduler_config.json"))
  }
}

/// The noise prediction that replaces a network: `0.3 tanh(x) (1 + t / 1000) + 0.05 sin(0.7 i)`, i counting `[n, c, h, w]`.
func toyModel(_ x: Tensor, _ t: Float) -> Tensor {
  let ordered = x.nchw()
  let values = ordered.values.enumerated().map { i, v in
    Float(0.3 * tanh(Double(v)) * (1 + Double(t) / 1000) + 0.05 * sin(0.7 * Double(i)))
  }
  return Tensor(values, shape: ordered.shape).nhwc()
}

/// The samples after each step of a run on the toy model, `[n, h, w, c]`.
func toyTrajectory(_ sampler: any Sampler, noise: Tensor, seed: UInt64 = 5) -> [Tensor] {
  var run = SamplingRun(sampler, first: noise, noise: NoiseSource(seeds: [seed]))
  var samples: [Tensor] = []
  while let sample = run.next({ x, t, _ in toyModel(x, t) }) { samples.append(sample) }
  return samples
}
