import ArgumentParser
import Foundation
import Generation
import Pipeline
import Render
import TUI

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Browse episodes, generate supports and read IoU on the terminal (the default).",
    discussion: .examples(
      alone: true, "diffss", "diffss --dataset pascal --root /data/VOCdevkit --fold 2", "diffss explore --plain --root ~/mugs"))

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Data") var draws: EpisodeOptions
  @OptionGroup(title: "Models") var demo: DemoWeightsOption
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions
  @OptionGroup(title: "Machine") var workers: WorkerOptions

  @Option(help: "Seed of the draw of the episodes, as `evaluate --seeds`; the noise's (`generate --seed`) is in the form.")
  var episodeSeed: UInt64 = 0

  @Option(help: ArgumentHelp("Episodes saved by `diffss dataset list --out`, in place of drawn ones.", valueName: "file"))
  var episodeList: String?

  @Option(help: "Real supports an episode.")
  var shots: Int = 1

  @Option(help: "Episodes listed in a fold.")
  var episodes: Int = 1000

  @Option(
    help: """
      Images as pixels or characters: \(GraphicsWish.allCases.map(\.rawValue).joined(separator: ", ")). When absent: characters where --symbols \
      names some, else what config.toml says, else auto, what the terminal is known to show.
      """)
  var graphics: GraphicsWish?

  @Option(
    help: """
      What images are drawn with: \(SymbolSet.allCases.map(\.rawValue).joined(separator: ", ")). When absent: what `m` chose last, else the \
      finest that the terminal is known to draw.
      """)
  var symbols: SymbolSet?

  @Flag(help: "Lines in place of a screen, for screen readers, logs and pipes: the same actions, by key or name.")
  var plain = false

  func validate() throws {
    if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if !(1...100_000).contains(episodes) { throw ValidationError("--episodes must be 1...100000") }
  }

  func run() throws {
    try runtime.apply()
    try data.recognise()
    var options = ExplorerOptions(
      source: data.source, fold: data.fold, draw: draws.draw(shots: shots, seed: episodeSeed),
      episodeList: episodeList.map { URL(fileURLWithPath: $0) }, models: runtime.modelFolders, memory: runtime.memory, episodes: episodes)
    options.workers = try workers.workers()
    options.graphics = graphics ?? (symbols == nil ? UserSettings.ofUser.graphics ?? .auto : .cells)
    options.roots = UserSettings.ofUser.roots
    options.symbols = symbols ?? UserSettings.ofUser.symbols
    options.takesLastFold = episodeList == nil && data.givenFold == nil
    options.acceptsDemoWeights = demo.demoWeights
    endProcess(try plain ? runPlainExplorer(options: options) : runExplorer(options: options))
  }
}
