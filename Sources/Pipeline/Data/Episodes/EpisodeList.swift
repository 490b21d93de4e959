import Core
import Foundation
import Render

/// Episodes that were drawn once, to be kept, given away and replayed.
public struct EpisodeList: Codable, Hashable, Sendable {
  /// The data set's name.
  public let dataset: String
  public let split: DatasetSplit
  public let fold: Int
  public let draw: EpisodeDraw
  /// SHA-256 of the published list that was drawn from (of several, one behind the other), nil when lists were made from the masks.
  public let listDigest: String?
  public let episodes: [Episode]
  /// Those drawn that cannot be measured (`Episode.isOwnSupport`); they are not kept.
  public private(set) var undrawable: [Episode] = []

  private enum CodingKeys: String, CodingKey {
    case dataset, split, fold, draw, listDigest, episodes
  }

  /// Draws `count` episodes, of which those are kept that can be measured. Throws what `EpisodeSampler` throws.
  public init(_ dataset: any Dataset, fold: Int, draw: EpisodeDraw, count: Int) throws {
    self.dataset = dataset.name
    self.split = dataset.split
    self.fold = fold
    self.draw = draw
    let drawn = try EpisodeSampler(dataset, fold: fold, draw).prefix(count)
    episodes = drawn.filter { !$0.isOwnSupport }
    undrawable = drawn.filter(\.isOwnSupport)
    listDigest = try draw.lists.map { lists in
      let files = ListFiles(URL(fileURLWithPath: lists))
      let read = draw.episodeProtocol == .hsnet ? try files.hsnet(dataset, fold: fold).files : [try files.bam(dataset, fold: fold).file]
      return Digest.hex(Data(try read.flatMap { try FileBytes.read($0) }))
    }
  }

  /// Episodes chosen from those drawn.
  public init(_ dataset: any Dataset, fold: Int, draw: EpisodeDraw, episodes: [Episode]) {
    self.dataset = dataset.name
    self.split = dataset.split
    self.fold = fold
    self.draw = draw
    self.episodes = episodes
    listDigest = nil
  }

  /// SHA-256 of the file that `write` makes. Throws `EncodingError` for what JSON has no word for.
  public func digest() throws -> String { Digest.hex(try CanonicalJSON.data(self)) }

  private static let mostBytes = 1 << 30

  /// Reads a list that `write` made, for a data set.
  ///
  /// `fold` is the one asked for; nil takes the list's own. Throws `CoreError.unreadableFile`, `.malformedFile`, `.badSetting` for a list of
  /// another data set or fold, `DataError.foreignList` for one whose classes are not its fold's here, and `.notInDataset` when no episode has all its
  /// images.
  public init(_ url: URL, for dataset: any Dataset, fold wanted: Int? = nil) throws {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(try FileBytes.read(url, limit: Self.mostBytes)))
    } catch let error as RenderError {
      throw CoreError.unreadableFile(path: url.path, reason: error.reason)
    } catch {
      throw CoreError.malformedFile(path: url.path, reason: "it is no episode list of `diffss dataset list --out`")
    }
    guard self.dataset == dataset.name else {
      throw CoreError.badSetting(
        name: "episode list", value: PlainText.clean("\(url.lastPathComponent) of data set \(self.dataset)"), allowed: "one of data set \(dataset.name)")
    }
    guard !episodes.isEmpty, episodes.allSatisfy({ !$0.supports.isEmpty && dataset.classInfo($0.classIndex) != nil }) else {
      throw CoreError.malformedFile(path: url.path, reason: "an episode has no support or a class that \(dataset.name) does not have")
    }
    if let wanted, wanted != fold {
      throw CoreError.badSetting(name: "fold", value: "\(wanted)", allowed: "\(fold), the fold of the episode list")
    }
    guard episodes.allSatisfy({ $0.fold == fold }) else {
      throw CoreError.malformedFile(path: url.path, reason: "it is of fold \(fold), but has episodes of another one")
    }
    // The user's own classes are beside the data set's, and go with any fold.
    let listed = Set(episodes.map(\.classIndex)).intersection(dataset.classes.map(\.index))
    try ListPart.check(listed, of: url.path, fold: fold, dataset)
    let named = Set(episodes.flatMap { [$0.query] + $0.supports }.map(\.id))
    let missing = named.filter { dataset.item($0) == nil }
    if let first = missing.min(), !episodes.contains(where: { episode in ([episode.query] + episode.supports).allSatisfy { !missing.contains($0.id) } }) {
      throw DataError.notInDataset(list: url.path, missing: missing.count, of: named.count, first: first)
    }
  }

  /// Writes the list as one JSON document, the same bytes for the same list. Throws `CoreError.cannotWrite`.
  public func write(to url: URL) throws { try AtomicFile.write(CanonicalJSON.data(self), to: url) }
}
