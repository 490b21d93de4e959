import Foundation
import Models

/// An endless list of episodes of one fold, the same for the same seed; an empty one where no class has two images.
///
/// They are drawn as published, so a class that has fewer images than an episode asks for may give one that is its own support: it is
/// `Episode.isOwnSupport`, and nobody measures with it.
public struct EpisodeSampler: Sequence, IteratorProtocol, Sendable {
  private enum Source: Sendable {
    case hsnet(HSNetEpisodes)
    case bam(BAMEpisodes)
  }

  private var source: Source

  /// The draws of a fold by a protocol. Throws `DataError.unknownFold`, `.nothingToDraw`, `CoreError.badSetting`, and what reading published
  /// lists throws.
  public init(_ dataset: any Dataset, fold: Int, _ draw: EpisodeDraw = EpisodeDraw()) throws {
    try draw.validate()
    let files = draw.lists.map { ListFiles(URL(fileURLWithPath: $0)) }
    switch draw.episodeProtocol {
    case .hsnet:
      source = .hsnet(
        HSNetEpisodes(try EpisodeLists.hsnet(dataset, fold: fold, files: files), fold: fold, shots: draw.shots, seed: draw.seed))
    case .bam:
      source = .bam(
        BAMEpisodes(
          try EpisodeLists.bam(dataset, fold: fold, files: files), fold: fold, shots: draw.shots, seed: draw.seed, workers: draw.workers))
    }
  }

  /// The next episode; there is always one, or none at all.
  public mutating func next() -> Episode? {
    switch source {
    case .hsnet(var episodes):
      defer { source = .hsnet(episodes) }
      return episodes.next()
    case .bam(var episodes):
      defer { source = .bam(episodes) }
      return episodes.next()
    }
  }
}

extension EpisodeSampler {
  /// Episodes from lists made elsewhere, by HSNet's draws; classes with a single image are left out.
  public init(_ lists: EpisodeLists.HSNet, fold: Int, shots: Int, seed: UInt64) {
    source = .hsnet(HSNetEpisodes(lists, fold: fold, shots: shots, seed: seed))
  }

  /// Episodes from lists made elsewhere, by BAM's draws. `workers` is the number of loader workers, 0 for none.
  public init(_ lists: EpisodeLists.BAM, fold: Int, shots: Int, seed: UInt64, workers: Int) {
    source = .bam(BAMEpisodes(lists, fold: fold, shots: shots, seed: seed, workers: workers))
  }
}
