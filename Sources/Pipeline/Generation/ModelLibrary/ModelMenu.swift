import Models

/// The models that a user can choose between, and what is taken where nobody chooses.
public struct ModelMenu: Hashable, Sendable {
  /// A diffusion model and what it brings along.
  public struct Diffusion: Hashable, Sendable {
    public let id: String
    /// Pixels of a side for which it was trained.
    public let resolution: Int
    /// The guidance scale that it recommends.
    public let guidance: Double?
    /// Its noise schedule; nil where it cannot be read.
    public let scheduler: SchedulerConfig?
    /// Whether there is a small decoder for its latents.
    public let hasSmallDecoder: Bool
    /// What its images cost; nil where its configuration cannot be read.
    public let cost: DiffusionCost?

    public init(
      id: String, resolution: Int, guidance: Double? = nil, scheduler: SchedulerConfig? = nil, hasSmallDecoder: Bool = false,
      cost: DiffusionCost? = nil
    ) {
      self.id = id
      self.resolution = resolution
      self.guidance = guidance
      self.scheduler = scheduler
      self.hasSmallDecoder = hasSmallDecoder
      self.cost = cost
    }
  }

  /// A ControlNet and the diffusion models that it steers.
  public struct ControlNet: Hashable, Sendable {
    public let id: String
    /// Nil where its name does not say: it is used where it is named.
    public let condition: ConditionType?
    public let models: Set<String>

    public init(id: String, condition: ConditionType?, models: Set<String>) {
      self.id = id
      self.condition = condition
      self.models = models
    }
  }

  /// In the library's order: the first that fits is taken.
  public let diffusion: [Diffusion]
  public let controlNets: [ControlNet]
  /// Segmentation networks that have weights for any fold.
  public let networks: [SegmentationNetwork]
  /// Edge detectors that have weights; nil where nobody looked.
  public var detectors: Set<EdgeDetectorKind>?
  /// What of all this comes with the program, for its own drawn scenes: identifiers, edge detectors, networks with the folds of their weights.
  public var demoModels: Set<String> = []
  public var demoDetectors: Set<EdgeDetectorKind> = []
  public var demoNetworks: [SegmentationNetwork: Set<Int>] = [:]

  public init(diffusion: [Diffusion] = [], controlNets: [ControlNet] = [], networks: [SegmentationNetwork] = []) {
    self.diffusion = diffusion
    self.controlNets = controlNets
    self.networks = networks
  }

  /// ControlNets for a condition that steer a diffusion model, or any of them when it is nil. `pidinet` uses those for `hed`.
  public func controlNets(for condition: ConditionType, of model: String? = nil) -> [ControlNet] {
    controlNets.filter { $0.condition == condition.controlNetCondition && (model.map($0.models.contains) ?? true) }
  }

  /// The same, with the preferred ones whose condition nobody knows.
  func controlNets(for condition: ConditionType, preferring preferred: PreferredModels?) -> [ControlNet] {
    controlNets(for: condition) + controlNets.filter { $0.condition == nil && preferred?.controlNets.contains($0.id) == true }
  }

  /// The preferred diffusion model, else the first one with a ControlNet for the condition, and that ControlNet (none for `none`); nil
  /// where nothing fits.
  public func pair(for condition: ConditionType, preferring preferred: PreferredModels? = nil) -> (diffusion: Diffusion, controlNet: String?)? {
    let models = diffusion.filter { preferred?.diffusion == nil || $0.id == preferred?.diffusion }
    guard condition != .none else { return models.first.map { ($0, nil) } }
    let nets = controlNets(for: condition, preferring: preferred), own = nets.filter { preferred?.controlNets.contains($0.id) == true }
    for model in models {
      if let net = (own.isEmpty ? nets : own).first(where: { $0.models.contains(model.id) }) { return (model, net.id) }
    }
    return nil
  }

  /// Whether there is a small decoder for the diffusion model that would be used.
  public func hasSmallDecoder(_ options: GenerationOptions) -> Bool {
    pair(for: options.condition, preferring: options.models)?.diffusion.hasSmallDecoder ?? false
  }

  /// The training steps that settings visit with the diffusion model that would be used; nil where nothing fits.
  public func timesteps(_ options: GenerationOptions) -> TimestepRange? {
    pair(for: options.condition, preferring: options.models)?.diffusion.scheduler.flatMap(options.settings.timesteps)
  }

  /// Whether settings would generate, or a network segment, with weights of the demo.
  public func usesDemoWeights(_ options: GenerationOptions, segmenting network: SegmentationNetwork, fold: Int) -> Bool {
    let pair = pair(for: options.condition, preferring: options.models)
    if let pair, !demoModels.isDisjoint(with: [pair.diffusion.id, pair.controlNet].compactMap { $0 }) { return true }
    if let kind = options.condition.detector(options.conditionSettings), demoDetectors.contains(kind) { return true }
    return demoNetworks[network]?.contains(fold) == true
  }

  /// The published settings, at the resolution of the diffusion model that would be used and with its guidance scale where it recommends one.
  public func defaults(for condition: ConditionType = .mask, preferring preferred: PreferredModels? = nil) -> GenerationOptions {
    let model = (pair(for: condition, preferring: preferred) ?? pair(for: .none, preferring: preferred))?.diffusion
    var options = GenerationOptions(DiffusionSettings { $0.condition = condition }, models: preferred?.orNone)
    if let model { options.conditionSettings.resolution = model.resolution }
    if let guidance = model?.guidance { options.guidance = guidance }
    return options
  }
}

extension ConditionType {
  /// The condition whose ControlNets it uses.
  var controlNetCondition: ConditionType { self == .pidinet ? .hed : self }
}
