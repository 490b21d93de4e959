/// The samplers by their names on the command line.
public enum SamplerName: String, CaseIterable, Codable, Sendable {
  case ddim

  /// Builds the sampler for a model's own noise schedule.
  ///
  /// - Parameters:
  ///   - steps: 1 up to the number of training steps.
  ///   - eta: 0 (deterministic) ... 1 (as noisy as DDPM); for the samplers that know it.
  /// - Throws: `ModelError.badSetting`.
  public func make(_ config: SchedulerConfig, steps: Int, eta: Float = 0) throws -> any Sampler {
    switch self {
    case .ddim: try DDIM(config, steps: steps, eta: eta)
    }
  }
}
