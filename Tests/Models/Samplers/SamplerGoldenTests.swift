import Foundation
import Models
import TestSupport
import Testing

/// Every run of `golden/sd/schedulers.json`.
@Suite(.enabled(if: Golden.isAvailable)) struct SamplerGoldenTests {
  static let runs = (try? SamplerGoldens.load())?.runs ?? []
  private let goldens: SamplerGoldens
  private let expected: Checkpoint

  init() throws {
    goldens = try SamplerGoldens.load()
    expected = try Checkpoint(file: Golden.url("sd/schedulers.safetensors"))
  }

  @Test func thereAreRuns() { #expect(Self.runs.count >= 33) }

  @Test(arguments: runs) func agrees(run: SamplerGoldens.Run) throws {
    let name = try #require(SamplerName(diffusers: run.cls, run.extra), "\(run.cls) is not known")
    let sampler = try name.make(goldens.config(run), steps: run.steps)
    #expect(abs(Double(sampler.initialNoiseScale) - run.init_noise_sigma) < 1e-6 * run.init_noise_sigma)
    let timesteps = try expected.tensor("\(run.key).timesteps").values
    #expect(sampler.timesteps.count == timesteps.count)
    #expect(Difference.largest(sampler.timesteps, timesteps) < 1e-3)

    let trajectory = try expected.tensor("\(run.key).trajectory")
    let noise = try expected.tensor("x_init_unscaled").nhwc()
    let samples = toyTrajectory(sampler, noise: noise)
    try #require(samples.count == trajectory.shape[0])
    var worst = 0.0
    for (index, sample) in samples.enumerated() {
      let wanted = trajectory.slice(index..<index + 1).reshaped(Array(trajectory.shape.dropFirst())).nhwc()
      worst = max(worst, relativeError(sample, wanted))
    }
    #expect(worst < 1e-4)
    if ProcessInfo.processInfo.environment["DIFFSS_SHOW_DIFFERENCES"] != nil { print("\(run.key): \(worst)") }
  }
}
