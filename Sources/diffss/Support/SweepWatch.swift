import Evaluation
import Foundation
import Pipeline

/// Carries out a sweep and shows its progress.
struct SweepWatch {
  let workbench: Workbench

  /// Throws `ExitStatus.interrupted` on Ctrl-C; what is finished is kept.
  func run(_ plan: SweepPlan, parts: [URL] = []) async throws -> (report: SweepReport, evaluations: [[EvaluationReport]]) {
    let lines = EvaluationLines()
    let work = Task {
      try await workbench.sweep(plan, parts: parts) { lines.show($0.evaluation, " \($0.number) of \($0.of)") }
    }
    return try await lines.value(of: work)
  }
}
