import Core
import Data
import Foundation
import Generation
import Models
import Render

/// What `diffss explore` was asked for.
public struct ExplorerOptions: Sendable {
  public var source: DatasetSource
  /// Fold to begin with, from 0.
  public var fold: Int
  /// How episodes are drawn.
  public var draw: EpisodeDraw
  /// A saved `EpisodeList` in place of drawn episodes.
  public var episodeList: URL?
  /// Folders of `--models`.
  public var models: [URL]
  /// Whether demo weights on another data set are meant, so that they need not be warned of.
  public var acceptsDemoWeights = false
  /// What diffusion may take.
  public var memory: StableDiffusion.Memory
  /// Who generates.
  public var workers = GenerationWorkers()
  /// Where the store is.
  public var dataFolder: URL
  /// Episodes listed in a fold.
  public var episodes: Int
  /// Folders of data sets that can be opened from inside.
  public var roots: [DatasetKind: URL] = [:]
  /// How images are to reach the screen.
  public var graphics = GraphicsWish.auto
  /// What images are drawn with, whatever the terminal is known to draw and the last session chose.
  public var symbols: SymbolSet?
  /// Whether the last session's fold is taken in place of `fold`.
  public var takesLastFold = false

  public init(
    source: DatasetSource = DatasetSource(.demo), fold: Int = 0, draw: EpisodeDraw = EpisodeDraw(), episodeList: URL? = nil,
    models: [URL] = [], memory: StableDiffusion.Memory = .ample,
    dataFolder: URL = DataFolder.standard(), episodes: Int = 1000
  ) {
    self.source = source
    self.fold = fold
    self.draw = draw
    self.episodeList = episodeList
    self.models = models
    self.memory = memory
    self.dataFolder = dataFolder
    self.episodes = episodes
  }
}

/// Runs the explorer on the process's terminal until the user leaves; blocks the calling thread.
///
/// Returns the exit status: 0, 130 after Ctrl-C, 128 + N after signal N. The terminal is left as it was found, whatever
/// ends the process. Throws `TUIError` when there is no usable terminal.
public func runExplorer(options: ExplorerOptions) throws -> Int32 {
  Compute.givesWay = true
  let terminal = try Terminal(symbols: options.symbols, graphics: options.graphics)
  defer { terminal.close() }
  guard let queue = EventQueue<Event>(), let signals = Signals.install() else { throw TUIError.noDescriptors }
  defer { Signals.remove() }
  let runner = EffectRunner(options: options) { queue.post($0) }
  defer { runner.stop() }
  var state = ExplorerState(options, SavedSession(SavedSession.file(in: options.dataFolder)))
  let own = ThemeLibrary.themes(in: ThemeLibrary.folder(ProcessInfo.processInfo.environment))
  state.screen.add(own.themes)
  state.say(themeFaults: own.faults)
  let program = ExplorerProgram(state)
  let loop = EventLoop(program, terminal: terminal, queue: queue, signals: signals, begin: runner.run)
  defer { runner.keep(SavedSession(loop.program.state)) }
  return loop.run()
}

extension ExplorerState {
  /// What the explorer begins with.
  init(_ options: ExplorerOptions, _ session: SavedSession?) {
    let kind = options.source.kind
    self.init(datasetName: kind.rawValue, fold: options.fold)
    if var session {
      if options.symbols != nil { session.forgetSymbols() }
      restore(session, takesFold: options.takesLastFold)
    } else {
      screen.greet()
      if kind == .demo, options.draw == EpisodeDraw(), options.episodeList == nil { source.keep(.first) }
    }
    // Pixels that were asked for go before characters of an earlier session.
    if let graphics = options.graphics.fixed, graphics != .cells {
      images.restore(look: images.look, opacity: images.opacity, symbols: nil)
    }
    source.episodeSeed = options.draw.seed
    source.acceptsDemoWeights = options.acceptsDemoWeights
    source.drawWords = options.drawWords
    source.datasets = DatasetKind.allCases.filter { $0 == .demo || $0 == kind || options.roots[$0] != nil }
    source.modelWords = options.models.flatMap { ["--models", $0.path] }
    source.invocations = Dictionary(uniqueKeysWithValues: source.datasets.map { ($0.rawValue, options.words($0)) })
  }
}

extension ExplorerOptions {
  /// The words of a command line that draws the episodes as the explorer does; their seed is by itself.
  fileprivate var drawWords: [String] {
    if let episodeList { return ["--episode-list", episodeList.path] }
    var words = draw.episodeProtocol == .hsnet ? [] : ["--protocol", draw.episodeProtocol.rawValue]
    if draw.workers != EpisodeDraw.publishedWorkers { words += ["--workers", "\(draw.workers)"] }
    if let lists = draw.lists { words += ["--lists", lists] }
    return draw.shots == 1 ? words : words + ["--shots", "\(draw.shots)"]
  }

  /// The words of a command line that open a data set as the explorer does.
  fileprivate func words(_ kind: DatasetKind) -> [String] {
    var words = ["--dataset", kind.rawValue]
    if let root = kind == source.kind ? source.root : roots[kind] { words += ["--root", root.path] }
    if kind == source.kind, let split = source.split { words += ["--split", split.rawValue] }
    if kind == source.kind, let rule = source.foldRule { words += ["--fold-rule", rule.rawValue] }
    for folder in models { words += ["--models", folder.path] }
    return words
  }
}
