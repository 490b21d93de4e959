import Core
import Evaluation
import Foundation
import Pipeline
import Synchronization

/// Evaluates plans one after the other and shows their progress.
struct EvaluationWatch {
  let workbench: Workbench

  /// The reports in the order of the plans, put together from `parts` where stores of tasks are given. One of several of which nothing can be evaluated is left out and named; when none is left, the first
  /// one's error is thrown. Throws `ExitStatus.interrupted` on Ctrl-C; what is finished is kept.
  func run(_ plans: [EvaluationPlan], parts: [URL] = []) async throws -> EvaluationSummary {
    var reports: [EvaluationReport] = [], leftOut: [String] = [], failure: (any Explained)?
    for (number, plan) in plans.enumerated() {
      let lines = EvaluationLines(), name = plans.count == 1 ? "" : " \(number + 1) of \(plans.count)"
      let work = Task { try await workbench.evaluate(plan, parts: parts) { lines.show($0, name) } }
      do {
        reports.append(try await lines.value(of: work))
      } catch let error as any Explained where plans.count > 1 && error.leavesOutOnePart {
        leftOut.append("fold \(plan.fold), seed \(plan.seed) left out: \(error.message)")
        failure = failure ?? error
      }
    }
    if reports.isEmpty, let failure { throw failure }
    return EvaluationSummary(reports, leftOut: leftOut)
  }
}

/// A progress line a stage of an evaluation.
final class EvaluationLines: Sendable {
  private struct Stage {
    let title: String
    let line: ProgressLine
  }

  private let stage: Mutex<Stage?> = Mutex(nil)
  /// Episodes that took no time, having been finished before.
  private let taken = Mutex(0)

  /// Shows how far an evaluation is; `name` tells several apart.
  func show(_ progress: EvaluationProgress, _ name: String) {
    switch progress {
    case .generating(let done, let of, let step, let steps):
      line("generating\(name)", "images").update(Double(done) + Double(step) / Double(max(steps, 1)), of: Double(of))
    case .checking(let done, let of): line("checking drift\(name)", "images").update(Double(done), of: Double(of))
    case .resuming(let done, let of):
      stage.withLock { stage in
        stage?.line.finish()
        stage = nil
      }
      taken.withLock { $0 = done }
      printError("segmenting\(name): \(done) of \(of) episodes were finished before and are taken over")
    case .evaluating(let done, let of, let baseline, let augmented):
      let figures = [baseline, augmented].compactMap { $0.map { String(format: "%.1f", $0) } }
      line("segmenting\(name)", "episodes")
        .update(
          Double(done), of: Double(of), free: Double(min(done, taken.withLock { $0 })),
          detail: "mIoU " + (figures.isEmpty ? "–" : figures.joined(separator: " → ")))
    }
  }

  /// What the work comes to, ended on Ctrl-C.
  func value<Result: Sendable>(of work: Task<Result, any Error>) async throws -> Result {
    let interrupt = Interrupt.shared
    interrupt.onRequest { work.cancel() }
    do {
      let result = try await work.value
      stage.withLock { $0?.line.finish() }
      return result
    } catch is CancellationError where interrupt.isRequested {
      throw ExitStatus.interrupted
    }
  }

  /// The line of a stage; the one before is ended.
  private func line(_ title: String, _ unit: String) -> ProgressLine {
    stage.withLock { stage in
      if let stage, stage.title == title { return stage.line }
      stage?.line.finish()
      let fresh = Stage(title: title, line: ProgressLine(title, unit: unit))
      stage = fresh
      return fresh.line
    }
  }
}
