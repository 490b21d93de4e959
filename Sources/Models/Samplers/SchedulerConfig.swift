import Foundation

/// `scheduler_config.json`: the noise schedule a model was trained with. What is not written has diffusers' default.
public struct SchedulerConfig: Decodable, Sendable {
  /// How the noise grows over the training steps.
  public enum BetaSchedule: String, Decodable, Sendable {
    case linear
    case scaledLinear = "scaled_linear"
    case squaredCosine = "squaredcos_cap_v2"
  }

  /// What the network predicts.
  public enum Prediction: String, Decodable, Sendable {
    case epsilon
    case velocity = "v_prediction"
    case sample
  }

  /// How the sampling steps are laid over the training steps (Lin et al. 2023, table 2).
  public enum Spacing: String, Decodable, Sendable {
    case leading, trailing, linspace
  }

  public let trainingSteps: Int
  public let betaStart: Float
  public let betaEnd: Float
  public let betaSchedule: BetaSchedule
  /// Given noise levels, one a training step, in place of a schedule.
  public let trainedBetas: [Float]?
  public let prediction: Prediction
  public let spacing: Spacing
  public let stepsOffset: Int
  /// Whether the last step ends at no noise at all, rather than at the first training step's.
  public let setAlphaToOne: Bool
  /// Predicted samples are clamped to plus and minus this; nil for no clamping.
  public let clipRange: Float?
  /// Whether the last training step is made pure noise (Lin et al. 2023, algorithm 1).
  public let zeroTerminalSNR: Bool

  /// Reads a file. Throws `ModelError.missingFile` and `badConfig`.
  public init(file url: URL) throws {
    self = try ConfigFile.decode(SchedulerConfig.self, at: url)
  }

  /// Reads `scheduler_config.json` in a `scheduler/` folder. Throws as `init(file:)`.
  public init(folder: URL) throws {
    try self.init(file: folder.appendingPathComponent("scheduler_config.json"))
  }

  private enum Keys: String, CodingKey {
    case num_train_timesteps, beta_start, beta_end, beta_schedule, trained_betas, prediction_type, timestep_spacing
    case steps_offset, set_alpha_to_one, clip_sample, clip_sample_range, rescale_betas_zero_snr, thresholding
  }

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Keys.self)
    func value<T: Decodable>(_ key: Keys, _ fallback: T) throws -> T {
      try box.decodeIfPresent(T.self, forKey: key) ?? fallback
    }
    func check(_ holds: Bool, _ key: Keys, _ reason: String) throws {
      if !holds { throw DecodingError.dataCorruptedError(forKey: key, in: box, debugDescription: reason) }
    }
    trainingSteps = try value(.num_train_timesteps, 1000)
    try check((1...100_000).contains(trainingSteps), .num_train_timesteps, "not in 1 ... 100000")
    betaStart = try value(.beta_start, 0.0001)
    betaEnd = try value(.beta_end, 0.02)
    for (beta, key) in [(betaStart, Keys.beta_start), (betaEnd, .beta_end)] {
      try check(beta > 0 && beta < 1, key, "not between 0 and 1")
    }
    betaSchedule = try value(.beta_schedule, .linear)
    trainedBetas = try box.decodeIfPresent([Float].self, forKey: .trained_betas)
    if let trainedBetas {
      try check(
        trainedBetas.count == trainingSteps && trainedBetas.allSatisfy { $0 > 0 && $0 < 1 }, .trained_betas,
        "not \(trainingSteps) values between 0 and 1")
    }
    prediction = try value(.prediction_type, .epsilon)
    spacing = try value(.timestep_spacing, .leading)
    stepsOffset = try value(.steps_offset, 0)
    try check((0..<trainingSteps).contains(stepsOffset), .steps_offset, "not in 0 ..< \(trainingSteps)")
    setAlphaToOne = try value(.set_alpha_to_one, true)
    let range: Float = try value(.clip_sample_range, 1)
    clipRange = try value(.clip_sample, true) ? range : nil
    try check(range > 0, .clip_sample_range, "not above 0")
    zeroTerminalSNR = try value(.rescale_betas_zero_snr, false)
    try check(try !value(.thresholding, false), .thresholding, "dynamic thresholding is for models in pixel space")
  }
}
