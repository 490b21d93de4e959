import Foundation
import Models
import Pipeline

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
  /// What diffusion may take.
  public var memory: StableDiffusion.Memory
  /// Where the store is.
  public var dataFolder: URL
  /// Episodes listed in a fold.
  public var episodes: Int

  public init(
    source: DatasetSource = DatasetSource(.demo), fold: Int = 0, draw: EpisodeDraw = EpisodeDraw(), episodeList: URL? = nil,
    models: [URL] = [], memory: StableDiffusion.Memory = .ample,
    dataFolder: URL = DataFolder.standard(), episodes: Int = 500
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
  let terminal = try Terminal()
  defer { terminal.close() }
  guard let queue = EventQueue(), let signals = Signals.install() else { throw TUIError.noDescriptors }
  defer { Signals.remove() }
  let runner = EffectRunner(options: options) { queue.post($0) }
  defer { runner.stop() }
  let state = ExplorerState(datasetName: options.source.kind.rawValue, fold: options.fold)
  return EventLoop(terminal: terminal, queue: queue, runner: runner, signals: signals, state: state).run()
}
