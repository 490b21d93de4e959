import Core
import Models

extension ModelLibrary {
  /// What there is to choose from.
  public var menu: ModelMenu {
    offered.withLock { offered in
      if let offered { return offered }
      let fresh = makeMenu()
      offered = fresh
      return fresh
    }
  }

  private func makeMenu() -> ModelMenu {
    let models = entries.filter { $0.kind == .diffusion }.map { (entry: $0, unet: ModelConfig(unetOf: $0)) }
    let nets = entries.compactMap { entry -> ModelMenu.ControlNet? in
      guard case .controlNet(let condition) = entry.kind else { return nil }
      let config = ModelConfig(controlNet: entry)
      let fitting = models.filter { model in config.map { net in model.unet.map(net.fits) ?? false } ?? false }
      return ModelMenu.ControlNet(id: entry.id, condition: condition, models: Set(fitting.map(\.entry.id)))
    }
    var menu = ModelMenu(
      diffusion: models.map { model in
        ModelMenu.Diffusion(
          id: model.entry.id, resolution: Self.nativeResolution(of: model.entry.url), guidance: Self.recommendation(besides: model.entry.url)?.guidance,
          scheduler: Self.scheduler(of: model.entry.url), hasSmallDecoder: hasSmallDecoder(for: model.entry.url),
          cost: Self.cost(of: model.entry.url))
      },
      controlNets: nets,
      networks: SegmentationNetwork.allCases.filter { network in
        entries.contains { if case .segmentation(network, _) = $0.kind { true } else { false } }
      })
    menu.detectors = Set(entries.compactMap { if case .detector(let kind) = $0.kind { kind } else { nil } })
    // Of each detector, and of a network and fold, the first is taken.
    var known: Set<ModelKind> = []
    for entry in entries {
      let isFirst = known.insert(entry.kind).inserted
      guard entry.isDemo else { continue }
      switch entry.kind {
      case .diffusion, .controlNet: menu.demoModels.insert(entry.id)
      case .detector(let kind) where isFirst: menu.demoDetectors.insert(kind)
      case .segmentation(let network, let fold) where isFirst: menu.demoNetworks[network, default: []].insert(fold)
      case .detector, .segmentation, .smallDecoder, .autoencoder, .lora: break
      }
    }
    return menu
  }

  /// The diffusion model and ControlNet for a condition, and the detector that it needs: the preferred ones, else the first that fit.
  ///
  /// Throws `GenerationError.modelMissing` naming what was not found, and `badSetting` for a preferred ControlNet made for other models.
  public func choice(
    for condition: ConditionType, settings: ConditionSettings, preferring preferred: PreferredModels? = nil,
    decoder: Shortcuts.Decoder = .full
  ) throws -> ModelChoice {
    let menu = menu
    let detector = try condition.detector(settings).map { try detectorEntry($0).id }
    if let id = preferred?.diffusion, !menu.diffusion.contains(where: { $0.id == id }) { throw absent(id, "Stable Diffusion model") }
    for id in preferred?.controlNets ?? [] where !menu.controlNets.contains(where: { $0.id == id }) { throw absent(id, "ControlNet") }
    guard !menu.diffusion.isEmpty else {
      try checkNothingBefore(nil) { $0 == .diffusion }
      throw missing("Stable Diffusion model", .diffusion)
    }
    guard let pair = menu.pair(for: condition, preferring: preferred) else { throw unfit(condition, preferred, menu) }
    if preferred?.diffusion == nil { try checkNothingBefore(try entry(pair.diffusion.id)) { $0 == .diffusion } }
    if preferred?.controlNets.isEmpty ?? true, let net = pair.controlNet {
      try checkNothingBefore(try entry(net)) { $0 == .controlNet(condition.controlNetCondition) }
    }
    // A folder lends itself what it uses anyway; under one name there is one digest.
    let isOwn = try preferred?.autoencoder == pair.diffusion.id && entry(pair.diffusion.id).url.isFolder
    let choice = ModelChoice(
      diffusion: pair.diffusion.id, controlNet: pair.controlNet, detector: detector, autoencoder: isOwn ? nil : preferred?.autoencoder,
      loras: preferred?.loras.flatMap { $0.isEmpty ? nil : $0 },
      smallDecoder: try decoder == .small ? smallDecoder(for: entry(pair.diffusion.id).url).id : nil)
    for lora in choice.loras ?? [] where !LoRAChoice.scales.contains(lora.scale) {
      throw CoreError.badSetting(name: "LoRA scale", value: lora.scale.short, allowed: "-10...10")
    }
    _ = try additions(choice)
    return choice
  }

  /// The same for the settings that requests are made from. Throws as the other one.
  public func choice(for options: GenerationOptions) throws -> ModelChoice {
    try choice(for: options.condition, settings: options.conditionSettings, preferring: options.models, decoder: options.shortcuts.decoder)
  }

  /// Why there is no ControlNet for a condition.
  private func unfit(_ condition: ConditionType, _ preferred: PreferredModels?, _ menu: ModelMenu) -> any Error {
    let models = preferred?.diffusion ?? menu.diffusion.map(\.id).joined(separator: " or ")
    if let net = menu.controlNets(for: condition, preferring: preferred).first(where: { preferred?.controlNets.contains($0.id) == true }) {
      return CoreError.badSetting(name: "ControlNet", value: net.id, allowed: "one that was made for \(models)")
    }
    let others = Set(menu.controlNets.compactMap(\.condition?.rawValue)).sorted()
    // Published ControlNets do not fit the demo's model.
    let fitsPublished = menu.diffusion.contains { !menu.demoModels.contains($0.id) }
    return missing(
      "ControlNet for the condition \(condition.rawValue) that fits \(models)" + (others.isEmpty ? "" : " (only for \(others.joined(separator: ", ")))"),
      fitsPublished ? .controlNet(condition.controlNetCondition) : nil)
  }
}
