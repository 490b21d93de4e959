import ArgumentParser
import Foundation
import Pipeline

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a segmentation network with and without generated supports.",
    discussion: """
      The same episodes are segmented twice: with K real supports, and with K real and --aux-shots generated ones.
      Pictures that are missing are painted first. Figures are percent, ± one standard error over the episodes.
      """)

  @OptionGroup var data: DatasetOptions
  @OptionGroup var flags: GenerationFlags
  @OptionGroup var runtime: RuntimeOptions

  @Option(help: "The network: \(SegmentationNetwork.allCases.map(\.rawValue).joined(separator: ", ")).")
  var network: SegmentationNetwork = .dcama

  @Option(help: "Real supports an episode.")
  var shots: Int = 1

  @Option(help: "Generated supports added to them; 0 measures the real ones alone.")
  var auxShots: Int = 4

  @Option(help: ArgumentHelp(
    "Folder of pre-generated supports (`diffss generate --out`), read as the published loader does: NAME_CLASS_K.jpg, else .png, else the real support. When absent they come from the store and missing ones are painted.", valueName: "dir"))
  var aux: String?

  @Option(help: "Number of episodes.")
  var episodes: Int = 500

  @OptionGroup var draws: EpisodeOptions

  @Option(help: ArgumentHelp("Episodes saved by `diffss dataset list --out`, in place of drawn ones; --fold and --shots are theirs.", valueName: "file"))
  var episodeList: String?

  @Option(help: "Seed of the episodes and of the generated supports.")
  var seed: UInt64 = 0

  @Flag(help: "Print the whole report as one JSON document.")
  var json = false

  func validate() throws {
    if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if !(0...64).contains(auxShots) { throw ValidationError("--aux-shots must be 0...64") }
    if !(1...1_000_000).contains(episodes) { throw ValidationError("--episodes must be 1...1000000") }
  }

  func run() async throws {
    runtime.apply()
    let workbench = try Workbench.open(data, runtime)
    let saved = try episodeList.map { try EpisodeList(URL(fileURLWithPath: $0), for: workbench.dataset) }
    let draw = saved?.draw ?? draws.draw(shots: shots, seed: seed)
    let plan = EvaluationPlan(
      fold: saved?.fold ?? data.fold, network: network, shots: draw.shots, auxiliaryShots: auxShots,
      options: try flags.options(over: workbench.defaultOptions, seed: seed), episodes: episodes,
      episodeProtocol: draw.episodeProtocol, seed: draw.seed, workers: draw.workers, lists: draw.lists, episodeList: episodeList,
      auxiliaryFolder: aux)
    let painting = ProgressLine("painting", unit: "pictures")
    let segmenting = ProgressLine("segmenting", unit: "episodes")
    let work = Task {
      try await workbench.evaluate(plan) { progress in
        switch progress {
        case .generating(let done, let of, let step, let steps):
          painting.update(Double(done) + Double(step) / Double(max(steps, 1)), of: Double(of))
        case .evaluating(let done, let of, let baseline, let augmented):
          let figures = [baseline, augmented].compactMap { $0.map { String(format: "%.1f", $0) } }
          segmenting.update(Double(done), of: Double(of), detail: "mIoU " + figures.joined(separator: " → "))
        }
      }
    }
    let interrupt = Interrupt.shared
    interrupt.onRequest { work.cancel() }
    do {
      let report = try await work.value
      painting.finish()
      segmenting.finish()
      if let missing = report.missingAuxiliaries, missing > 0 {
        printError("\(missing) generated supports are not in \(aux ?? ""): the real support stood for each, as in the published loader")
      }
      print(json ? try CanonicalJSON.text(report) : report.table)
    } catch is CancellationError where interrupt.isRequested {
      throw ExitStatus.interrupted
    }
  }
}
