import ArgumentParser
import Foundation
import Models
import Pipeline
import Render

/// What `generate` takes beside a data set's options when it paints one picture.
struct OwnRunOptions: ParsableArguments {
  @OptionGroup var picture: OwnPictureOptions

  @Option(help: ArgumentHelp("A ready control image; repeat for several ControlNets.", valueName: "file"))
  var control: [String] = []

  @OptionGroup var singleFile: SingleFileOptions

  @Option(help: "Width in pixels; the control image's when absent.")
  var width: Int?

  @Option(help: "Height in pixels; the control image's when absent.")
  var height: Int?

  @Option(help: ArgumentHelp("Rewrite this PNG after every step with what there is of the first picture.", valueName: "file"))
  var preview: String?

  @Option(help: "Pictures painted together, of this seed and the ones after it.")
  var batch: Int = 1

  @Option(help: ArgumentHelp("Also write the latents, after the last and after every step.", valueName: "file"))
  var latents: String?

  /// Whether one picture is meant, not a data set.
  var isUsed: Bool { picture.image != nil || !control.isEmpty }

  /// Options that were given and mean nothing to a data set.
  var ownOnly: [String] {
    [("--width", width != nil), ("--height", height != nil), ("--preview", preview != nil), ("--batch", batch != 1), ("--latents", latents != nil),
      ("--config", singleFile.config != nil)].filter(\.1).map(\.0)
  }

  func validate() throws {
    if picture.image != nil && !control.isEmpty {
      throw ValidationError("give --image and --mask, or --control, not both")
    }
    if !(1...64).contains(batch) { throw ValidationError("--batch must be 1...64") }
  }
}

/// Paints one picture from control images of the user's own.
struct OwnPictureRun {
  let options: OwnRunOptions
  let flags: GenerationFlags
  let profile: ProfileOptions
  let runtime: RuntimeOptions
  let seed: UInt64

  private struct Outcome: Encodable {
    let file: String
    let request: OwnPictureRequest
  }

  /// Writes the picture (and the latents) into a folder, made when all that is needed is there, and prints where. Throws
  /// `ExitStatus.interrupted` on Ctrl-C.
  func paint(into url: URL, json: Bool) throws {
    let library = ModelLibrary(folders: flags.others.models.places + runtime.modelFolders)
    let prompts = try Prompts()
    let picture = try options.picture.picture()
    var controls: [(name: String, image: Image)] = try options.control.map { path in
      let url = URL(fileURLWithPath: path)
      return (url.deletingPathExtension().lastPathComponent, try Image(pngOrJpeg: url).rgb)
    }
    let settings = flags.others.knobs.settings(resolution: flags.others.resolution ?? 512)
    if let picture, flags.condition != .none {
      let control = try picture.condition(
        flags.condition, settings: settings, models: library, detector: options.picture.detectorFile)
      controls = [("\(picture.name)_\(picture.info.index)", control.image)]
    }
    let named = flags.others.models
    guard options.control.isEmpty || named.controlnet.isEmpty || named.controlnet.count == options.control.count else {
      throw ValidationError("\(options.control.count) --control need as many --controlnet, not \(named.controlnet.count)")
    }
    let choice =
      named.model != nil && (controls.isEmpty || !named.controlnet.isEmpty)
      ? nil
      : try library.choice(
        for: controls.isEmpty ? .none : flags.condition, settings: settings,
        preferring: named.model.map(ModelFlags.identifier).flatMap { name in
          library.menu.diffusion.contains { $0.id == name } ? PreferredModels(diffusion: name) : nil
        })
    let model = try named.model.map { try library.place($0) } ?? library.place(choice?.diffusion ?? "")
    let networks = try named.controlnet.isEmpty
      ? controls.compactMap { _ in try choice?.controlNet.map { try library.place($0) } } : named.controlnet.map { try library.place($0) }
    guard networks.count >= controls.count else {
      throw ValidationError("\(controls.count) control images need as many --controlnet")
    }
    let scales = flags.controlScale
    guard scales.count <= 1 || scales.count == controls.count else {
      throw ValidationError("\(controls.count) control images need one --control-scale or as many")
    }
    guard let sampler = SamplerName(rawValue: flags.sampler) else {
      throw ValidationError("--sampler must be one of \(SamplerName.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let native = ModelLibrary.nativeResolution(of: model, config: options.singleFile.config)
    let request = OwnPictureRequest(
      model: model.path, config: options.singleFile.config,
      prompt: picture.map { prompts.positive($0.info, template: flags.others.prompt) } ?? flags.others.prompt ?? "",
      negativePrompt: flags.others.negativePrompt ?? prompts.negative, sampler: sampler, steps: flags.steps ?? GenerationOptions().steps,
      guidance: flags.guidance ?? ModelLibrary.recommendation(besides: model)?.guidance ?? 9, eta: flags.others.eta, seed: seed,
      width: options.width ?? controls.first?.image.width ?? native,
      height: options.height ?? controls.first?.image.height ?? native, guessMode: flags.others.guessMode,
      controls: zip(controls, networks).enumerated().map { number, pair in
        OwnPictureRequest.Control(
          network: pair.1.path, image: pair.0.image,
          scale: scales.isEmpty ? 1 : scales[scales.count == 1 ? 0 : number], start: flags.others.controlStart, end: flags.others.controlEnd)
      })
    let folder = try SupportFolder(creating: url)
    if picture != nil, let control = controls.first { try folder.add(png: control.image.pngData(), name: "\(control.name)_control.png") }
    do {
      let paintings = try paint(request, images: controls.map(\.image), library: library)
      let stem = controls.first?.name ?? picture?.name ?? "picture"
      let outcomes = try paintings.enumerated().map { number, painting in
        Outcome(file: try folder.add(png: painting.png, name: "\(stem)_\(number).png").path, request: painting.request)
      }
      if let latents = options.latents {
        try Safetensors.write(OwnPictureRequest.Painting.latents(of: paintings), to: URL(fileURLWithPath: latents))
      }
      if json {
        print(try outcomes.count == 1 ? CanonicalJSON.text(outcomes[0]) : CanonicalJSON.text(outcomes))
      } else {
        for outcome in outcomes { print(outcome.file) }
      }
    } catch is CancellationError {
      throw ExitStatus.interrupted
    }
  }

  private func paint(
    _ request: OwnPictureRequest, images: [Image], library: ModelLibrary
  ) throws -> [OwnPictureRequest.Painting] {
    let progress = ProgressLine("painting", unit: "steps")
    let interrupt = Interrupt.shared
    var times = PhaseTimes()
    var hasComplained = false
    interrupt.leavesAtOnce = true
    func work() throws -> [OwnPictureRequest.Painting] {
      try request.paint(
        images: images, pictures: options.batch, memory: runtime.memory, preview: library.previewDecoder
      ) { state in
        interrupt.leavesAtOnce = false
        times.reached(state.step)
        progress.update(Double(state.step), of: Double(state.steps))
        if let file = options.preview, let picture = state.preview?() {
          do {
            try AtomicFile.write(picture.pngData(), to: URL(fileURLWithPath: file))
          } catch {
            // It costs nobody the picture, and is said once.
            if !hasComplained { report(message: "no preview: \(error)", hint: nil) }
            hasComplained = true
          }
        }
        return !interrupt.isRequested
      }
    }
    defer { progress.finish() }
    let paintings = try work()
    times.end()
    if profile.isAsked {
      progress.finish()
      printError(times.text)
    }
    return paintings
  }
}
