import Data
import Generation

/// What a change of the data set, the fold or the list means to all features.
extension ExplorerState {
  /// Takes over a data set that was opened.
  mutating func take(_ catalog: Catalog, _ models: ModelMenu, secondsPerStep: Double?) -> [Effect] {
    let wanted = browse.fold
    browse.open(catalog)
    queue.expect(secondsPerStep: secondsPerStep)
    restoreSettings(over: models)
    if browse.fold != wanted { say(Notice(.warning, "\(catalog.name) has no fold \(wanted); opening fold 0")) }
    if usesDemoWeights, !source.acceptsDemoWeights {
      say(
        Notice(
          .warning,
          "demo weights on \(catalog.name): toy networks made for the program's own drawn scenes; neither images nor figures say anything",
          hint: "give real weights with --models, or say --demo-weights"))
    }
    return openFold(browse.fold) + [
      .loadReports, .loadStoredSupports, .loadPresets, .preload(settings.options, settings.network, fold: browse.fold),
    ]
  }

  /// Opens another data set in place of this one.
  mutating func open(_ kind: DatasetKind) -> [Effect] {
    guard kind.rawValue != source.name || source.root != nil || browse.catalog == nil else { return [] }
    source.open(kind.rawValue)
    return reopen(.openDataset(kind))
  }

  /// Opens a folder, whatever is in the configuration.
  mutating func open(_ path: String, as kind: DatasetKind) -> [Effect] {
    source.open(kind.rawValue, root: path)
    return reopen(.openFolder(kind, path: path))
  }

  /// Says what a folder is laid out like and how it can be opened.
  mutating func offer(_ kind: DatasetKind?, _ path: String) {
    guard let kind else {
      return say(
        Notice(
          .warning, "\(path) is laid out like no data set that is known",
          hint: "docs/datasets.md says how PASCAL VOC 2012, COCO, FSS-1000 and images with masks of your own are laid out"))
    }
    dialogs.open(
      .picker(
        Picker(
          "\(DisplayText.middle(of: path, to: 40)): \(kind.look)",
          [
            Choice("open it", "now", .openFolder(kind, path: path, isKept: false)),
            Choice(
              "open it and remember it", "as \(kind.rawValue) in config.toml, for every start", .openFolder(kind, path: path, isKept: true)),
          ])))
  }

  /// Forgets the data set that was open.
  private mutating func reopen(_ effect: Effect) -> [Effect] {
    browse.close()
    images.close()
    evaluation.close()
    compare.close()
    work.forgetAll()
    listEpisodes()
    screen.focus(on: .episodes)
    return [effect]
  }

  /// Opens a fold and forgets the list of the one before.
  mutating func openFold(_ number: Int) -> [Effect] {
    browse.openFold(number)
    evaluation.openFold(number)
    listEpisodes()
    work.retry(.loadEpisodes(fold: number))
    return [.loadEpisodes(fold: number)]
  }

  /// Makes the list again after a change of episodes, filter or order; another episode under the cursor is looked at from its first tile.
  mutating func listEpisodes(keeping kept: Episode? = nil) {
    browse.list(by: evaluation.scores, keeping: kept)
    if selected != kept { images.startOver() }
  }

  /// Takes over the episodes of a fold.
  mutating func take(_ episodes: [Episode], ofFold fold: Int) {
    guard fold == browse.fold else { return }
    let (kept, row) = (selected, browse.cursor.index)
    browse.take(episodes)
    takeScores()
    listEpisodes(keeping: kept)
    if kept != nil, selected != kept { browse.select(row: min(row, max(0, browse.listed.count - 1))) }
    restorePlace()
    showAwaited()
  }

  /// Takes a filter over; a fold that it asks for is opened.
  mutating func filter(by text: String) -> [Effect] {
    let kept = selected
    browse.filter(by: text)
    if let wanted = browse.filter.fold, wanted != browse.fold, browse.catalog?.folds.indices.contains(wanted) == true {
      return openFold(wanted)
    }
    listEpisodes(keeping: kept)
    return []
  }

  /// Moves to the episode of an image that was just imported.
  private mutating func showAwaited() {
    guard let item = browse.takeAwaited() else { return }
    listEpisodes()
    // The newest one is last.
    if let row = browse.listed.lastIndex(where: { browse.episodes[$0].supports.contains(item) }) { browse.select(row: row) }
    screen.focus(on: .episodes)
  }

  /// Moves to the episode of a job, where it is listed.
  mutating func showEpisode(of job: Job) {
    let row = browse.listed.firstIndex {
      let episode = browse.episodes[$0]
      return episode.classIndex == job.request.source.classIndex && episode.supports.contains { $0.id == job.request.source.item }
    }
    guard let row else { return say(Notice(.info, "its episode is not in this list; look in another fold or show all classes")) }
    browse.select(row: row)
    screen.focus(on: .images)
  }

  // MARK: Figures

  /// Fills the list's figures from the run that is shown, and from nothing else.
  mutating func takeScores() {
    switch run {
    case .saved(let report):
      let scores = report.episodes.map { ($0.episode, EpisodeScore(baseline: $0.baseline.iou, augmented: $0.augmented?.iou)) }
      evaluation.show(Dictionary(scores, uniquingKeysWith: { first, _ in first }))
    case .own:
      evaluation.show([:])
      for episode in (evaluation.own[settings.segmenter] ?? [:]).keys { takeScore(of: episode) }
    }
  }

  /// The same for one episode, after something was found out or judged.
  mutating func takeScore(of episode: Episode) {
    if case .own = run { evaluation.show(ownScore(episode), of: episode) }
  }

  /// Another run is shown: figures, and what is listed by them.
  mutating func followRun() {
    takeScores()
    if browse.order != .drawn || browse.filter.asked.contains(.figures) { listEpisodes(keeping: selected) }
  }

  /// The episodes of the class under the cursor, the worst first.
  mutating func listWorst() {
    guard let report = evaluation.shown[browse.fold] else { return }
    // The list is of the same evaluation as the table.
    if evaluation.showsOwn {
      evaluation.showOwn(false)
      takeScores()
    }
    let table = ClassTable(report, reference: evaluation.reference, order: evaluation.order, width: 80)
    guard let index = table.rows[safe: evaluation.cursor.index]?.classIndex else { return }
    browse.show(class: index, by: report.augmented == nil ? .iou : .augmented)
    listEpisodes()
    screen.focus(on: .episodes)
  }
}
