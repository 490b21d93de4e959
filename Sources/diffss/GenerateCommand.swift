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
      --class-index or --class-name, or ready control images with --control.
      Every image carries its request. Asked again, an image that is in the folder by the same request and weights is kept, one by \
      another is replaced, and a file of somebody else is an error and left alone. An image that cannot be generated stops no other. \
      With --pack tar the files are in one archive; `evaluate --aux` reads it as it is.
      """
        + String.examples(
          "diffss generate --fold 0 --condition scribble --shots 4 --out aux/",
          "diffss generate --dataset coco --root /data/coco --dry-run --out aux/",
          "diffss generate --image dog.jpg --mask dog.png --class-index 17 --out own/"))

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Data") var list: SupportListOptions
  @OptionGroup(title: "Data") var amount: Amount
  @OptionGroup var flags: GenerationFlags
  @OptionGroup(title: "Models") var demo: DemoWeightsOption
  @OptionGroup(title: "An image of your own") var own: OwnRunOptions
  @OptionGroup(title: "Output") var output: Output
  @OptionGroup(title: "Output") var dry: DryRunOption
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions
  @OptionGroup(title: "Machine") var workers: WorkerOptions
  @OptionGroup(title: "Machine") var profile: ProfileOptions

  /// How many images, and of which noise.
  struct Amount: ParsableArguments {
    @Option(help: "Images for each support. (default: \(Amount.usualShots), of an image of your own 1)")
    var shots: Int?

    @Option(
      help: """
        Seed of the noise; each image of a data set derives its own from it, those of an image of your own have this one and the ones after it. \
        Episodes have seeds of their own: `evaluate --seeds`, `explore --episode-seed`.
        """)
    var seed: UInt64 = 0

    static let usualShots = 4
  }

  /// What is left behind.
  struct Output: ParsableArguments {
    @Option(help: ArgumentHelp("Where the images are written.", valueName: "dir"))
    var out: String

    @Flag(help: "Print one JSON document on standard output.")
    var json = false
  }

  var out: String { output.out }
  private var json: Bool { output.json }

  func validate() throws {
    if let shots = amount.shots, !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if own.isUsed, list.isUsed || data.isUsed {
      throw ValidationError(
        "--list, --shard, --format, --pack, --limit, --as-published, --dataset, --root, --fold, --split and --fold-rule belong to a data set, not to an image of your own"
      )
    }
    if !own.control.isEmpty, let first = flags.ofControlImage.first {
      throw ValidationError("\(first) makes a control image; those of --control are ready")
    }
    if own.isUsed, workers.jobs != nil {
      throw ValidationError("--jobs belongs to a data set; --batch generates several images of your own together")
    }
    if own.isUsed, let shots = amount.shots, own.batch > shots {
      throw ValidationError("--batch \(own.batch) generates more images together than the \(shots) of --shots")
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
          options: own, flags: flags, profile: profile, runtime: runtime, workers: workers, demo: demo, dry: dry, shots: amount.shots,
          seed: amount.seed, orientation: data.turning.orientation ?? .auto
        ).generate(into: folder, json: json)
      } else {
        try await generateSupports(into: folder)
      }
    }
  }

  private func generateSupports(into url: URL) async throws {
    let workbench = try workbench(), run = try await supportRun(workbench)
    // Before the cost, for which a step may be measured.
    if !dry.isAsked { try OutputPath.checkFolder(url.path) }
    let cost = try await cost(run, workbench, dry.measuring(.worthwhile, profile), into: url)
    if dry.isAsked { return try CostNote.tell(cost, json: json) }
    CostNote.say(cost, into: [url, workbench.store.folder])
    let output = try list.pack.output(creating: url, shard: list.shard)
    try await GenerationWatch(workbench: workbench, output: output, json: json).generate(run)
  }

  /// What of a run costs that is not in its folder yet.
  func cost(_ run: SupportRun, _ workbench: Workbench, _ measuring: CostEstimator.Measuring, into url: URL) async throws -> WorkCost {
    let (work, present) = ImageWork.of(run, into: url, list.pack)
    var cost = try await CostNote.cost([work], workbench, measuring, written: list.format)
    cost.present = present
    return cost
  }

  /// With the standard store when `store` is nil.
  func workbench(store: Store? = nil) throws -> Workbench {
    try Workbench.open(
      data, runtime, models: flags.others.models, workers: workers.workers(), store: store, readsMasksAsPublished: list.asPublished)
  }

  /// What is to be generated for a data set; says what is to be known of it before. Throws where nothing can be generated.
  func supportRun(_ workbench: Workbench) async throws -> SupportRun {
    var options = try flags.options(workbench.models, seed: amount.seed)
    if list.asPublished, flags.steps == nil { options.steps = PublishedScript.steps }
    let supports = try list.choice.supports(of: workbench.dataset, fold: data.fold)
    let missing = Set(supports.map(\.item.id)).filter { workbench.dataset.item($0) == nil }
    if let first = missing.min() {
      warn(
        "\(missing.count) of \(Set(supports.map(\.item.id)).count) images of the list are not in the data set, such as \(PlainText.clean(first))"
      )
    }
    let run = SupportRun(
      supports: supports,
      options: options, shots: amount.shots ?? Amount.usualShots, shard: list.shard, format: list.format,
      isAsPublished: list.asPublished)
    // Nothing is left behind where nothing can be generated.
    _ = try workbench.models.choice(for: options)
    PromptRemarks.say(try await workbench.promptRemarks(options, classes: Set(run.supports.map(\.classIndex)).sorted()))
    demo.warn(workbench.models.demoWeights(on: workbench.dataset.name, generating: options))
    return run
  }
}
