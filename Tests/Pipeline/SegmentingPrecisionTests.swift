import Core
import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// What `--precision` means to an evaluation.
@Suite struct SegmentingPrecisionTests {
  private func plan(_ precision: Precision) -> EvaluationPlan {
    EvaluationPlan(fold: 0, auxiliaryShots: 0, options: GenerationOptions(DiffusionSettings { $0.precision = precision }), episodes: 6)
  }

  @Test func float32IsNotWrittenDown() throws {
    let plain = String(decoding: try CanonicalJSON.data(plan(.float32)), as: UTF8.self)
    #expect(!plain.contains("precision"))
    #expect(try JSONDecoder().decode(EvaluationPlan.self, from: Data(plain.utf8)) == plan(.float32))
    let rounded = try CanonicalJSON.data(plan(.bfloat16))
    #expect(String(decoding: rounded, as: UTF8.self).contains(#""precision":"bfloat16""#))
    #expect(try JSONDecoder().decode(EvaluationPlan.self, from: rounded).precision == .bfloat16)
  }

  @Test(.enabled(if: Precision.fastest == .bfloat16, "the processor multiplies no bfloat16"))
  func theNetworkFollowsItWithoutGeneratedSupports() async throws {
    let bench = try TinyModels()
    let exact = try await bench.workbench.evaluate(plan(.float32)), rounded = try await bench.workbench.evaluate(plan(.bfloat16))
    // Six episodes of random weights: nearly the same masks, but not taken over from one another.
    #expect(exact.episodes.map(\.episode) == rounded.episodes.map(\.episode))
    #expect(abs(exact.baseline.miou.value - rounded.baseline.miou.value) < 3)
    #expect(exact.episodes != rounded.episodes)
    #expect(rounded.table.contains("bfloat16") && !exact.table.contains("bfloat16"))
    #expect(Set(try await bench.workbench.evaluations().map(\.plan)) == [plan(.float32), plan(.bfloat16)])
  }
}
