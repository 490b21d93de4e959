import Core
import Foundation
import Models

/// Wall seconds of an image's phases, as its progress tells them.
struct PhaseTimes {
  private let start = ContinuousClock.now
  private var steps: [ContinuousClock.Instant] = []
  private var finish: ContinuousClock.Instant?

  /// Takes the number of finished steps, often.
  mutating func reached(_ step: Int) {
    if step >= steps.count { steps.append(.now) }
  }

  mutating func end() { finish = .now }

  /// Loading (up to the first word of the run), every step (the prompts are encoded in the first), and what came after the last.
  var text: String {
    guard let loaded = steps.first, let last = steps.last, let finish else { return "nothing was generated" }
    func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> String {
      String(format: "%.2f s", (to - from) / .seconds(1))
    }
    return (["kernels: \(KernelSet.current), \(Counted(Compute.threads, "thread"))", "loading: \(seconds(start, loaded))"]
      + zip(steps, steps.dropFirst()).enumerated().map { "step \($0 + 1): \(seconds($1.0, $1.1))" }
      + ["decoding: \(seconds(last, finish))", "in all: \(seconds(start, finish))"]).joined(separator: "\n")
  }
}
