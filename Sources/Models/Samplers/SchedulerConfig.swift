/// `scheduler_config.json`: the noise schedule a model was trained with, and how its samplers walk it.
///
/// What is not written is nil where diffusers' schedulers differ in their default, and has the common default elsewhere.
/// A setting that belongs to another sampler than the one chosen has no meaning for it, as in diffusers' `from_config`.
public struct SchedulerConfig: Hashable, Sendable {
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
  public enum Spacing: String, CaseIterable, Codable, Sendable {
    /// Whole strides from the first training step up: where the steps do not divide the training steps, the walk begins late.
    case leading
    /// From the last training step down.
    case trailing
    /// From the last to the first, both visited.
    case linspace
  }

  /// How the noise levels of the samplers that think in them are laid between the noisiest and the least.
  public enum SigmaSpacing: Sendable {
    /// At the sampling steps.
    case steps
    /// Karras et al. 2022, equation 5.
    case karras
    /// In equal ratios.
    case exponential
    /// In equal ratios, the network reading whole time steps (Lu et al. 2022, section 3.3).
    case logarithmic
  }

  /// The form of a second-order solver's last term.
  public enum SolverType: String, Decodable, Sendable {
    case midpoint, heun, logrho, bh1, bh2
  }

  public let trainingSteps: Int
  public let betaStart: Float
  public let betaEnd: Float
  public let betaSchedule: BetaSchedule
  /// Given noise levels, one a training step, in place of a schedule.
  public let trainedBetas: [Float]?
  public internal(set) var prediction: Prediction
  /// nil for the default of the scheduler that the sampler stands for.
  public internal(set) var spacing: Spacing?
  public let stepsOffset: Int
  /// Whether the last step ends at no noise at all, rather than at the first training step's.
  public let setAlphaToOne: Bool?
  /// Whether predicted samples are clamped.
  public let clipsSample: Bool?
  /// What they are clamped to, plus and minus.
  public let clipRange: Float
  /// Whether the last training step is made pure noise (Lin et al. 2023, algorithm 1).
  public internal(set) var zeroTerminalSNR: Bool
  /// PNDM: whether the first steps are linear multistep ones of growing order in place of Runge-Kutta ones.
  public let skipsRungeKutta: Bool
  public let sigmaSpacing: SigmaSpacing
  /// Whether the last noise level is zero, rather than the first training step's.
  public let endsAtZero: Bool
  public let solverOrder: Int
  public let solverType: SolverType?
  /// Whether a multistep solver ends with steps of lower order.
  public let lowerOrderFinal: Bool
  /// Whether DPM-Solver++ ends with a first-order step in any case.
  public let eulerAtFinal: Bool
  /// Training steps whose half log-SNR is below this are not visited by DPM-Solver++.
  public let lambdaMinimum: Double
  /// UniPC: the steps after which the sample is not corrected.
  public let uncorrectedSteps: Set<Int>
  /// LCM: the steps of the solver that was distilled.
  public let originalInferenceSteps: Int
  /// LCM: what time steps are multiplied by in the boundary condition.
  public let timestepScaling: Double
}

extension SchedulerConfig {
  /// The same with another spacing; nil leaves it.
  public func spaced(_ spacing: Spacing?) -> SchedulerConfig {
    var config = self
    if let spacing { config.spacing = spacing }
    return config
  }

  /// The same with what the weights of a single file say of themselves (`v_pred`, `ztsnr`).
  func marked(by weights: Checkpoint) -> SchedulerConfig {
    var config = self
    config.prediction = weights.predictionType ?? prediction
    config.zeroTerminalSNR = weights.zeroTerminalSNR ?? zeroTerminalSNR
    return config
  }
}
