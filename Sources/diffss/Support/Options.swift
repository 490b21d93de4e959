import ArgumentParser
import Core
import Data
import Foundation
import Generation
import Logging
import Models
import Pipeline

/// Which data set and which part of it.
struct DatasetOptions: ParsableArguments {
  @Option(
    name: .customLong("dataset"),
    help: "The data set: \(DatasetKind.allCases.map(\.rawValue).joined(separator: ", ")). When absent: what --root looks like, else the demo.")
  var named: DatasetKind?

  @Option(help: ArgumentHelp("Where the data set is; the demo needs none.", valueName: "dir"))
  var root: String?

  @Option(name: .customLong("fold"), help: "Fold 0...3: its classes are the novel ones. (default: 0)")
  var givenFold: Int?

  @Option(help: "Part of the data set: \(DatasetSplit.allCases.map(\.rawValue).joined(separator: ", ")). When absent: the one that the benchmark is evaluated on (val; test of fss) where it is there, else all.")
  var split: DatasetSplit?

  @Option(help: "Folds of coco: interleaved (fold f has classes f + 1, f + 5, ...; HSNet, BAM) or contiguous (20 classes in a row; PANet).")
  var foldRule: FoldRule?

  @OptionGroup var turning: OrientationOptions

  /// The data set named, else the one that `--root` is laid out like, else the demo.
  var dataset: DatasetKind { named ?? recognised ?? .demo }

  private var recognised: DatasetKind? { root.flatMap { Datasets.kind(of: URL(fileURLWithPath: $0, isDirectory: true)) } }

  /// Whether any of it was given.
  var isUsed: Bool { named != nil || root != nil || givenFold != nil || split != nil || foldRule != nil }

  var fold: Int { givenFold ?? 0 }

  var rootURL: URL? { root.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? UserSettings.ofUser.roots[dataset] }

  func validate() throws {
    let dataset = dataset
    if foldRule != nil && !dataset.takesFoldRule { throw ValidationError("--fold-rule is for --dataset coco") }
    if named == .demo, root != nil { throw ValidationError("--root is for other data sets: the demo comes with the program") }
    if turning.orientation != nil, dataset.isPublished {
      throw ValidationError("--orientation is for images of your own; those of \(dataset.rawValue) are read as each network's published loader reads them")
    }
  }

  var source: DatasetSource {
    DatasetSource(dataset, root: rootURL, split: split, foldRule: foldRule, cache: DataFolder.cache(), orientation: turning.orientation)
  }

  /// Says what `--root` was taken for. Throws `DataError.unknownLayout` for a folder that is like none of the data sets.
  func recognise() throws {
    guard named == nil, let root else { return }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
      throw CoreError.unreadableFile(path: root, reason: "there is no such folder")
    }
    guard let recognised else { throw DataError.unknownLayout(root: root) }
    printError("note: \(PlainText.clean(root)) is laid out like --dataset \(recognised.rawValue), and is read so")
  }

  /// Opens the data set, with a progress line where masks must be read first. Throws `ExitStatus.interrupted` on Ctrl-C.
  func open(_ source: DatasetSource? = nil) throws -> any Dataset {
    _ = try UserSettings.standard.get()
    try recognise()
    let line = ProgressLine("reading masks", unit: "masks")
    defer { line.finish() }
    do {
      return try Datasets.open(source ?? self.source) { done, of in
        // A few are read before anybody notices.
        if of > 500 { line.update(Double(done), of: Double(of)) }
        return !Interrupt.shared.isRequested
      }
    } catch is CancellationError { throw ExitStatus.interrupted }
  }
}

/// How the episodes of a fold are drawn.
struct EpisodeOptions: ParsableArguments {
  @Option(name: .customLong("protocol"), help: "Whose episode order: \(EpisodeProtocol.allCases.map(\.rawValue).joined(separator: ", ")).")
  var episodeProtocol: EpisodeProtocol = .hsnet

  @Option(help: "Loader workers of protocol bam, on whose number its order depends; 0 draws in the main process.")
  var workers: Int = EpisodeDraw.publishedWorkers

  @Option(help: ArgumentHelp(
    "Published lists to draw from (HSNet's foldN.txt, foldN.pkl, test.txt; BAM's data_list_N.txt with sub_class_file_list_N.txt): a file, or their folder. Made from the masks when absent.", valueName: "path"))
  var lists: String?

  func validate() throws {
    if !(0...256).contains(workers) { throw ValidationError("--workers must be 0...256") }
  }

  func draw(shots: Int, seed: UInt64) -> EpisodeDraw {
    EpisodeDraw(episodeProtocol, shots: shots, seed: seed, workers: workers, lists: lists)
  }
}

/// What concerns the machine, not the result (except through the thread count).
struct RuntimeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder with models; searched before $DIFFSS_MODELS, the Hugging Face cache and the demo's own.", valueName: "dir"))
  var models: [String] = []

  @OptionGroup var pool: ThreadOptions

  @Flag(help: "Read the diffusion networks one after the other for every image in place of keeping all of them: slower, in about half the memory.")
  var lowMemory = false

  /// Folders that --models names and that are not there, a sentence each.
  private var absentFolders: [String] {
    models.filter { folder in
      var isFolder: ObjCBool = false
      return !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) || !isFolder.boolValue
    }.map { "--models \(PlainText.clean($0)): there is no such folder" }
  }

  /// All folders of models that are named somewhere and are not there, a sentence each.
  var absentModels: [String] { absentFolders + ModelLibrary.absentPlaces(configured: UserSettings.ofUser.models) }

  var memory: StableDiffusion.Memory { lowMemory || UserSettings.ofUser.lowMemory ? .low : .ample }

  var modelFolders: [URL] { models.map { URL(fileURLWithPath: $0, isDirectory: true) } + UserSettings.ofUser.models }

  /// Sets the pool's size and begins the log, in a data folder; call before any network runs. Says where models are said to be and nothing is.
  /// Throws `CoreError` when the configuration is unusable, `ValidationError` for a folder of --models that is not there.
  func apply(logs folder: URL = DataFolder.standard()) throws {
    if let absent = absentFolders.first { throw ValidationError(absent) }
    try pool.apply(logs: folder)
    for absent in absentModels { warn("\(absent): no model is looked for there") }
  }
}

/// Who generates, and how many images at a time.
struct WorkerOptions: ParsableArguments {
  @Option(
    name: .customLong("jobs"),
    help: ArgumentHelp(
      """
      Images generated side by side, which share the threads: \(JobCount.allowed). auto takes as many as small networks gain by, one of Stable \
      Diffusion 1.5's size, fewer where memory is short. The images are the same.
      """, valueName: "n"),
    transform: { text in
      guard let count = JobCount(text) else { throw ValidationError("--jobs must be \(JobCount.allowed)") }
      return count
    })
  var jobs: JobCount?

  @OptionGroup var engine: EngineOptions

  /// What was given, else what is configured. Throws `GenerationError.engineSetting` for what can be seen of an engine before it is started.
  func workers() throws -> GenerationWorkers {
    let choices = try engine.named.filter { $0.text != "cpu" }.map { try EngineChoice($0.text) }
    for choice in choices { try choice.check() }
    return GenerationWorkers(jobs: count(), engines: choices.isEmpty ? nil : EnginePool(choices))
  }

  /// What was given, else what is configured. Says so where there are fewer threads than were asked for; call after `ThreadOptions.apply`.
  private func count() -> JobCount {
    guard let jobs else { return UserSettings.ofUser.jobs ?? .auto }
    let threads = Compute.threads
    guard case .most(let count) = jobs, count > threads else { return jobs }
    let most = threads == 1 ? "1 thread generates 1 image" : "\(threads) threads generate at most \(threads) images"
    printError("note: \(most) side by side; --jobs \(count) needs --threads \(count)")
    return .most(threads)
  }
}

/// Who evaluates the diffusion networks.
struct EngineOptions: ParsableArguments {
  @Option(
    name: .customLong("engine"),
    help: ArgumentHelp(
      """
      Who evaluates the diffusion networks: \(EngineChoice.allowed) (docs/engines.md). Repeat for several, which share the images. This program, \
      on the processor, when absent.
      """, valueName: "engine"))
  var engines: [String] = []

  func validate() throws {
    for engine in engines where engine != "cpu" {
      do { _ = try EngineChoice(engine) } catch let error as any Explained { throw ValidationError(error.message) }
    }
  }

  /// Those given, else those configured, and where.
  var named: [(text: String, place: String)] {
    guard engines.isEmpty else { return engines.map { ($0, "--engine") } }
    return UserSettings.ofUser.engines.enumerated().map { ($1, "entry \($0 + 1) of engines in config.toml") }
  }
}

/// How many threads work, and how much of it is written down.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads for the networks; all cores when absent.")
  var threads: Int?

  @Option(help: "What goes into the log file (logs/diffss.log in the data folder): \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")), and what is graver; info when absent.")
  var logLevel: Logger.Level?

  func validate() throws {
    if let threads, !(1...64).contains(threads) { throw ValidationError("--threads must be 1...64") }
  }

  /// Sets the pool's size and begins the log, in a data folder; call before any network runs. Throws `CoreError` when the configuration is
  /// unusable.
  func apply(logs folder: URL = DataFolder.standard()) throws {
    let configured = UserSettings.ofUser
    if let threads = threads ?? configured.threads { Compute.threads = threads }
    Log.start(logLevel ?? configured.logLevel ?? .info, folder: folder)
    let words = CommandLine.arguments.dropFirst().joined(separator: " ")
    Log.program.info("diffss \(words) (version \(ProgramVersion.current), \(Compute.threads) threads, \(KernelSet.current) kernels)")
    _ = try UserSettings.standard.get()
  }
}

extension UserSettings {
  /// The user's own; nothing configured where it is unusable, which `ThreadOptions.apply` and the doctor say.
  static var ofUser: UserSettings { (try? standard.get()) ?? UserSettings() }
}

/// What a single-file checkpoint does not say of itself.
struct SingleFileOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Diffusers folder whose configurations serve single files; SD 1.5's when absent.", valueName: "dir"))
  var config: String?

  var folder: URL? { ModelLibrary.configuration(config) }
}

/// What is done about the demo's weights on other data.
struct DemoWeightsOption: ParsableArguments {
  @Flag(help: "Demo weights on data other than the demo's are meant: no warning. Tables, reports and images still say so.")
  var demoWeights = false

  /// Says on standard error that toy networks are at work, unless that is meant.
  func warn(_ found: DemoWeights?) {
    guard !demoWeights, let found else { return }
    printError("warning: \(found.remark)")
    printError("hint: `diffss doctor` says how to get real weights; --demo-weights says that these are meant")
  }
}

// swift-format-ignore: AvoidRetroactiveConformances
extension Logger.Level: @retroactive ExpressibleByArgument {}
extension DatasetKind: ExpressibleByArgument {}
extension DatasetSplit: ExpressibleByArgument {}
extension FoldRule: ExpressibleByArgument {}
extension ImageFormat: ExpressibleByArgument {}
extension Packing: ExpressibleByArgument {}
extension ConditionType: ExpressibleByArgument {}
extension EdgeDetectorKind: ExpressibleByArgument {}
extension SchedulerConfig.Spacing: ExpressibleByArgument {}
extension SegmentationNetwork: ExpressibleByArgument {}
extension EpisodeProtocol: ExpressibleByArgument {}
