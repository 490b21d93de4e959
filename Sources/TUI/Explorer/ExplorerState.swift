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
  public var resources = ResourceState()
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

  /// The tiles of the selected episode: what goes in, what comes out, the generated supports, and what an evaluation generates elsewhere.
  public var tiles: [Tile] {
    let own: [Tile] = [.support, .condition, .query, .baseline, .augmented] + (0..<settings.supports).map { Tile.generated($0) }
    guard let evaluated = queue.evaluated, board?.plans[plan]?.contains(evaluated.request) != true else { return own }
    return own + [.evaluated]
  }

  /// The tile under the cursor.
  public var selectedTile: Tile { tiles[safe: min(images.tile, tiles.count - 1)] ?? .support }

  // MARK: What goes on

  /// Whether the demo's weights would generate or segment on another data set, or of an image of the user's own, where they say nothing of a
  /// method.
  public var usesDemoWeights: Bool {
    guard let catalog = browse.catalog else { return false }
    return (!DatasetKind.isDemo(catalog.name) || selected?.query.isOwn == true) && hasDemoWeights
  }

  /// Whether they would.
  var hasDemoWeights: Bool {
    settings.menu.usesDemoWeights(settings.options, segmenting: settings.network, fold: browse.fold)
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
      || queue.goesOn
  }

  /// Whether something on the screen moves by itself.
  public var isAnimated: Bool {
    !dialogs.toasts.isEmpty || dialogs.showsCluster || evaluation.running != nil || queue.jobs.running != nil || !work.inFlight.isEmpty
      || !work.loading.isEmpty
      || (screen.focus == .ab && compare.ab?.mode == .flicker && compare.ab?.isRunning == true)
  }

  /// Shows a notice for a while and keeps it among the messages. It stands beside the panel that it is `about`; where the panel `teller`
  /// is in sight, which says the same, it is only kept.
  public mutating func say(_ notice: Notice, about panel: Panel? = nil, toldBy teller: Panel? = nil) {
    if notice.level == .info, let teller, isInSight(teller) { return dialogs.keep(notice) }
    dialogs.say(notice, about: panel ?? teller, at: screen.now)
  }

  /// Says what is wrong with files of themes: of the first one on the screen, of all among the messages.
  public mutating func say(themeFaults faults: [TUIError]) {
    for fault in faults.dropFirst() { dialogs.keep(Notice(fault)) }
    guard let first = faults.first.map({ Notice($0) }) else { return }
    let others = faults.count > 1 ? "\(faults.count - 1) more of the themes cannot be read either; ! tells all" : nil
    say(Notice(first.level, first.message, hint: others ?? first.hint))
  }

  /// Whether a panel is on the screen, with more than a line and nothing over it.
  private func isInSight(_ panel: Panel) -> Bool { dialogs.current == nil && (Layout(self).panels[panel]?.height ?? 0) >= 4 }
}
