import Core
import Data
import Foundation
import Models
import Render

/// How images of the user's own are generated: models, control images and the request, chosen from what was asked for and what is on this machine.
public struct OwnImagePlan: Sendable {
  /// What the images are of.
  public enum Source: Sendable {
    /// An image with its mask, from which the control image is made; `detector` is a weights file that replaces the library's edge detector.
    case image(OwnImage, detector: URL?)
    /// Ready control images.
    case controls([ControlFile])
  }

  /// What was asked for.
  public struct Input: Sendable {
    public var source: Source
    /// Settings and prompts; `{name}` in the prompt stands for the image's class.
    public var options: GenerationOptions
    public var models: NamedModels
    /// The diffusers folder whose configurations serve a single file; nil for SD 1.5's.
    public var config: String?
    /// Whether a guidance scale that the model recommends takes the place of the options' own.
    public var takesRecommendedGuidance: Bool
    /// Whether the small decoder decodes where there is one for the model.
    public var takesSmallDecoder: Bool
    /// Of each control image, or one for all; the options' own when there is none.
    public var controlScales: [Double]
    /// In pixels; nil for the control image's, without one for what the model was trained for.
    public var width: Int?
    public var height: Int?

    public init(
      source: Source, options: GenerationOptions = GenerationOptions(), models: NamedModels = NamedModels(), config: String? = nil,
      takesRecommendedGuidance: Bool = true, takesSmallDecoder: Bool = false, controlScales: [Double] = [],
      width: Int? = nil, height: Int? = nil
    ) {
      self.source = source
      self.options = options
      self.models = models
      self.config = config
      self.takesRecommendedGuidance = takesRecommendedGuidance
      self.takesSmallDecoder = takesSmallDecoder
      self.controlScales = controlScales
      self.width = width
      self.height = height
    }
  }

  public let weights: OwnImageWeights
  public let request: OwnImageRequest
  /// What the request's controls read, in their order.
  public let controlImages: [Image]
  /// With which the names of all files of the images begin.
  public let stem: String
  /// The training steps that the request visits; nil where the model's schedule cannot be read.
  public let timesteps: TimestepRange?

  /// Makes the control image, where it is not ready, and chooses the rest. `library` has been given `models.places`.
  ///
  /// Throws `GenerationError.optionsClash` where numbers of control images, ControlNets and scales, or sizes, do not go together,
  /// `DataError` for a prompt that needs a class's name, what making a control image throws, and `GenerationError` for models that are missing.
  public init(_ input: Input, library: ModelLibrary) throws {
    let prompts = try Prompts()
    var settings = input.options.settings
    // Before any work: a class without a name, or a number that is none.
    let prompt = try Self.prompt(input, prompts)
    let controls = try Self.controls(input, library)
    for control in controls { try Self.check(control.image, control.name) }
    let (model, networks) = try Self.models(input, controls: controls.count, library)
    guard input.controlScales.count <= 1 || input.controlScales.count == controls.count else {
      throw GenerationError.optionsClash(problem: "\(controls.count) control images need one --control-scale or as many")
    }
    if input.takesRecommendedGuidance, let recommended = ModelLibrary.recommendation(besides: model)?.guidance {
      settings.guidance = recommended
    }
    if input.takesSmallDecoder, library.hasSmallDecoder(for: model, config: input.config) { settings.shortcuts.decoder = .small }
    let added = try input.models.additions(in: library), size = controls.first.map { (width: $0.image.width, height: $0.image.height) }
    let native = ModelLibrary.nativeResolution(of: model, config: input.config)
    weights = OwnImageWeights(
      model: model, config: input.config.map { URL(fileURLWithPath: $0, isDirectory: true) }, networks: networks,
      autoencoder: added.autoencoder, loras: added.loras,
      smallDecoder: settings.shortcuts.decoder == .small ? try library.smallDecoder(for: model, config: input.config).url : nil,
      detector: try Self.detector(input, library))
    request = OwnImageRequest(
      weights, prompt: prompt, negativePrompt: input.options.negativePrompt ?? prompts.negative, settings: settings,
      seed: input.options.seed,
      width: input.width ?? size?.width ?? native, height: input.height ?? size?.height ?? native,
      controls: controls.enumerated().map { number, control in
        let scale =
          input.controlScales.count == 1
          ? input.controlScales[0] : input.controlScales.isEmpty ? settings.controlScale : input.controlScales[number]
        return (image: control.image, scale: scale, start: settings.controlStart, end: settings.controlEnd)
      },
      loraScales: input.models.loras.map(\.scale),
      source: try input.source.image.map { try OwnSource($0, input.options.condition, input.options.conditionSettings) })
    for control in controls where control.image.width != request.width || control.image.height != request.height {
      throw GenerationError.optionsClash(
        problem: "--width and --height must be the control image's, \(control.image.width)x\(control.image.height)")
    }
    controlImages = controls.map(\.image)
    stem = controls.first?.name ?? input.source.image?.name ?? "picture"
    timesteps = ModelLibrary.scheduler(of: model, config: input.config).flatMap(request.settings.timesteps)
  }

  /// What is to be said of the prompts before anything is generated.
  public var remarks: [String] {
    [("prompt", request.prompt), ("negative prompt", request.negativePrompt)].compactMap { PromptCharacters.warning($0, $1) }
  }

  private static func prompt(_ input: Input, _ prompts: Prompts) throws -> String {
    try input.source.image.map { try $0.info.prompt(prompts, template: input.options.prompt) } ?? input.options.prompt ?? ""
  }

  /// Sides of an image are multiples of this, as Stable Diffusion's autoencoder halves them three times, and no longer than that.
  private static let factor = 8, mostSide = 8192

  /// Before the cost is reckoned, and weights are read.
  private static func check(_ control: Image, _ name: String) throws {
    let sides = [control.width, control.height]
    guard sides.contains(where: { $0 % factor != 0 || $0 > mostSide }) else { return }
    let fitting = sides.map { max(factor, min($0, mostSide) / factor * factor) }
    throw GenerationError.optionsClash(
      problem:
        "the control image \(PlainText.clean(name)) is \(sides[0])x\(sides[1]): both must be multiples of \(factor) up to \(mostSide); "
        + "scale it, to \(fitting[0])x\(fitting[1]) for example")
  }

  /// The control images with the names of their files.
  private static func controls(_ input: Input, _ library: ModelLibrary) throws -> [(name: String, image: Image)] {
    switch input.source {
    case .controls(let files): return files.map { ($0.name, $0.image) }
    case .image(let image, let detector):
      guard input.options.condition != .none else { return [] }
      let control = try image.condition(
        input.options.condition, settings: input.options.conditionSettings, models: library, detector: detector)
      return [(image.stem, control.image)]
    }
  }

  /// The weights of the edge detector that the control image is made with; nil where there is none.
  private static func detector(_ input: Input, _ library: ModelLibrary) throws -> URL? {
    guard case .image(_, let given) = input.source, let kind = input.options.condition.detector(input.options.conditionSettings) else {
      return nil
    }
    return try given ?? library.detectorEntry(kind).url
  }

  /// The diffusion model and a ControlNet for each control image: those named, else the library's choice.
  private static func models(_ input: Input, controls: Int, _ library: ModelLibrary) throws -> (model: URL, networks: [URL]) {
    let named = input.models
    if case .controls(let ready) = input.source, !ready.isEmpty, !named.controlNets.isEmpty, named.controlNets.count != ready.count {
      throw GenerationError.optionsClash(problem: "\(ready.count) --control need as many --controlnet, not \(named.controlNets.count)")
    }
    let isAllNamed = named.model != nil && (controls == 0 || !named.controlNets.isEmpty)
    let choice =
      isAllNamed
      ? nil
      : try library.choice(
        for: controls == 0 ? .none : input.options.condition, settings: input.options.conditionSettings,
        preferring: named.preferredModel(in: library))
    let model = try library.place(named.model ?? choice?.diffusion ?? "")
    let names = named.controlNets.isEmpty ? choice?.controlNet.map { Array(repeating: $0, count: controls) } ?? [] : named.controlNets
    let networks = try names.map(library.place)
    guard networks.count >= controls else {
      throw GenerationError.optionsClash(problem: "\(controls) control images need as many --controlnet")
    }
    return (model, Array(networks.prefix(controls)))
  }
}

extension OwnImagePlan.Source {
  /// The image with its mask; nil of ready control images.
  fileprivate var image: OwnImage? { if case .image(let image, _) = self { image } else { nil } }
}
