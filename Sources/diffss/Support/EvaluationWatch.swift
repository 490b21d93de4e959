import Foundation
import Pipeline

/// Evaluates plans one after the other and shows their progress.
struct EvaluationWatch {
  let workbench: Workbench

  /// The reports in the order of the plans. Throws `ExitStatus.interrupted` on Ctrl-C; what is finished is kept.
  func run(_ plans: [EvaluationPlan]) async throws -> [EvaluationReport] {
    var reports: [EvaluationReport] = []
    for (number, plan) in plans.enumerated() {
      let name = plans.count == 1 ? "" : " \(number + 1) of \(plans.count)"
      reports.append(try await run(plan, name))
    }
    return reports
  }

  private func run(_ plan: EvaluationPlan, _ name: String) async throws -> EvaluationReport {
    let painting = ProgressLine("painting\(name)", unit: "pictures")
    let checking = ProgressLine("checking drift\(name)", unit: "pictures"), segmenting = ProgressLine("segmenting\(name)", unit: "episodes")
    let work = Task {
      try await workbench.evaluate(plan) { progress in
        switch progress {
        case .generating(let done, let of, let step, let steps):
          painting.update(Double(done) + Double(step) / Double(max(steps, 1)), of: Double(of))
        case .checking(let done, let of): checking.update(Double(done), of: Double(of))
        case .evaluating(let done, let of, let baseline, let augmented):
          let figures = [baseline, augmented].compactMap { $0.map { String(format: "%.1f", $0) } }
          segmenting.update(Double(done), of: Double(of), detail: "mIoU " + figures.joined(separator: " → "))
        }
      }
    }
    let interrupt = Interrupt.shared
    interrupt.onRequest { work.cancel() }
    do {
      let report = try await work.value
      painting.finish()
      checking.finish()
      segmenting.finish()
      return report
    } catch is CancellationError where interrupt.isRequested {
      throw ExitStatus.interrupted
    }
  }
}
