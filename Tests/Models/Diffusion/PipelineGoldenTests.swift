import Foundation
import Models
import TestSupport
import Testing

/// Whole runs against diffusers (`golden/sd/pipeline.safetensors`).
@Suite(.enabled(if: Golden.isAvailable)) struct PipelineGoldenTests {
  @Test func allRunsAreRead() { #expect(PipelineGolden.all.count >= 15) }

  @Test(arguments: PipelineGolden.all) func agrees(run: PipelineGolden) throws {
    let model = try StableDiffusion.load(model: PipelineGolden.model, controlNets: run.controlNets)
    let difference = try #require(try run.difference(of: model), "\(run.scheduler) is not known")
    #expect(difference.seen == Array(1...difference.steps.count))
    #expect(difference.latents < 1e-4)
    if ProcessInfo.processInfo.environment["DIFFSS_SHOW_DIFFERENCES"] != nil { print("\(run.name): \(difference.latents)") }
    for (index, error) in difference.steps.enumerated() { #expect(error < 1e-4, "step \(index)") }
    #expect(difference.near >= 0.999)
  }
}
