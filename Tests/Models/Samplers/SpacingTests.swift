import Foundation
import Models
import TestSupport
import Testing

/// Every sampler in every spacing of its time steps, and on models that predict velocities, against diffusers 0.42.1's schedulers
/// (`Tools/make_sampler_fixture.py`).
@Suite struct SpacingTests {
  struct Run: Decodable, Sendable, CustomTestStringConvertible {
    let key: String
    let sampler: SamplerName
    let spacing: SchedulerConfig.Spacing
    let steps: Int
    let config: SchedulerConfig
    let scale: Double

    var testDescription: String { key }
  }

  private struct Runs: Decodable {
    let runs: [Run]
  }

  static let runs = (try? JSONDecoder().decode(Runs.self, from: Data(contentsOf: Golden.fixture("samplers/runs.json"))))?.runs ?? []
  private static let expected = Result { try Checkpoint(file: Golden.fixture("samplers/expected.safetensors")) }

  /// Ten samplers in three spacings; with velocities as well, and eight of them on schedules that end in noise.
  @Test func thereAreRuns() {
    #expect(Self.runs.count == 9 * 3 * 4 + 3 * 3 + 10 * 3 * 3 + 8 * 3 * 3)
    #expect(Set(Self.runs.map(\.sampler)) == Set(SamplerName.allCases))
  }

  @Test(arguments: runs) func agrees(run: Run) throws {
    let expected = try Self.expected.get()
    // The configuration names no spacing: it comes from the request.
    let sampler = try run.sampler.make(run.config.spaced(run.spacing), steps: run.steps)
    let timesteps = try expected.tensor("\(run.key).timesteps").values
    try #require(sampler.timesteps.count == timesteps.count)
    #expect(Difference.largest(sampler.timesteps, timesteps) < 1e-3)
    #expect(abs(Double(sampler.initialNoiseScale) - run.scale) < 1e-6 * run.scale)
    let samples = toyTrajectory(sampler, noise: try expected.tensor("noise").nhwc())
    let last = try #require(samples.last)
    let difference = relativeError(last, try expected.tensor("\(run.key).final").nhwc())
    #expect(difference < 1e-4)
    if ProcessInfo.processInfo.environment["DIFFSS_SHOW_DIFFERENCES"] != nil { print("\(run.key): \(difference)") }
  }

  private func config(_ more: String = "") throws -> SchedulerConfig {
    let folder = try TemporaryFolder()
    return try SchedulerConfig(file: folder.write(#"{"steps_offset": 1, "beta_schedule": "scaled_linear"\#(more)}"#, to: "scheduler_config.json"))
  }

  /// `DDIMScheduler.set_timesteps(400)` gives 799, 797, ... 1.
  @Test func countsThatDoNotDivideTheTrainingStepsBeginLate() throws {
    let config = try config()
    let late = try SamplerName.ddim.range(config, steps: 400)
    #expect(late.isShort && late.first == 799 && late.last == 1 && late.text == "t 799…1 of 999")
    #expect(try SamplerName.pndm.range(config, steps: 600).text == "t 600…1 of 999")
    for steps in [1, 2, 3, 4, 7, 10, 20, 25, 30, 50, 100, 200, 250, 500, 999] {
      #expect(try !SamplerName.ddim.range(config, steps: steps).isShort, "\(steps)")
    }
    for steps in [130, 150, 300, 400, 600] {
      #expect(try SamplerName.ddim.range(config, steps: steps).isShort, "\(steps)")
      for spacing in [SchedulerConfig.Spacing.trailing, .linspace] {
        #expect(try !SamplerName.ddim.range(config.spaced(spacing), steps: steps).isShort, "\(steps) \(spacing)")
      }
      // These have another default.
      #expect(try !SamplerName.euler.range(config, steps: steps).isShort, "\(steps)")
    }
  }

  /// The samplers whose schedulers have no rescaled betas say so; noise alone is no start for a model that predicts noise.
  @Test func whatCannotBeSampledIsNamed() throws {
    let velocity = #", "prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing""#
    for name in [SamplerName.pndm, .heun] {
      #expect { try name.make(config(velocity), steps: 5) } throws: { "\($0)".contains("rescale_betas_zero_snr is not known to pndm and heun") }
    }
    let noise = #", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing""#
    for name in [SamplerName.ddim, .lcm] {
      #expect { try name.make(config(noise), steps: 5) } throws: { "\($0)".contains("ends in pure noise") }
      _ = try name.make(config(velocity), steps: 5)
    }
    // With leading spacing the last step is not visited.
    _ = try SamplerName.ddim.make(config(#", "rescale_betas_zero_snr": true"#), steps: 5)
  }
}
