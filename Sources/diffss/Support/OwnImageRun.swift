import ArgumentParser
import Core
import Data
import Foundation
import Generation
import Models
import Render

/// What `generate` takes beside a data set's options when it generates one image.
struct OwnRunOptions: ParsableArguments {
  @OptionGroup var image: OwnImageOptions

  @Option(help: ArgumentHelp("A ready control image; repeat for several ControlNets.", valueName: "file"))
  var control: [String] = []

  @OptionGroup var singleFile: SingleFileOptions

  @Option(help: "Width in pixels; the control image's when absent.")
  var width: Int?

  @Option(help: "Height in pixels; the control image's when absent.")
  var height: Int?

  @Option(help: ArgumentHelp("Rewrite this PNG after every step with what there is of the first image.", valueName: "file"))
  var preview: String?

  @Option(help: "Images generated together, of this seed and the ones after it.")
  var batch: Int = 1

  @Option(help: ArgumentHelp("Also write the latents, after the last and after every step.", valueName: "file"))
  var latents: String?

  /// Whether one image is meant, not a data set.
  var isUsed: Bool { image.image != nil || !control.isEmpty }

  /// Options that were given and mean nothing to a data set.
  var ownOnly: [String] {
    [
      ("--width", width != nil), ("--height", height != nil), ("--preview", preview != nil), ("--batch", batch != 1),
      ("--latents", latents != nil),
      ("--config", singleFile.config != nil),
    ].filter(\.1).map(\.0) + image.given
  }

  func validate() throws {
    if image.image != nil && !control.isEmpty {
      throw ValidationError("give --image and --mask, or --control, not both")
    }
    if !control.isEmpty, let first = image.given.first {
      throw ValidationError("\(first) belongs to --image with --mask; a control image of --control is ready")
    }
    if !(1...64).contains(batch) { throw ValidationError("--batch must be 1...64") }
    for (name, side) in [("--width", width), ("--height", height)] {
      if let side, !(8...8192).contains(side) || side % 8 != 0 { throw ValidationError("\(name) must be a multiple of 8, 8...8192") }
    }
    for (name, file) in [("--preview", preview), ("--latents", latents)] {
      guard let file else { continue }
      let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
      if !FileManager.default.isWritableFile(atPath: folder) {
        throw ValidationError("\(name) \(PlainText.clean(file)): its folder is not there, or nothing may be written in it")
      }
    }
  }
}

/// Generates one image from control images of the user's own.
struct OwnImageRun {
  let options: OwnRunOptions
  let flags: GenerationFlags
  let profile: ProfileOptions
  let runtime: RuntimeOptions
  let demo: DemoWeightsOption
  let seed: UInt64
  let orientation: OrientationRule

  private struct Outcome: Encodable {
    let file: String
    let request: OwnImageRequest
  }

  /// Writes the image (and the latents) into a folder, made when all that is needed is there, and prints where. Throws
  /// `ExitStatus.interrupted` on Ctrl-C.
  func generate(into url: URL, json: Bool) throws {
    let library = ModelLibrary(folders: flags.others.models.places + runtime.modelFolders)
    let prompts = try Prompts()
    let image = try options.image.image(orientation)
    var settings = try flags.ownOptions(seed: seed)
    // Before any work: a class without a name, or a number that is none.
    let prompt = try image.map { try $0.info.prompt(prompts, template: settings.prompt) } ?? settings.prompt ?? ""
    var controls: [(name: String, image: Image)] = try options.control.map { path in
      let url = URL(fileURLWithPath: path)
      let control = try ControlFile(url, orientation: orientation)
      if let note = control.note { printError("note: \(PlainText.clean(note))") }
      return (url.deletingPathExtension().lastPathComponent, control.image)
    }
    if let image, settings.condition != .none {
      let control = try image.condition(
        settings.condition, settings: settings.conditionSettings, models: library, detector: options.image.detectorFile)
      controls = [("\(image.name)_\(image.classIndex)", control.image)]
    }
    let named = flags.others.models
    guard options.control.isEmpty || named.controlnet.isEmpty || named.controlnet.count == options.control.count else {
      throw ValidationError("\(options.control.count) --control need as many --controlnet, not \(named.controlnet.count)")
    }
    let choice =
      named.model != nil && (controls.isEmpty || !named.controlnet.isEmpty)
      ? nil
      : try library.choice(
        for: controls.isEmpty ? .none : settings.condition, settings: settings.conditionSettings,
        preferring: named.model.map(ModelFlags.identifier).flatMap { name in
          library.menu.diffusion.contains { $0.id == name } ? PreferredModels(diffusion: name) : nil
        })
    let model = try named.model.map { try library.place($0) } ?? library.place(choice?.diffusion ?? "")
    let networks =
      try named.controlnet.isEmpty
      ? controls.compactMap { _ in try choice?.controlNet.map { try library.place($0) } } : named.controlnet.map { try library.place($0) }
    guard networks.count >= controls.count else {
      throw ValidationError("\(controls.count) control images need as many --controlnet")
    }
    let scales = flags.controlScale.compactMap { Double($0.text) }
    guard scales.count <= 1 || scales.count == controls.count else {
      throw ValidationError("\(controls.count) control images need one --control-scale or as many")
    }
    if flags.guidance == nil, let recommended = ModelLibrary.recommendation(besides: model)?.guidance { settings.guidance = recommended }
    let native = ModelLibrary.nativeResolution(of: model, config: options.singleFile.config)
    let added = try named.places(library)
    let weights = OwnImageWeights(
      model: model, config: options.singleFile.config.map { URL(fileURLWithPath: $0, isDirectory: true) },
      networks: Array(networks.prefix(controls.count)), autoencoder: added.autoencoder, loras: added.loras)
    let given = controls.enumerated().map { number, control in
      (
        image: control.image, scale: scales.isEmpty ? settings.controlScale : scales[scales.count == 1 ? 0 : number],
        start: settings.controlStart,
        end: settings.controlEnd
      )
    }
    let request = OwnImageRequest(
      weights, prompt: prompt, negativePrompt: settings.negativePrompt ?? prompts.negative, settings: settings.settings, seed: seed,
      width: options.width ?? controls.first?.image.width ?? native, height: options.height ?? controls.first?.image.height ?? native,
      controls: given,
      loraScales: added.scales)
    for control in controls where control.image.width != request.width || control.image.height != request.height {
      throw ValidationError("--width and --height must be the control image's, \(control.image.width)x\(control.image.height)")
    }
    for (name, text) in [("prompt", request.prompt), ("negative prompt", request.negativePrompt)] {
      PromptRemarks.say([PromptCharacters.warning(name, text)].compactMap { $0 })
    }
    try weights.check()
    demo.warn(weights.demo)
    reportRange(of: request, model)
    let folder = try SupportFolder(creating: url), stem = controls.first?.name ?? image?.name ?? "picture"
    writeControls(request, controls.map(\.image), stem, folder)
    do {
      let outputs = try generate(request, images: controls.map(\.image), weights, library: library)
      PromptRemarks.say(outputs.first?.request.cut?.lines ?? [])
      let outcomes = try outputs.enumerated().map { number, generating in
        Outcome(file: try folder.add(png: generating.png, name: "\(stem)_\(number).png").path, request: generating.request)
      }
      if let latents = options.latents {
        try Safetensors.write(OwnImageRequest.Output.latents(of: outputs), to: URL(fileURLWithPath: latents))
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

  private func reportRange(of request: OwnImageRequest, _ model: URL) {
    guard let scheduler = ModelLibrary.scheduler(of: model, config: options.singleFile.config) else { return }
    report(shortRange: request.settings.timesteps(scheduler), request.sampler)
  }

  /// Leaves the control images beside the images, from where `verify` takes them. One that cannot be written costs nobody the image.
  private func writeControls(_ request: OwnImageRequest, _ images: [Image], _ stem: String, _ folder: SupportFolder) {
    for (number, (control, image)) in zip(request.controls, images).enumerated() {
      do {
        try OwnControlFiles.write(image, of: control, number: number, stem: stem, into: folder)
      } catch {
        report(
          message: PlainText.clean("the control image is not beside the image: \(error)"),
          hint: "keep it: `diffss verify` needs it as --control FILE")
      }
    }
  }

  private func generate(
    _ request: OwnImageRequest, images: [Image], _ weights: OwnImageWeights, library: ModelLibrary
  ) throws -> [OwnImageRequest.Output] {
    let progress = ProgressLine("generating", unit: "steps")
    let interrupt = Interrupt.shared
    var times = PhaseTimes()
    var hasComplained = false
    interrupt.leavesAtOnce = true
    let digests = try weights.digests(library)
    func work() throws -> [OwnImageRequest.Output] {
      try request.generate(
        controlImages: images, weights: weights, digests: digests, count: options.batch, memory: runtime.memory,
        preview: library.previewDecoder
      ) { state in
        interrupt.leavesAtOnce = false
        times.reached(state.step)
        progress.update(Double(state.step), of: Double(state.steps))
        if let file = options.preview, let image = state.preview?() {
          do {
            try AtomicFile.write(image.pngData(), to: URL(fileURLWithPath: file))
          } catch {
            // It costs nobody the image, and is said once.
            if !hasComplained { report(message: "\(error)", hint: "the image is generated without its preview") }
            hasComplained = true
          }
        }
        return !interrupt.isRequested
      }
    }
    defer { progress.finish() }
    let outputs = try work()
    times.end()
    if profile.isAsked {
      progress.finish()
      printError(times.text)
    }
    return outputs
  }
}
