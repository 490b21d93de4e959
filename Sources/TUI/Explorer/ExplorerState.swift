import Data

/// Everything the screen is made from, a part for each feature; changed by `update` alone.
///
/// A part changes through its own functions, which know nothing of the others. What one means to another is written here and in `Update`.
public struct ExplorerState: Sendable {
  public var source: SourceState
  public var browse: BrowseState
  public var images = ImagesState()
  public var settings = SettingsForm()
  public var queue = QueueState()
  public var evaluation = EvaluationState()
  public var compare = CompareState()
  public var dialogs = DialogsState()
  public var work = WorkState()
  public var screen = ScreenState()

  /// `fold` as asked for; a data set without it opens at its first.
  public init(datasetName: String, fold: Int) {
    source = SourceState(name: datasetName)
    browse = BrowseState(fold: fold)
  }

  /// The episode under the cursor, and what is known of it.
  public var selected: Episode? { browse.selected }
  public var board: EpisodeBoard? { selected.flatMap { images.boards[$0] } }

  /// The generated supports that the settings ask for.
  public var plan: SupportPlan { SupportPlan(options: settings.options, count: settings.supports) }

  /// The condition that the settings ask for.
  public var conditionChoice: ConditionChoice { plan.choice(of: shownSupport) }

  /// The real support shown, by its place in the episode: the one that the generated support under the cursor was made from, else the one
  /// looked at.
  public var shownSupport: Int {
    if case .generated(let number) = selectedTile { return number % browse.shots }
    return min(images.support, browse.shots - 1)
  }

  // MARK: Tiles

  /// The tiles of the selected episode: what goes in, what comes out, the generated supports last.
  public var tiles: [Tile] {
    [.support, .condition, .query, .baseline, .augmented] + (0..<settings.supports).map { .generated($0) }
  }

  /// The tile under the cursor.
  public var selectedTile: Tile { tiles[safe: min(images.tile, tiles.count - 1)] ?? .support }

  /// How the tiles share a part of the screen.
  func grid(in area: Size) -> TileGrid { TileGrid(tiles, leading: leadingGenerated, cursor: selectedTile, in: area) }

  /// The generated support that stands for all where there is room for one: under the cursor, being generated, or the last one.
  private var leadingGenerated: Int {
    if case .generated(let number) = selectedTile { return number }
    guard let requests = board?.plans[plan] else { return 0 }
    if let running = queue.jobs.running, let number = requests.firstIndex(of: running.request) { return number }
    return requests.indices.last { board?.generated[requests[$0]] != nil } ?? 0
  }

  // MARK: What goes on

  /// Whether the demo's weights would generate or segment on another data set, where they say nothing of a method.
  public var usesDemoWeights: Bool {
    guard let catalog = browse.catalog, !DatasetKind.isDemo(catalog.name) else { return false }
    return settings.menu.usesDemoWeights(settings.options, segmenting: settings.network, fold: browse.fold)
  }

  /// Whether leaving now would throw work away.
  public var isBusy: Bool { queue.jobs.unfinished > 0 || evaluation.running != nil }

  /// Whether the data set or its episodes are still to come.
  public var isOpening: Bool {
    if source.failure != nil { return false }
    return browse.catalog == nil || work.inFlight.contains { if case .loadEpisodes = $0 { true } else { false } }
  }

  /// Whether anything is under way that ends by itself.
  public var isWorking: Bool {
    isOpening || !work.inFlight.isEmpty || !evaluation.awaiting.isEmpty || evaluation.running != nil || queue.jobs.running != nil
      || (queue.jobs.unfinished > 0 && !queue.isPaused)
  }

  /// Whether something on the screen moves by itself.
  public var isAnimated: Bool {
    !dialogs.toasts.isEmpty || evaluation.running != nil || queue.jobs.running != nil || !work.inFlight.isEmpty || !work.loading.isEmpty
      || (screen.focus == .ab && compare.ab?.mode == .flicker && compare.ab?.isRunning == true)
  }

  /// Shows a notice for a while and keeps it among the messages.
  public mutating func say(_ notice: Notice) { dialogs.say(notice, at: screen.now) }
}
