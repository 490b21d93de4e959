import Models

/// Turns settings and a real support into requests.
struct RequestMaker: Sendable {
  let supports: SupportReader
  let models: ModelLibrary
  let prompts: Result<Prompts, any Error>

  init(supports: SupportReader, models: ModelLibrary) {
    self.supports = supports
    self.models = models
    prompts = Result { try Prompts() }
  }

  /// Requests for the generated supports of an episode: number k is made from real support k modulo shots.
  func requests(_ episode: Episode, options: GenerationOptions, count: Int) throws -> [GenerationRequest] {
    let wanted = episode.generatedSupports(count)
    let made = try Dictionary(grouping: wanted, by: \.item).mapValues { own in
      try requests(item: own[0].item, classIndex: episode.classIndex, options: options, count: (own.map(\.number).max() ?? 0) + 1)
    }
    return wanted.compactMap { made[$0.item]?[$0.number] }
  }

  /// Requests for supports `0..<count` of a class in a picture, each with its own seed. Reads the picture, loads nothing.
  ///
  /// `published` gives them the published script's common seed, and its word and colour where they are not the class's own.
  func requests(
    item: DatasetItem, classIndex: Int, options: GenerationOptions, count: Int, published: PublishedScript.Terms? = nil
  ) throws -> [GenerationRequest] {
    try options.validate()
    let support = try supports.support(item, classIndex: classIndex), digest = support.digest
    let size = try options.conditionSettings.controlSize(options.condition, width: support.image.width, height: support.image.height)
    let choice = try models.choice(for: options)
    let prompts = try prompts.get()
    return (0..<count).map { number in
      GenerationRequest(
        source: SupportSource(
          dataset: supports.dataset.name, item: item.id, classIndex: classIndex, number: number, digest: digest),
        settings: options.settings.relevant(), prompt: prompts.positive(published?.info ?? support.info, template: options.prompt),
        negativePrompt: options.negativePrompt ?? prompts.negative,
        seed: published?.seed
          ?? SupportSeed.derive(base: options.seed, item: item.id, classIndex: classIndex, number: number),
        noiseRow: published.map { _ in NoiseRow(row: number, rows: count) },
        adeIndex: options.condition == .mask ? published?.info?.adeIndex : nil, width: size.width, height: size.height, models: choice)
    }
  }
}
