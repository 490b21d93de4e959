import Core
import Foundation
import Pipeline

/// What the data set offers, as far as the screen needs it.
package struct Catalog: Hashable, Sendable {
  package let name: String
  package let classes: [ClassInfo]
  /// Novel classes of each fold, by index.
  package let folds: [[Int]]

  package init(name: String, classes: [ClassInfo], folds: [[Int]]) {
    self.name = name
    self.classes = classes
    self.folds = folds
  }

  /// A class's name, or its number when the data set does not know it.
  package func className(_ index: Int) -> String { classes.first { $0.index == index }?.name ?? "class \(index)" }
}

/// IoU of an episode in percent, as far as measured.
package struct EpisodeScore: Hashable, Sendable {
  package var baseline: Double?
  package var augmented: Double?
  /// 0...1: what part of their masks the generated supports' objects have left, on average (1 minus `SupportAgreement`).
  package var drift: Double?

  package init(baseline: Double? = nil, augmented: Double? = nil, drift: Double? = nil) {
    self.baseline = baseline
    self.augmented = augmented
    self.drift = drift
  }

  /// What generated supports bring.
  package var difference: Double? {
    guard let baseline, let augmented else { return nil }
    return augmented - baseline
  }
}

/// A support by what decides which pictures belong to it.
package struct SupportName: Hashable, Sendable {
  let item: String
  let classIndex: Int
}

/// An evaluation over the fold that is under way.
package struct RunningEvaluation: Hashable, Sendable {
  package var plan: EvaluationPlan
  package private(set) var progress: EvaluationProgress?
  package var isStopping = false
  /// When the first news of the present stage came, in seconds of `ExplorerState.now`, and how far it was then.
  private var stageStart: Double?
  private var stageFraction = 0.0

  package init(plan: EvaluationPlan) { self.plan = plan }

  /// Takes over news: how far the present stage is, at `now`.
  package mutating func take(_ news: EvaluationProgress, now: Double) {
    let isSameStage =
      switch (progress, news) {
      case (.generating?, .generating), (.checking?, .checking), (.evaluating?, .evaluating): true
      default: false
      }
    progress = news
    if !isSameStage { (stageStart, stageFraction) = (now, fraction ?? 0) }
  }

  /// Part of the present stage done, 0...1; nil before the first news.
  package var fraction: Double? {
    switch progress {
    case .generating(let done, let count, let step, let steps)?:
      (Double(done) + Double(step) / Double(max(1, steps))) / Double(max(1, count))
    case .checking(let done, let count)?, .evaluating(let done, let count, _, _)?: Double(done) / Double(max(1, count))
    case nil: nil
    }
  }

  /// Seconds until the present stage (painting, then segmenting) is over, judged by its pace so far; nil when it is too early to say.
  package func secondsLeft(now: Double) -> Double? {
    guard let stageStart, let fraction, fraction >= stageFraction + 0.02, now > stageStart else { return nil }
    return (now - stageStart) * (1 - min(1, fraction)) / (fraction - stageFraction)
  }
}

/// Everything the screen is made from; changed by `update` alone.
package struct ExplorerState: Sendable {
  /// Name of the data set as given, shown until it is open.
  package var datasetName: String
  /// The words of a command line that opens each data set, with the models that are searched here.
  package var invocations: [String: [String]] = [:]
  /// Seed of the episodes.
  package var episodeSeed: UInt64 = 0
  /// The words of a command line that draws the same episodes.
  package var drawWords: [String] = []
  /// Data sets that can be opened without further words.
  package var datasets: [DatasetKind] = [.demo]
  package var catalog: Catalog?
  /// How far the opening of the data set is, in words.
  package var opening: String?
  /// Why there is no data set.
  package var openFailure: Notice?

  package var fold: Int
  /// Only episodes of this class are listed; nil for all.
  package var classFilter: Int?
  package var episodes: [Episode] = []
  /// Positions in `episodes` that are listed.
  package var listed: [Int] = []
  package var cursor = ListCursor()
  package var filter = EpisodeFilter()
  package var order = EpisodeOrder.drawn
  package var marked: Set<Episode> = []
  /// Where a range of marks begins, as a row of the list; nil while none is drawn.
  package var anchor: Int?

  package var focus = Panel.episodes
  /// Whether the main area shows the classes where there is no room for both.
  package var showsClasses = false
  /// The tile under the cursor in the pictures panel.
  package var tile = 0
  /// The real support looked at, by its place in the episode.
  package var support = 0
  /// Whether that tile fills the panel.
  package var isZoomed = false
  /// What of the zoomed tile is in sight.
  package var viewport = Viewport()
  /// Whether the focused panel fills the screen.
  package var isMaximised = false
  package var queueCursor = ListCursor()
  package var markedJobs: Set<JobID> = []
  package var classCursor = ListCursor()
  package var classOrder = ClassOrder.label
  package var theme = ThemeName.standard
  /// Whether the mouse works here; the terminal marks text with it otherwise.
  package var usesMouse = true

  /// Whether the user has said that demo weights on other data are meant.
  package var acceptsDemoWeights = false

  package var settings = SettingsForm()
  /// What the user has kept of it, by name.
  package var presets: [OwnPreset] = []
  package var look = Look.tint
  /// Percent: how much of a tint covers the picture.
  package var opacity = 40
  package var blocks = Blocks.quadrants

  package var shelf = BoardShelf()
  /// The figures of the run that is shown (`run`), of no other one.
  package var scores: [Episode: EpisodeScore] = [:]
  /// What single predictions have shown, by network.
  package var own: [SegmentationNetwork: [Episode: OwnFigures]] = [:]
  /// Whether the list shows single predictions with the form's settings though an evaluation is shown of the fold.
  package var showsOwn = false
  package var queue = WorkQueue()
  /// What there is of the picture that is being painted.
  package var preview: (request: GenerationRequest, picture: Picture)?
  /// Episodes to be segmented as soon as their supports are painted.
  package var awaitingSupports: [Episode: Set<SupportPlan>] = [:]
  /// What the user thinks of pictures that were looked up.
  package var verdicts: [GenerationRequest: Verdict] = [:]
  /// Where pictures that were looked up lie.
  package var files: [GenerationRequest: URL] = [:]
  /// All painted supports of the data set.
  package var painted: [SupportName: [PaintedSupport]] = [:]
  package var isQueuePaused = false
  package var table: PlanTable?
  package var duel: Duel?
  /// What was marked as A.
  package var sideA: Duel.Side?
  package var evaluation: RunningEvaluation?
  /// Every saved evaluation, newest first.
  package var savedReports: [EvaluationReport] = []
  /// The evaluation shown of each fold, the newest one until another is chosen.
  package var reports: [Int: EvaluationReport] = [:]
  /// What the shown evaluation is compared with.
  package var reference: EvaluationReport?
  /// Models being read.
  package var modelsLoading: [String] = []
  package var modelsLoaded: Set<String> = []

  /// A picture whose episode is to be shown once it is listed.
  package var awaitedItem: DatasetItem?
  /// What the last run left, until it is taken over.
  package var session: SavedSession?

  package var dialog: Dialog?
  package var toasts: [Toast] = []
  package var messages: [Notice] = []

  package var paintings = BoundedCache<PaintKey, Painting>(limit: 240)
  /// What each tile showed last: it stays until the next picture is painted.
  package var lastPainted: [Tile: PaintKey] = [:]
  /// Work asked for and not yet answered.
  package var inFlight: Set<Effect> = []
  /// Work that failed and is not tried again by itself.
  package var failures: [Effect: Notice] = [:]
  private var lastPicture = 0

  /// Seconds since the start, as told by the last tick.
  package var now = 0.0
  package var size = Size(width: 80, height: 24)

  /// `fold` as asked for; a data set without it opens at its first.
  package init(datasetName: String, fold: Int) {
    self.datasetName = datasetName
    self.fold = fold
  }

  /// The episode under the cursor.
  package var selected: Episode? {
    listed.indices.contains(cursor.index) ? episodes[listed[cursor.index]] : nil
  }

  package var board: EpisodeBoard? { selected.flatMap { shelf[$0] } }

  /// The generated supports that the settings ask for.
  package var plan: SupportPlan { SupportPlan(options: settings.options, count: settings.supports) }

  /// The condition that the settings ask for.
  package var conditionChoice: ConditionChoice { plan.choice(of: shownSupport) }

  /// Real supports of the listed episodes, 1 at least.
  package var shots: Int { max(1, (selected ?? episodes.first)?.supports.count ?? 1) }

  /// The real support shown, by its place in the episode: the one that the generated support under the cursor was made from, else the one
  /// looked at.
  package var shownSupport: Int {
    if case .generated(let number) = selectedTile { return number % shots }
    return min(support, shots - 1)
  }

  /// Whether the demo's weights would paint or segment on another data set, where they say nothing of a method.
  package var usesDemoWeights: Bool {
    guard let catalog, catalog.name != DatasetKind.demo.rawValue else { return false }
    return settings.menu.usesDemoWeights(settings.options, segmenting: settings.network, fold: fold)
  }

  /// Whether leaving now would throw work away.
  package var isBusy: Bool { queue.unfinished > 0 || evaluation != nil }

  /// Whether the data set or its episodes are still to come.
  package var isOpening: Bool {
    if openFailure != nil { return false }
    return catalog == nil || inFlight.contains { if case .loadEpisodes = $0 { true } else { false } }
  }

  /// Whether anything is under way that ends by itself.
  package var isWorking: Bool {
    isOpening || !inFlight.isEmpty || !awaitingSupports.isEmpty || evaluation != nil || queue.running != nil
      || (queue.unfinished > 0 && !isQueuePaused)
  }

  /// Whether something on the screen moves by itself.
  package var isAnimated: Bool {
    !toasts.isEmpty || evaluation != nil || queue.running != nil || !inFlight.isEmpty || !modelsLoading.isEmpty
      || (focus == .duel && duel?.mode == .flicker && duel?.isRunning == true)
  }

  /// A number for a new picture.
  package mutating func newPicture() -> Int {
    lastPicture += 1
    return lastPicture
  }

  /// Shows a notice for a while and keeps it among the messages.
  package mutating func say(_ notice: Notice) {
    messages.append(notice)
    if messages.count > 500 { messages.removeFirst(messages.count - 500) }
    toasts.removeAll { $0.notice == notice }
    toasts.append(Toast(notice: notice, until: now + (notice.level == .info ? 4 : 10)))
    if toasts.count > 3 { toasts.removeFirst() }
  }
}
