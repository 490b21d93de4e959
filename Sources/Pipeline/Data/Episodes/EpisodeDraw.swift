import Core

/// How a fold's episodes are drawn: with the fold and the data set's content, everything that decides them.
public struct EpisodeDraw: Codable, Hashable, Sendable {
  public var episodeProtocol: EpisodeProtocol
  /// Real supports an episode, 1...100.
  public var shots: Int
  /// NumPy's generator, HSNet's, looks at the lowest 32 bits.
  public var seed: UInt64
  /// Loader workers of BAM's protocol, on whose number the order depends; 0...256, 0 draws in the main process.
  public var workers: Int
  /// A published list or a folder of them, by its path; nil for lists made from the masks.
  public var lists: String?

  public init(
    _ episodeProtocol: EpisodeProtocol = .hsnet, shots: Int = 1, seed: UInt64 = 0, workers: Int = EpisodeDraw.publishedWorkers, lists: String? = nil
  ) {
    self.episodeProtocol = episodeProtocol
    self.shots = shots
    self.seed = seed
    self.workers = workers
    self.lists = lists
  }

  /// Of BAM's published configuration.
  public static let publishedWorkers = 8

  /// Throws `CoreError.badSetting`.
  func validate() throws {
    guard (1...100).contains(shots) else { throw CoreError.badSetting(name: "shots", value: "\(shots)", allowed: "1...100") }
    guard (0...256).contains(workers) else { throw CoreError.badSetting(name: "workers", value: "\(workers)", allowed: "0...256") }
  }
}
