/// Models that take the place of those which the library would choose, by their identifiers in it (`ModelLibrary`).
public struct PreferredModels: Codable, Hashable, Sendable {
  /// nil for the first one that has a ControlNet for the condition.
  public var diffusion: String?
  /// One for each condition that shall not take the first one that fits; those of other conditions do not matter.
  public var controlNets: [String]
  /// An autoencoder in place of the diffusion model's; nil, and absent from the JSON, for its own.
  public var autoencoder: String?
  /// LoRA files to merge; nil, and absent from the JSON, for none.
  public var loras: [LoRAChoice]?

  public init(diffusion: String? = nil, controlNets: [String] = [], autoencoder: String? = nil, loras: [LoRAChoice]? = nil) {
    self.diffusion = diffusion
    self.controlNets = controlNets
    self.autoencoder = autoencoder
    self.loras = loras
  }

  /// Exactly those of a choice.
  public init(_ choice: ModelChoice) {
    self.init(
      diffusion: choice.diffusion, controlNets: choice.controlNet.map { [$0] } ?? [], autoencoder: choice.autoencoder, loras: choice.loras)
  }

  /// nil when nothing is preferred: what is left to the library is said in one way only.
  public var orNone: PreferredModels? { self == PreferredModels() ? nil : self }
}
