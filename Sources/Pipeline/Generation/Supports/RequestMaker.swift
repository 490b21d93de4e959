import Core
import Data
import Models
import Synchronization

/// Turns settings and a real support into requests. Those made last are kept.
public final class RequestMaker: Sendable {
  private struct Key: Hashable {
    let source: SupportSource
    let options: GenerationOptions
    let models: ModelChoice
    let count: Int
  }

  public let supports: SupportReader
  let models: ModelLibrary
  public let prompts: Result<Prompts, any Error>
  private let kept = Mutex(BoundedCache<Key, [GenerationRequest]>(limit: 1024) { $0.count })

  public init(supports: SupportReader, models: ModelLibrary) {
    self.supports = supports
    self.models = models
    prompts = Result { try Prompts() }
  }

  /// Requests for the generated supports of an episode: number k is made from real support k modulo shots. Throws as the other one.
  public func requests(_ episode: Episode, options: GenerationOptions, count: Int) throws -> [GenerationRequest] {
    let wanted = episode.generatedSupports(count)
    let made = try Dictionary(grouping: wanted, by: \.item).mapValues { own in
      try requests(item: own[0].item, classIndex: episode.classIndex, options: options, count: (own.map(\.number).max() ?? 0) + 1)
    }
    return wanted.compactMap { made[$0.item]?[$0.number] }
  }

  /// Requests for supports `0..<count` of a class in an image, each with its own seed. Reads the image, loads nothing.
  ///
  /// `published` gives them the published script's common seed, and its word and colour where they are not the class's own.
  /// Throws `CoreError.badSetting`, `GenerationError.modelMissing`, and what reading the support throws.
  public func requests(
    item: DatasetItem, classIndex: Int, options: GenerationOptions, count: Int, published: PublishedScript.Terms? = nil
  ) throws -> [GenerationRequest] {
    try options.validate()
    let support = try supports.support(item, classIndex: classIndex), digest = support.digest
    let source = SupportSource(dataset: supports.dataset.name, item: item.id, classIndex: classIndex, number: 0, digest: digest)
    let choice = try models.choice(for: options)
    func make() throws -> [GenerationRequest] {
      try requests(source, support, options: options, choice, count: count, published: published)
    }
    if published != nil { return try make() }
    let key = Key(source: source, options: options, models: choice, count: count)
    if let known = kept.withLock({ $0.use(key) }) { return known }
    let fresh = try make()
    kept.withLock { $0.store(fresh, for: key) }
    return fresh
  }

  private func requests(
    _ source: SupportSource, _ support: RealSupport, options: GenerationOptions, _ choice: ModelChoice, count: Int, published: PublishedScript.Terms?
  ) throws -> [GenerationRequest] {
    let size = try options.conditionSettings.controlSize(options.condition, width: support.image.width, height: support.image.height)
    let prompts = try prompts.get()
    return (0..<count).map { number in
      var own = source
      own.number = number
      return GenerationRequest(
        source: own, settings: options.settings.relevant(),
        prompt: prompts.positive(published?.info ?? support.info, template: options.prompt),
        negativePrompt: options.negativePrompt ?? prompts.negative,
        seed: published?.seed
          ?? SupportSeed.derive(base: options.seed, item: source.item, classIndex: source.classIndex, number: number),
        noiseRow: published.map { _ in NoiseRow(row: number, rows: count) },
        adeIndex: options.condition == .mask ? published?.info?.adeIndex : nil, width: size.width, height: size.height, models: choice)
    }
  }
}
