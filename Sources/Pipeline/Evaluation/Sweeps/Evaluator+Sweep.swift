import Core
import Foundation
import Generation
import Models

extension Evaluator {
  /// Evaluates every setting of a sweep; blocks until the last one is done.
  ///
  /// Settings of one network and fold follow each other, so that its features, the baseline and every prediction that two settings have
  /// in common are made once; images are generated once for all networks. A sweep that was ended before goes on from its finished
  /// episodes. A fold and seed of which no setting can evaluate anything is left out, then every setting that still lacks one: means are of the
  /// same episodes. `parts` are folders with what `evaluateParts` has made of it. Throws `CancellationError` soon after `stop` is set, and the
  /// first failure when nothing is left.
  public func sweep(
    _ sweep: SweepPlan, parts: [URL] = [], stop: StopFlag, progress: (SweepProgress) -> Void
  ) throws -> (report: SweepReport, evaluations: [[EvaluationReport]]) {
    let settings = sweep.settings, plans = settings.map(sweep.plans)
    try check(plans.joined())
    struct Job {
      let setting: Int
      let position: Int
      let plan: EvaluationPlan
    }
    let jobs = plans.enumerated().flatMap { setting, plans in
      plans.enumerated().map { Job(setting: setting, position: $0, plan: $1) }
    }
    let networks = SegmentationNetwork.allCases.filter { network in jobs.contains { $0.plan.network == network } }
    let inOrder = networks.flatMap { network in
      plans[0].indices.flatMap { position in jobs.filter { $0.plan.network == network && $0.position == position } }
    }
    let shared = SharedWork()
    var reports = plans.map { $0.map { _ in EvaluationReport?.none } }, failures: [(job: Job, error: any Explained)] = []
    for (number, job) in inOrder.enumerated() {
      do {
        reports[job.setting][job.position] = try evaluate(job.plan, sharing: shared, parts: parts, stop: stop) { evaluation in
          progress(SweepProgress(number: number + 1, of: inOrder.count, evaluation: evaluation))
        }
      } catch let error as any Explained where error.leavesOutOnePart {
        failures.append((job, error))
      }
    }
    // With parts the journals remember that their reports are stored, however often they are put together.
    if parts.isEmpty { shared.finish() }
    let positions = plans[0].indices.filter { position in reports.contains { $0[position] != nil } }
    let kept = positions.isEmpty ? [] : settings.indices.filter { setting in positions.allSatisfy { reports[setting][$0] != nil } }
    if kept.isEmpty, let failure = failures.first { throw failure.error }
    let done = kept.map { setting in positions.compactMap { reports[setting][$0] } }
    var leftOut: [String] = []
    for (job, error) in failures {
      let part = "fold \(job.plan.fold), seed \(job.plan.seed)"
      let name = zip(sweep.axes, settings[job.setting]).map { "\($0.name) \($0.values[$1].text)" }.joined(separator: ", ")
      let sentence = positions.contains(job.position) ? "\(name) left out: \(part): \(error.message)" : "\(part) left out: \(error.message)"
      if !leftOut.contains(sentence) { leftOut.append(sentence) }
    }
    let report = SweepReport(
      dataset: requests.supports.dataset.name, sweep, settings: kept.map { settings[$0] }, evaluations: done, leftOut: leftOut)
    return (report, done)
  }

  /// Whether all that the plans need is there, before hours are spent on the first of them. Throws what each would end with.
  public func check(_ plans: some Sequence<EvaluationPlan>) throws {
    for plan in plans {
      try plan.validate()
      let segmenter = try segmenter(plan).segmenter
      if plan.episodeList == nil { try segmenter.check(shots: plan.draw.shots, auxiliaryShots: plan.auxiliaryShots) }
      if plan.auxiliaryFolder == nil, plan.auxiliaryShots > 0 {
        _ = try models.choice(for: plan.options)
      }
    }
  }
}
