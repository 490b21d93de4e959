/// The samplers by their names on the command line.
public enum SamplerName: String, CaseIterable, Codable, Sendable {
  case ddim, pndm, euler
  case eulerAncestral = "euler-a"
  case heun
  case dpmpp2m = "dpmpp-2m"
  case dpmpp2mKarras = "dpmpp-2m-karras"
  case dpmpp2mSDE = "dpmpp-2m-sde"
  case unipc, lcm

  /// Builds the sampler for a model's own noise schedule.
  ///
  /// - Parameters:
  ///   - steps: 1 up to the number of training steps; `lcm` up to the steps of the distilled solver.
  ///   - eta: 0 (deterministic) ... 1 (as noisy as DDPM); other than 0 for `ddim` alone.
  /// - Throws: `ModelError.badSetting`, also for a setting of the model's that the sampler cannot follow.
  public func make(_ config: SchedulerConfig, steps: Int, eta: Float = 0) throws -> any Sampler {
    guard eta == 0 || self == .ddim else {
      throw ModelError.badSetting(name: "eta", value: "\(eta)", allowed: "0 with sampler \(rawValue), only ddim knows others")
    }
    return switch self {
    case .ddim: try DDIM(config, steps: steps, eta: eta)
    case .pndm: try PNDM(config, steps: steps)
    case .euler: try Euler(config, steps: steps)
    case .eulerAncestral: try EulerAncestral(config, steps: steps)
    case .heun: try Heun(config, steps: steps)
    case .dpmpp2m, .dpmpp2mKarras, .dpmpp2mSDE: try DPMSolver(self, config, steps: steps)
    case .unipc: try UniPC(config, steps: steps)
    case .lcm: try LCM(config, steps: steps)
    }
  }
}

extension SamplerName {
  /// Whether `timestep_spacing` moves its time steps. `lcm` takes those of the solver that was distilled (`diffusers.LCMScheduler`).
  public var isSpaced: Bool { self != .lcm }

  /// The training steps that a number of steps visits. Throws `ModelError.badSetting`, as `make`.
  public func range(_ config: SchedulerConfig, steps: Int) throws -> TimestepRange {
    let times = try make(config, steps: steps).timesteps
    return TimestepRange(first: times.first ?? 0, last: times.last ?? 0, steps: steps, trainingSteps: config.trainingSteps)
  }
}

/// The part of the training steps that a sampler walks through, noisiest first.
public struct TimestepRange: Hashable, Sendable {
  public let first: Float
  public let last: Float
  /// Denoising steps asked for.
  public let steps: Int
  public let trainingSteps: Int

  /// Whether it begins later than steps of this number need: by more than a fortieth of the training steps beyond one stride. The image then starts
  /// from more noise than the time that the network reads says, and stays noisier.
  public var isShort: Bool {
    let stride = Float(trainingSteps) / Float(steps)
    return Float(trainingSteps) - first - stride > Float(trainingSteps) / 40
  }

  /// `t 799…1 of 999`.
  public var text: String { "t \(Int(first.rounded()))…\(Int(last.rounded())) of \(trainingSteps - 1)" }
}
