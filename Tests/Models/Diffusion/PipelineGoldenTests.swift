import Foundation
import Models
import TestSupport
import Testing

/// Whole runs against diffusers (`golden/sd/pipeline.safetensors`).
@Suite(.enabled(if: Golden.isAvailable)) struct PipelineGoldenTests {
  struct Goldens: Decodable {
    let prompt: String
    let negative_prompt: String
    let runs: [Run]
  }

  struct Run: Decodable, CustomTestStringConvertible {
    let name: String
    let control: OneOrMore<String>
    let seed: UInt64
    let steps: Int
    let guidance_scale: Float
    let eta: Float?
    let controlnet_conditioning_scale: OneOrMore<Float>?
    let control_guidance_start: Double?
    let control_guidance_end: Double?
    let guess_mode: Bool?

    var testDescription: String { name }
  }

  /// A JSON value that is one or a list.
  struct OneOrMore<Value: Decodable & Sendable>: Decodable, Sendable {
    let values: [Value]

    init(from decoder: any Decoder) throws {
      let box = try decoder.singleValueContainer()
      if let one = try? box.decode(Value.self) { values = [one] } else { values = try box.decode([Value].self) }
    }
  }

  static func goldens() throws -> Goldens {
    // Python writes -Infinity where a sampler's setting is that, which JSON does not know.
    let text = try String(contentsOf: Golden.url("sd/pipeline.json"), encoding: .utf8)
    return try JSONDecoder().decode(Goldens.self, from: Data(text.replacing("-Infinity", with: "-1e300").utf8))
  }

  static let runs = ((try? goldens())?.runs ?? []).filter { $0.name.hasPrefix("ddim") }

  @Test func allRunsAreRead() { #expect(Self.runs.count == 7) }

  @Test(arguments: runs) func ddim(run: Run) throws {
    let goldens = try Self.goldens()
    let expected = try Checkpoint(safetensors: Golden.url("sd/pipeline.safetensors"))
    let names = run.control.values
    let model = try StableDiffusion.load(
      model: Golden.url("sd/tiny-sd15"), controlNets: names.map { Golden.url("sd/tiny-controlnet-\($0)") })
    let scales = run.controlnet_conditioning_scale?.values ?? [1]
    let controls = try names.enumerated().map { index, name in
      let image = try expected.tensor("control.\(name)")
      return ControlInput(
        image: Kernels.scale(image.reshaped([1] + image.shape), by: 1 / 255), network: index, scale: scales[min(index, scales.count - 1)],
        start: run.control_guidance_start ?? 0, end: run.control_guidance_end ?? 1)
    }
    var seen: [Int] = []
    let result = try model.generate(
      DiffusionRun(
        prompt: goldens.prompt, negativePrompt: goldens.negative_prompt, steps: run.steps, guidanceScale: run.guidance_scale,
        eta: run.eta ?? 0, seed: run.seed, width: 64, height: 64, guessMode: run.guess_mode ?? false, controls: controls)
    ) { progress in
      if progress.latents != nil { seen.append(progress.step) }
      return true
    }
    #expect(seen == Array(1...run.steps))
    #expect(relativeError(result.latents, try expected.tensor("\(run.name).latents").nhwc()) < 1e-4)
    let steps = try expected.tensor("\(run.name).latents_per_step")
    for (index, latents) in result.latentsPerStep.enumerated() {
      let wanted = steps.slice(index..<index + 1).reshaped(Array(steps.shape.dropFirst())).nhwc()
      #expect(relativeError(latents, wanted) < 1e-4, "step \(index)")
    }
    let image = try expected.tensor("\(run.name).image")
    let near = zip(result.image.values, image.values).count { abs($0 - $1) <= 1 / 255 }
    #expect(Double(near) >= 0.999 * Double(image.count))
  }
}
