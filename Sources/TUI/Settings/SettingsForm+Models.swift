import Generation

/// The choice of the models that generate.
extension SettingsForm {
  /// What the models in use recommend.
  public var defaults: GenerationOptions { menu.defaults(for: options.condition, preferring: options.models) }

  /// What would generate with these settings; nil where nothing fits.
  var pair: (diffusion: ModelMenu.Diffusion, controlNet: String?)? { menu.pair(for: options.condition, preferring: options.models) }

  /// The place of the dial that the settings are at; nil for others.
  public var speed: SpeedPreset? { SpeedPreset(options, hasSmallDecoder: menu.hasSmallDecoder(options)) }

  /// The settings as they are at a place of the dial.
  func options(at preset: SpeedPreset) -> GenerationOptions {
    var own = options
    preset.apply(to: &own, hasSmallDecoder: menu.hasSmallDecoder(options))
    return own
  }

  /// The ControlNet chosen for the condition; nil for the usual one.
  var ownControlNet: String? {
    let nets = menu.controlNets(for: options.condition).map(\.id)
    return options.models?.controlNets.first { nets.contains($0) }
  }

  /// Takes another diffusion model, nil for the usual one. Its resolution and guidance come along; ControlNets that it cannot use go.
  mutating func prefer(diffusion: String?) {
    var models = options.models ?? PreferredModels()
    guard models.diffusion != diffusion else { return }
    let speed = speed
    models.diffusion = diffusion
    let unfit = menu.controlNets.filter { net in diffusion.map { !net.models.contains($0) } ?? false }.map(\.id)
    models.controlNets.removeAll(where: unfit.contains)
    let defaults = menu.defaults(for: options.condition, preferring: models)
    (options.conditionSettings.resolution, options.guidance) = (defaults.conditionSettings.resolution, defaults.guidance)
    options.models = models.orNone
    // One model has a small decoder, the other has none.
    if let speed { options = options(at: speed) }
  }

  /// Takes another ControlNet for the condition, nil for the usual one.
  mutating func prefer(controlNet: String?) {
    var models = options.models ?? PreferredModels()
    let others = menu.controlNets(for: options.condition).map(\.id)
    models.controlNets.removeAll(where: others.contains)
    if let controlNet { models.controlNets.append(controlNet) }
    options.models = models.orNone
  }

  /// Leaves out what the library does not have any more.
  func known(_ models: PreferredModels?) -> PreferredModels? {
    guard var models else { return nil }
    if !menu.diffusion.contains(where: { $0.id == models.diffusion }) { models.diffusion = nil }
    models.controlNets.removeAll { id in !menu.controlNets.contains { $0.id == id } }
    // Weights beside the models come from the command line alone.
    (models.autoencoder, models.loras) = (nil, nil)
    return models.orNone
  }
}
