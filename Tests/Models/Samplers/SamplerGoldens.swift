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

extension SamplerName {
  /// The sampler for a class of diffusers' and its settings; nil for one that is not known here.
  init?(diffusers name: String, _ settings: [String: JSONValue]) {
    switch name {
    case "DDIMScheduler": self = .ddim
    case "PNDMScheduler": self = .pndm
    case "EulerDiscreteScheduler": self = .euler
    case "EulerAncestralDiscreteScheduler": self = .eulerAncestral
    case "HeunDiscreteScheduler": self = .heun
    case "DPMSolverMultistepScheduler":
      if case .string("sde-dpmsolver++") = settings["algorithm_type"] {
        self = .dpmpp2mSDE
      } else if case .bool(true) = settings["use_karras_sigmas"] {
        self = .dpmpp2mKarras
      } else {
        self = .dpmpp2m
      }
    case "UniPCMultistepScheduler": self = .unipc
    case "LCMScheduler": self = .lcm
    default: return nil
    }
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

/// Any JSON value, minus infinity among them.
enum JSONValue: Decodable, Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let box = try decoder.singleValueContainer()
    if box.decodeNil() {
      self = .null
    } else if let value = try? box.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? box.decode(Double.self) {
      self = .number(value)
    } else if let value = try? box.decode(String.self) {
      self = .string(value)
    } else if let value = try? box.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try box.decode([String: JSONValue].self))
    }
  }

  /// As Python would write it.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value):
      value == -.infinity ? "-Infinity" : value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
    case .string(let value): "\"\(value)\""
    case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .object(let values): "{" + values.map { "\"\($0)\": \($1.text)" }.joined(separator: ", ") + "}"
    }
  }
}
