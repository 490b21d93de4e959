import ArgumentParser
import Foundation
import Pipeline

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a segmentation network with and without generated supports.",
    discussion: """
      The same episodes are segmented twice: with K real supports, and with K real and --aux-shots generated ones. \
      Pictures that are missing are painted first. Figures are percent, ± one standard error over the episodes; better/worse counts \
      episodes, p is the sign test's. An evaluation that was ended goes on from its finished episodes when the same is asked again.
      """)

  @OptionGroup var data: DatasetOptions
  @OptionGroup var flags: GenerationFlags
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var draws: EpisodeOptions
  @OptionGroup var figures: FigureOptions

  @Option(help: "The network: \(SegmentationNetwork.allCases.map(\.rawValue).joined(separator: ", ")).")
  var network: SegmentationNetwork = .dcama

  @Flag(help: "Every fold, in place of --fold.")
  var allFolds = false

  @Option(help: "Real supports an episode.")
  var shots: Int = 1

  @Option(help: "Generated supports added to them; 0 measures the real ones alone.")
  var auxShots: Int = 4

  @Option(help: ArgumentHelp(
    "Folder of pre-generated supports (`diffss generate --out`), read as the published loader does: NAME_CLASS_K.jpg, else .png, else the real support. When absent they come from the store and missing ones are painted.", valueName: "dir"))
  var aux: String?

  @Option(help: ArgumentHelp(
    "Generation drift: the network segments every generated support with the real one as its reference; those whose IoU with the mask is below T, 0...1, are replaced by further ones, and the figures are also given without them. 0 measures and drops none.", valueName: "T"))
  var minAgreement: Double?

  @Option(help: "Number of episodes.")
  var episodes: Int = 500

  @Option(help: ArgumentHelp("Episodes saved by `diffss dataset list --out`, in place of drawn ones; --fold and --shots are theirs.", valueName: "file"))
  var episodeList: String?

  @Option(help: "Seed of the generated supports, and of the episodes unless --seeds says otherwise.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Seeds of the episodes, one pass each, with commas between: BAM publishes five.", valueName: "n,n,..."))
  var seeds: String?

  func validate() throws {
    if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if !(0...64).contains(auxShots) { throw ValidationError("--aux-shots must be 0...64") }
    if let minAgreement, !(0...1).contains(minAgreement) { throw ValidationError("--min-agreement must be 0...1; 0.5 asks for half") }
    if minAgreement != nil && auxShots == 0 { throw ValidationError("--min-agreement needs --aux-shots above 0") }
    if !(1...1_000_000).contains(episodes) { throw ValidationError("--episodes must be 1...1000000") }
    if episodeList != nil && (allFolds || seeds != nil) { throw ValidationError("--episode-list has its own fold and seed") }
    _ = try episodeSeeds()
  }

  private func episodeSeeds() throws -> [UInt64] {
    guard let seeds else { return [seed] }
    let numbers = seeds.split(separator: ",", omittingEmptySubsequences: false).map { UInt64($0) }
    guard numbers.count == Set(numbers).count, !numbers.contains(nil) else {
      throw ValidationError("--seeds must be different whole numbers with commas between")
    }
    return numbers.compactMap { $0 }
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
      auxiliaryFolder: aux, minimumAgreement: minAgreement, inputSide: figures.size, comparison: figures.comparison(network))
    let folds = allFolds ? Array(0..<workbench.dataset.folds) : [plan.fold]
    let plans = saved == nil ? plan.over(folds: folds, seeds: try episodeSeeds()) : [plan]
    let summary = EvaluationSummary(try await EvaluationWatch(workbench: workbench).run(plans))
    for report in summary.reports {
      if let missing = report.missingAuxiliaries, missing > 0 {
        printError("\(missing) generated supports are not in \(aux ?? ""): the real support stood for each, as in the published loader")
      }
    }
    try figures.print(summary)
  }
}
