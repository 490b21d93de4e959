import Data
import Evaluation
import Foundation
import Generation
import Models

/// What was measured: evaluations over a fold, and single predictions.
public struct EvaluationState: Sendable {
  /// The one that is under way.
  public private(set) var running: RunningEvaluation?
  /// Every saved evaluation, newest first.
  public private(set) var saved: [EvaluationReport] = []
  /// When they were saved, in their order; nil where nobody knows.
  public private(set) var dates: [Date?] = []
  /// Those that have no report and that nobody works on, newest first.
  public private(set) var unfinished: [UnfinishedEvaluation] = []
  /// Those of which was said that they were cut off.
  private var toldCutOff: Set<EvaluationPlan> = []
  /// The table of all.
  public private(set) var runs = RunsState()
  /// The evaluation shown of each fold: the newest one until one is chosen.
  public private(set) var shown: [Int: EvaluationReport] = [:]
  /// Folds of which the user chose what is shown: it stays when a newer one is there.
  private var chosen: Set<Int> = []
  /// What the shown evaluation is compared with.
  public private(set) var reference: EvaluationReport?
  /// Whether the list shows single predictions with the form's settings though an evaluation is shown of the fold.
  public private(set) var showsOwn = false
  /// What single predictions have shown, by what made them.
  public private(set) var own: [SegmenterChoice: [Episode: OwnFigures]] = [:]
  /// How far generated supports agree with their masks (`SupportAgreement`), by what found out.
  public private(set) var agreements: [SegmenterChoice: [GenerationRequest: Double]] = [:]
  /// Episodes that lack supports of a plan, as far as somebody looked.
  public private(set) var incomplete: [SupportPlan: Set<Episode>] = [:]
  /// The figures of the run that is shown, of no other one.
  public private(set) var scores: [Episode: EpisodeScore] = [:]
  /// Episodes to be segmented as soon as their supports are generated.
  public private(set) var awaiting: [Episode: Set<SupportPlan>] = [:]
  /// The list of the classes.
  public private(set) var cursor = ListCursor()
  public private(set) var order = ClassOrder.label

  // MARK: An evaluation

  mutating func begin(_ plan: EvaluationPlan) { running = RunningEvaluation(plan: plan) }

  /// Goes on with one that is in the table, where it is no more while it runs.
  mutating func resume(_ evaluation: UnfinishedEvaluation) {
    begin(evaluation.plan)
    unfinished.removeAll { $0 == evaluation }
  }

  mutating func take(_ progress: EvaluationProgress, now: Double) { running?.take(progress, now: now) }

  mutating func stop() -> [Effect] {
    guard running != nil else { return [] }
    running?.isStopping = true
    return [.stopEvaluation]
  }

  /// It failed or was stopped.
  mutating func end() { running = nil }

  /// It has its report, which is shown unless another one of the fold was chosen, and takes the place of one that it repeats.
  mutating func finish(_ report: EvaluationReport, _ date: Date?) {
    running = nil
    unfinished.removeAll { $0.plan == report.plan }
    if !chosen.contains(report.plan.fold) { shown[report.plan.fold] = report }
    if let place = saved.lastIndex(where: report.isRepeat) {
      (saved[place], dates[place]) = (report, date)
    } else {
      saved.insert(report, at: 0)
      dates.insert(date, at: 0)
      runs.renumber { $0 + 1 }
    }
  }

  // MARK: Saved evaluations

  /// Takes over all that there are; marks stay with theirs.
  mutating func take(saved all: [EvaluationReport], dates: [Date], unfinished: [UnfinishedEvaluation]) {
    if all != saved { runs.renumber { [saved] place in saved[safe: place].flatMap(all.firstIndex) } }
    saved = all
    self.dates = all.indices.map { dates[safe: $0] }
    self.unfinished = unfinished
    // Newest first: the first one of a fold stays.
    for report in all where shown[report.plan.fold] == nil { shown[report.plan.fold] = report }
  }

  /// The newest one that was cut off with its process, of those of which nobody was told.
  mutating func newestCutOff() -> UnfinishedEvaluation? {
    let news = unfinished.filter { $0.wasCutOff && !toldCutOff.contains($0.plan) }
    toldCutOff.formUnion(news.map(\.plan))
    return news.first
  }

  /// Shows one that the user chose; what it has no common measure with is compared with it no longer.
  mutating func show(_ report: EvaluationReport) {
    (shown[report.plan.fold], showsOwn) = (report, false)
    chosen.insert(report.plan.fold)
    if let reference, report.unlike(reference) != nil { self.reference = nil }
  }

  /// Single predictions in place of an evaluation.
  mutating func showOwn(_ isShown: Bool) { showsOwn = isShown }

  /// Compares the one that is shown with another one; both stay.
  public mutating func compare(with report: EvaluationReport?) {
    reference = report
    if let report { chosen.insert(report.plan.fold) }
  }

  /// A reference is of one fold.
  mutating func openFold(_ number: Int) {
    if reference?.plan.fold != number { reference = nil }
  }

  /// Forgets the data set; what is under way goes on.
  mutating func close() {
    (scores, own, agreements, shown, saved, reference) = ([:], [:], [:], [:], [], nil)
    (showsOwn, chosen, awaiting, incomplete, dates) = (false, [], [:], [:], [])
    (unfinished, toldCutOff) = ([], [])
    runs.forget()
  }

  // MARK: Figures

  /// Notes the IoU of a prediction in percent; `use` is nil for the real supports alone. Returns all that is known of the episode.
  mutating func note(iou: Double, of episode: Episode, _ use: SupportUse?, by segmenter: SegmenterChoice) -> OwnFigures {
    var figures = own[segmenter]?[episode] ?? OwnFigures()
    if let use { figures.augmented[use] = iou } else { figures.baseline = iou }
    own[segmenter, default: [:]][episode] = figures
    return figures
  }

  mutating func note(drift: Double, of episode: Episode, _ use: SupportUse, by segmenter: SegmenterChoice) {
    own[segmenter, default: [:]][episode, default: OwnFigures()].drift[use] = drift
  }

  /// Notes how far generated supports agree with their masks, 0...1.
  mutating func note(agreements found: [GenerationRequest: Double], by segmenter: SegmenterChoice) {
    agreements[segmenter, default: [:]].merge(found) { _, new in new }
  }

  mutating func show(_ scores: [Episode: EpisodeScore]) { self.scores = scores }

  /// One episode's figures; none where nothing is known.
  public mutating func show(_ score: EpisodeScore, of episode: Episode) { scores[episode] = score == EpisodeScore() ? nil : score }

  // MARK: Predictions that nobody asked for

  /// Supports of a plan are missing of an episode.
  mutating func note(incomplete plan: SupportPlan, of episode: Episode) { incomplete[plan, default: []].insert(episode) }

  /// Other images are there than before.
  mutating func forgetIncomplete() { incomplete = [:] }

  // MARK: Waiting for supports

  mutating func wait(_ episode: Episode, for plan: SupportPlan) { awaiting[episode, default: []].insert(plan) }

  /// The episode waits no longer for a plan's supports.
  mutating func forget(_ episode: Episode, _ plan: SupportPlan) {
    awaiting[episode]?.remove(plan)
    if awaiting[episode]?.isEmpty == true { awaiting[episode] = nil }
  }

  mutating func forget(_ episode: Episode) { awaiting[episode] = nil }

  // MARK: The list of the classes

  mutating func move(_ rows: Int, count: Int, visible: Int?) { cursor.move(rows, count: count, visible: visible) }

  mutating func point(at row: Int, count: Int, visible: Int?) { cursor.point(at: row, count: count, visible: visible) }

  mutating func nextOrder() { order = order.next }

  mutating func restore(_ order: ClassOrder) { self.order = order }

  // MARK: The table of the saved ones

  mutating func changeRuns(_ change: (inout RunsState) -> Void) { change(&runs) }
}
