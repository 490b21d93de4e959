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

  @Option(help: "Images generated together, which takes their memory together; without --shots so many in all.")
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

/// Generates images of the user's own and says where they are.
struct OwnImageRun {
  let options: OwnRunOptions
  let flags: GenerationFlags
  let profile: ProfileOptions
  let runtime: RuntimeOptions
  let workers: WorkerOptions
  let demo: DemoWeightsOption
  let dry: DryRunOption
  /// Images in all; nil for those of one batch.
  let shots: Int?
  let seed: UInt64
  let orientation: OrientationRule

  /// Writes the images (and the latents) into a folder, made when all that is needed is there, and prints where. Throws
  /// `ExitStatus.interrupted` on Ctrl-C.
  func generate(into url: URL, json: Bool) throws {
    let library = ModelLibrary(folders: flags.others.models.named.places + runtime.modelFolders)
    let plan = try OwnImagePlan(input(), library: library)
    PromptRemarks.say(plan.remarks)
    try plan.weights.check()
    demo.warn(plan.weights.demo)
    report(shortRange: plan.timesteps, plan.request.sampler)
    // Before the cost, for which a step may be measured.
    if !dry.isAsked { try OutputPath.checkFolder(url.path) }
    let cost = try cost(plan)
    if dry.isAsked { return try CostNote.tell(cost, json: json) }
    CostNote.say(cost, into: [url])
    let folder = try SupportFolder(creating: url)
    for error in plan.writeControls(into: folder) {
      report(
        message: PlainText.clean("the control image is not beside the image: \(error)"),
        hint: "keep it: `diffss verify` needs it as --control FILE")
    }
    do {
      let outputs = try generate(plan, library)
      PromptRemarks.say(outputs.first?.request.cut?.lines ?? [])
      let written = try plan.write(outputs, into: folder)
      if let latents = options.latents {
        try Safetensors.write(OwnImageRequest.Output.latents(of: outputs), to: URL(fileURLWithPath: latents))
      }
      if json {
        print(try written.count == 1 ? CanonicalJSON.text(written[0]) : CanonicalJSON.text(written))
      } else {
        for image in written { print(image.file) }
      }
    } catch is CancellationError {
      throw ExitStatus.interrupted
    }
  }

  /// What was asked for; says how files are turned.
  private func input() throws -> OwnImagePlan.Input {
    options.image.sayClass()
    let image = try options.image.image(orientation), settings = try flags.ownOptions(seed: seed)
    let source: OwnImagePlan.Source
    if let image {
      source = .image(image, detector: options.image.detectorFile)
    } else {
      let controls = try options.control.map { try ControlFile(URL(fileURLWithPath: $0), orientation: orientation) }
      for note in controls.compactMap(\.note) { printError("note: \(PlainText.clean(note))") }
      source = .controls(controls)
    }
    return OwnImagePlan.Input(
      source: source, options: settings, models: flags.others.models.named, config: options.singleFile.config,
      takesRecommendedGuidance: flags.guidance == nil,
      takesSmallDecoder: [.fast, .draft].contains(flags.speed) && flags.others.decoder == nil,
      controlScales: flags.controlScale.compactMap { Double($0.text) },
      width: options.width,
      height: options.height)
  }

  private var images: Int { shots ?? options.batch }

  /// What the images cost; where that is not known one of small networks is made, and in a dry run of any.
  private func cost(_ plan: OwnImagePlan) throws -> WorkCost {
    do {
      return try plan.cost(
        images: images, together: options.batch, memory: runtime.memory, in: DataFolder.standard(), dry.measuring(.quick, profile)
      ) {
        !Interrupt.shared.isRequested
      }
    } catch is CancellationError { throw ExitStatus.interrupted }
  }

  private func generate(_ plan: OwnImagePlan, _ library: ModelLibrary) throws -> [OwnImageRequest.Output] {
    let progress = ProgressLine("generating", unit: "steps")
    let interrupt = Interrupt.shared
    var times = PhaseTimes()
    var hasComplained = false
    interrupt.leavesAtOnce = true
    defer { progress.finish() }
    let engines = try workers.workers().engines
    engines?.watch { news in
      guard case .said(let text) = news else { return true }
      progress.clear()
      printError("note: \(PlainText.clean(text))")
      return true
    }
    let outputs = try plan.generate(
      count: images, together: options.batch, library: library, memory: runtime.memory, engines: engines, paces: DataFolder.standard()
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
    times.end()
    if profile.isAsked {
      progress.finish()
      printError(times.text)
    }
    return outputs
  }
}
