import Foundation
import Models

/// A whole run of diffusers with its result (`golden/sd/pipeline.safetensors`).
public struct PipelineGolden: Decodable, Sendable, CustomStringConvertible {
  public let name: String
  public let scheduler: String
  public let config: SchedulerConfig
  public let settings: [String: JSONValue]
  public let control: OneOrMore<String>
  public let seed: UInt64
  public let steps: Int
  public let guidance_scale: Float
  public let eta: Float?
  public let controlnet_conditioning_scale: OneOrMore<Float>?
  public let control_guidance_start: Double?
  public let control_guidance_end: Double?
  public let guess_mode: Bool?

  public var description: String { name }

  private enum CodingKeys: String, CodingKey {
    case name, scheduler, config, control, seed, steps, guidance_scale, eta, controlnet_conditioning_scale
    case control_guidance_start, control_guidance_end, guess_mode
  }

  public init(from decoder: any Decoder) throws {
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

  /// A JSON value that is one or a list.
  public struct OneOrMore<Value: Decodable & Sendable>: Decodable, Sendable {
    public let values: [Value]

    public init(from decoder: any Decoder) throws {
      let box = try decoder.singleValueContainer()
      if let one = try? box.decode(Value.self) { values = [one] } else { values = try box.decode([Value].self) }
    }
  }

  private struct All: Decodable {
    let prompt: String
    let negative_prompt: String
    let runs: [PipelineGolden]
  }

  private static func read() throws -> All {
    // Python writes -Infinity where a sampler's setting is that, which only JSON5 knows.
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    return try decoder.decode(All.self, from: Data(contentsOf: Golden.url("sd/pipeline.json")))
  }

  /// Every run; none where the goldens are not here.
  public static let all = (try? read())?.runs ?? []

  public static let model = Golden.url("sd/tiny-sd15")
  public var controlNets: [URL] { control.values.map { Golden.url("sd/tiny-controlnet-\($0)") } }

  /// How far a run is from diffusers'.
  public struct Distance {
    /// Relative L2 of the latents, of those after each step, and the share of image values that are within a 255th.
    public let latents: Double
    public let steps: [Double]
    public let near: Double
    /// Steps whose latents were reported.
    public let seen: [Int]
  }

  /// Runs a model with `controlNets` by a sampler; nil where this scheduler is not known.
  public func difference(of given: StableDiffusion) throws -> Distance? {
    guard let sampler = SamplerName(diffusers: scheduler, settings) else { return nil }
    let all = try Self.read(), expected = try Checkpoint(file: Golden.url("sd/pipeline.safetensors"))
    let scales = controlnet_conditioning_scale?.values ?? [1]
    let controls = try control.values.enumerated().map { index, name in
      let image = try expected.tensor("control.\(name)")
      return ControlInput(
        image: Kernels.scale(image.reshaped([1] + image.shape), by: 1 / 255), network: index, scale: scales[min(index, scales.count - 1)],
        start: control_guidance_start ?? 0, end: control_guidance_end ?? 1)
    }
    var seen: [Int] = []
    let result = try given.with(scheduler: config).generate(
      DiffusionRun(
        prompt: all.prompt, negativePrompt: all.negative_prompt, sampler: sampler, steps: steps, guidanceScale: guidance_scale,
        eta: eta ?? 0,
        seed: seed, width: 64, height: 64, guessMode: guess_mode ?? false, controls: controls)
    ) { progress in
      if progress.latents != nil { seen.append(progress.step) }
      return true
    }
    let truth = try expected.tensor("\(name).latents_per_step"), image = try expected.tensor("\(name).image")
    let near = zip(result.image.values, image.values).count { abs($0 - $1) <= 1 / 255 }
    return Distance(
      latents: TestSupport.Difference.relativeL2(result.latents.values, expected: try expected.tensor("\(name).latents").nhwc().values),
      steps: result.latentsPerStep.enumerated().map { index, latents in
        TestSupport.Difference.relativeL2(
          latents.values, expected: truth.slice(index..<index + 1).reshaped(Array(truth.shape.dropFirst())).nhwc().values)
      }, near: Double(near) / Double(image.count), seen: seen)
  }
}
