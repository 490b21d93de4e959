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
    let scheduler: String
    let config: SchedulerConfig
    let settings: [String: JSONValue]
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

    private enum CodingKeys: String, CodingKey {
      case name, scheduler, config, control, seed, steps, guidance_scale, eta, controlnet_conditioning_scale
      case control_guidance_start, control_guidance_end, guess_mode
    }

    init(from decoder: any Decoder) throws {
      let box = try decoder.container(keyedBy: CodingKeys.self)
      name = try box.decode(String.self, forKey: .name)
      scheduler = try box.decode(String.self, forKey: .scheduler)
      config = try box.decode(SchedulerConfig.self, forKey: .config)
      settings = try box.decode([String: JSONValue].self, forKey: .config)
      control = try box.decode(OneOrMore<String>.self, forKey: .control)
      seed = try box.decode(UInt64.self, forKey: .seed)
      steps = try box.decode(Int.self, forKey: .steps)
      guidance_scale = try box.decode(Float.self, forKey: .guidance_scale)
      eta = try box.decodeIfPresent(Float.self, forKey: .eta)
      controlnet_conditioning_scale = try box.decodeIfPresent(OneOrMore<Float>.self, forKey: .controlnet_conditioning_scale)
      control_guidance_start = try box.decodeIfPresent(Double.self, forKey: .control_guidance_start)
      control_guidance_end = try box.decodeIfPresent(Double.self, forKey: .control_guidance_end)
      guess_mode = try box.decodeIfPresent(Bool.self, forKey: .guess_mode)
    }
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
    // Python writes -Infinity where a sampler's setting is that, which only JSON5 knows.
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    return try decoder.decode(Goldens.self, from: Data(contentsOf: Golden.url("sd/pipeline.json")))
  }

  static let runs = (try? goldens())?.runs ?? []

  @Test func allRunsAreRead() { #expect(Self.runs.count >= 15) }

  @Test(arguments: runs) func agrees(run: Run) throws {
    let goldens = try Self.goldens()
    let expected = try Checkpoint(file: Golden.url("sd/pipeline.safetensors"))
    let names = run.control.values
    let sampler = try #require(SamplerName(diffusers: run.scheduler, run.settings), "\(run.scheduler) is not known")
    let folder = try StableDiffusion.load(
      model: Golden.url("sd/tiny-sd15"), controlNets: names.map { Golden.url("sd/tiny-controlnet-\($0)") })
    let model = folder.with(scheduler: run.config)
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
        prompt: goldens.prompt, negativePrompt: goldens.negative_prompt, sampler: sampler, steps: run.steps, guidanceScale: run.guidance_scale,
        eta: run.eta ?? 0, seed: run.seed, width: 64, height: 64, guessMode: run.guess_mode ?? false, controls: controls)
    ) { progress in
      if progress.latents != nil { seen.append(progress.step) }
      return true
    }
    let steps = try expected.tensor("\(run.name).latents_per_step")
    #expect(seen == Array(1...steps.shape[0]))
    let error = relativeError(result.latents, try expected.tensor("\(run.name).latents").nhwc())
    #expect(error < 1e-4)
    if ProcessInfo.processInfo.environment["DIFFSS_SHOW_DIFFERENCES"] != nil { print("\(run.name): \(error)") }
    for (index, latents) in result.latentsPerStep.enumerated() {
      let wanted = steps.slice(index..<index + 1).reshaped(Array(steps.shape.dropFirst())).nhwc()
      #expect(relativeError(latents, wanted) < 1e-4, "step \(index)")
    }
    let image = try expected.tensor("\(run.name).image")
    let near = zip(result.image.values, image.values).count { abs($0 - $1) <= 1 / 255 }
    #expect(Double(near) >= 0.999 * Double(image.count))
  }
}
