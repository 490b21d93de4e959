import ArgumentParser
import Core
import Data
import Foundation
import Generation
import Pipeline

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate auxiliary supports: for the supports of a fold, or for one image of your own.",
    discussion: """
      For a data set, K images are generated for each support (image and class) of the fold or of --list and written as \
      NAME_CLASS_K.png (or .jpg), NAME with its folders, beside NAME_CLASS_control.png. For one image give --image, --mask and \
      --class-index, or ready control images with --control.
      Every image carries its request. Asked again, an image that is in the folder by the same request and weights is kept, one by \
      another is replaced, and a file of somebody else is an error and left alone. An image that cannot be generated stops no other.
      """)

  @OptionGroup var data: DatasetOptions
  @OptionGroup var flags: GenerationFlags
  @OptionGroup var own: OwnRunOptions
  @OptionGroup var list: SupportListOptions
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var demo: DemoWeightsOption
  @OptionGroup var profile: ProfileOptions

  @Option(help: "Images for each support of a data set. (default: \(GenerateCommand.usualShots))")
  var shots: Int?

  @Option(help: "Seed; each image of a data set derives its own from it.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Where the images are written.", valueName: "dir"))
  var out: String

  @Flag(help: "Print one JSON document on standard output.")
  var json = false

  private static let usualShots = 4

  func validate() throws {
    if let shots, !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if own.isUsed, list.isUsed || data.isUsed {
      throw ValidationError(
        "--list, --shard, --format, --limit, --as-published, --dataset, --root, --fold, --split and --fold-rule belong to a data set, not to an image of your own")
    }
    if !own.control.isEmpty, let first = flags.ofControlImage.first {
      throw ValidationError("\(first) makes a control image; those of --control are ready")
    }
    if own.isUsed, workers.jobs != nil {
      throw ValidationError("--jobs belongs to a data set; --batch generates several images of your own together")
    }
    if own.isUsed, shots != nil {
      throw ValidationError("--shots belongs to a data set; --batch generates several images of your own")
    }
    if !own.isUsed, let first = own.ownOnly.first {
      throw ValidationError("\(first) belongs to an image of your own: --image with --mask, or --control")
    }
    if !own.isUsed && flags.controlScale.count > 1 {
      throw ValidationError("several --control-scale need several --control")
    }
  }

  func run() async throws {
    try runtime.apply()
    let folder = URL(fileURLWithPath: out, isDirectory: true)
    try await profile.measure {
      if own.isUsed {
        try OwnImageRun(
          options: own, flags: flags, profile: profile, runtime: runtime, workers: workers, demo: demo, seed: seed,
          orientation: data.turning.orientation ?? .auto
        ).generate(into: folder, json: json)
      } else {
        try await generateSupports(into: folder)
      }
    }
  }

  private func generateSupports(into url: URL) async throws {
    let workbench = try Workbench.open(
      data, runtime, models: flags.others.models, workers: workers.workers(), readsMasksAsPublished: list.asPublished)
    var options = try flags.options(workbench.models, seed: seed)
    if list.asPublished, flags.steps == nil { options.steps = PublishedScript.steps }
    let supports = try list.choice.supports(of: workbench.dataset, fold: data.fold)
    let missing = Set(supports.map(\.item.id)).filter { workbench.dataset.item($0) == nil }
    if let first = missing.min() {
      warn("\(missing.count) of \(Set(supports.map(\.item.id)).count) images of the list are not in the data set, such as \(PlainText.clean(first))")
    }
    let run = SupportRun(
      supports: supports,
      options: options, shots: shots ?? Self.usualShots, shard: list.shard, format: list.format,
      isAsPublished: list.asPublished)
    // Nothing is left behind where nothing can be generated.
    _ = try workbench.models.choice(for: options)
    PromptRemarks.say(try await workbench.promptRemarks(options, classes: Set(run.supports.map(\.classIndex)).sorted()))
    demo.warn(workbench.models.demoWeights(on: workbench.dataset.name, generating: options))
    try await GenerationWatch(workbench: workbench, folder: SupportFolder(creating: url), json: json).generate(run)
  }
}
