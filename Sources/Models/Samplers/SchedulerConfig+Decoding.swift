import Foundation

extension SchedulerConfig: Decodable {
  /// Reads a file. Throws `ModelError.missingFile`, `unreadable` and `badConfig`.
  public init(file url: URL) throws {
    let data = try ConfigFile.read(url, maximumBytes: ConfigFile.maximumBytes)
    // Foundation's JSON5 reader ends the process where a bare key is not UTF-8.
    guard String(validating: data, as: UTF8.self) != nil else { throw ModelError.badConfig(path: url.path, reason: "it is not JSON") }
    let decoder = JSONDecoder()
    // diffusers writes -Infinity, which only JSON5 has a word for.
    decoder.allowsJSON5 = true
    do {
      self = try decoder.decode(SchedulerConfig.self, from: data)
    } catch let error as DecodingError where error.isOfField {
      throw ModelError.badConfig(path: url.path, reason: ConfigFile.describe(error))
    } catch {
      throw ModelError.badConfig(path: url.path, reason: "it is not a JSON object")
    }
  }

  /// Reads `scheduler_config.json` in a `scheduler/` folder. Throws as `init(file:)`.
  public init(folder: URL) throws {
    try self.init(file: folder.appendingPathComponent("scheduler_config.json"))
  }

  public init(from decoder: any Decoder) throws {
    let check = try ConfigCheck(decoder)
    try check.only([
      "thresholding": false, "use_beta_sigmas": false, "use_flow_sigmas": false, "use_dynamic_shifting": false,
      "shift_terminal": nil, "sigma_min": nil, "sigma_max": nil, "interpolation_type": "linear",
      "timestep_type": "discrete", "predict_x0": true, "solver_p": nil,
    ])
    try check.noOthers(Self.known)
    let variance: String = try check.value("variance_type", "")
    try check.require(!variance.hasPrefix("learned"), "variance_type", "the networks here predict no variance")

    trainingSteps = try check.int("num_train_timesteps", 1...100_000, 1000)
    betaStart = try check.value("beta_start", 0.0001)
    betaEnd = try check.value("beta_end", 0.02)
    for (beta, key) in [(betaStart, "beta_start"), (betaEnd, "beta_end")] {
      try check.require(beta > 0 && beta < 1, key, "\(beta) is not between 0 and 1")
    }
    betaSchedule = try check.value("beta_schedule", .linear)
    trainedBetas = try check.optional("trained_betas")
    if let trainedBetas {
      try check.require(
        trainedBetas.count == trainingSteps && trainedBetas.allSatisfy { $0 > 0 && $0 < 1 }, "trained_betas",
        "not \(trainingSteps) values between 0 and 1")
    }
    prediction = try check.value("prediction_type", .epsilon)
    spacing = try check.optional("timestep_spacing")
    stepsOffset = try check.int("steps_offset", 0...trainingSteps - 1, 0)
    setAlphaToOne = try check.optional("set_alpha_to_one")
    clipsSample = try check.optional("clip_sample")
    clipRange = try check.value("clip_sample_range", 1)
    try check.require(clipRange > 0, "clip_sample_range", "\(clipRange) is not above 0")
    zeroTerminalSNR = try check.value("rescale_betas_zero_snr", false)

    // The 1.5 family always skips them; diffusers' default is the paper's, for models in pixel space.
    skipsRungeKutta = try check.value("skip_prk_steps", true)
    let spacings: [(String, SigmaSpacing)] = [
      ("use_karras_sigmas", .karras), ("use_exponential_sigmas", .exponential), ("use_lu_lambdas", .logarithmic),
    ]
    let chosen = try spacings.filter { try check.value($0.0, false) }
    try check.require(chosen.count < 2, chosen.last?.0 ?? "", "\(chosen.map(\.0)) exclude each other")
    sigmaSpacing = chosen.first?.1 ?? .steps
    let end: String = try check.value("final_sigmas_type", "zero")
    try check.require(["zero", "sigma_min"].contains(end), "final_sigmas_type", "\(end) is not zero or sigma_min")
    endsAtZero = end == "zero"
    solverOrder = try check.int("solver_order", 1...3, 2)
    solverType = try check.optional("solver_type")
    lowerOrderFinal = try check.value("lower_order_final", true)
    eulerAtFinal = try check.value("euler_at_final", false)
    lambdaMinimum = try check.value("lambda_min_clipped", -Double.infinity)
    try check.require(!lambdaMinimum.isNaN, "lambda_min_clipped", "not a number")
    uncorrectedSteps = Set(try check.value("disable_corrector", [Int]()))
    originalInferenceSteps = try check.int("original_inference_steps", 1...trainingSteps, min(50, trainingSteps))
    timestepScaling = try check.value("timestep_scaling", 10)
    try check.require(timestepScaling.isFinite, "timestep_scaling", "not a finite number")
  }

  /// Every setting of the schedulers that diffusers counts as compatible with these, and of LCM's.
  private static let known: Set<String> = [
    "algorithm_type", "beta_end", "beta_schedule", "beta_start", "clip_sample", "clip_sample_range", "disable_corrector",
    "dynamic_thresholding_ratio", "euler_at_final", "final_sigmas_type", "flow_shift", "interpolation_type",
    "lambda_min_clipped", "lower_order_final", "num_train_timesteps", "original_inference_steps", "predict_x0",
    "prediction_type", "rescale_betas_zero_snr", "sample_max_value", "set_alpha_to_one", "shift_terminal", "sigma_max",
    "sigma_min", "skip_prk_steps", "solver_order", "solver_p", "solver_type", "steps_offset", "thresholding",
    "time_shift_type", "timestep_scaling", "timestep_spacing", "timestep_type", "trained_betas", "use_beta_sigmas",
    "use_dynamic_shifting", "use_exponential_sigmas", "use_flow_sigmas", "use_karras_sigmas", "use_lu_lambdas",
    "variance_type",
  ]
}

extension DecodingError {
  /// Whether it is about a field that is there, and of a wrong kind or value.
  fileprivate var isOfField: Bool {
    switch self {
    case .dataCorrupted(let context), .typeMismatch(_, let context): !context.codingPath.isEmpty
    default: false
    }
  }
}
