import Core
import Data
import Foundation
import TestSupport
import Testing

private struct HSNetRun: Decodable {
  struct Drawn: Decodable, Equatable {
    let query: String
    let supports: [String]
    let class_id: Int
  }
  let seed: UInt64
  let episodes: [Drawn]
  let class_ids: [Int]?
  let metadata: [String]?
}

/// Classes are 0-based in HSNet's files and 1-based here.
private func drawn(_ lists: EpisodeLists.HSNet, _ run: HSNetRun) -> [HSNetRun.Drawn] {
  var sampler = EpisodeSampler(lists, fold: 0, shots: run.episodes[0].supports.count, seed: run.seed)
  return run.episodes.map { _ in
    let episode = sampler.next()
    return HSNetRun.Drawn(
      query: episode.map(\.query.id) ?? "", supports: episode?.supports.map(\.id) ?? [], class_id: (episode?.classIndex ?? 0) - 1)
  }
}

private func item(_ id: String) -> DatasetItem { DatasetItem(id: id, classes: []) }

@Suite struct EpisodeTests {
  @Test(.enabled(if: Golden.isAvailable)) func hsnetDrawsPascalsList() throws {
    let runs = try JSONDecoder().decode([String: HSNetRun].self, from: Data(contentsOf: Golden.url("episodes/hsnet_pascal_synthetic.json")))
    for run in runs.values { try checkList(try #require(run.metadata), run) }
  }

  @Test(.enabled(if: Golden.isAvailable)) func hsnetDrawsPascalsPublishedLists() throws {
    struct Run: Decodable { let list: String }
    let file = try Data(contentsOf: Golden.url("episodes/hsnet_pascal_val.json"))
    let names = try JSONDecoder().decode([String: Run].self, from: file)
    for (key, run) in try JSONDecoder().decode([String: HSNetRun].self, from: file) {
      let text = try String(contentsOf: Golden.data("lists/\(try #require(names[key]).list)"), encoding: .utf8)
      try checkList(text.split(whereSeparator: \.isNewline).map(String.init), run)
    }
  }

  private func checkList(_ lines: [String], _ run: HSNetRun) throws {
    let parsed = try lines.map { line in
      let parts = line.components(separatedBy: "__")
      return EpisodeLists.HSNet.Line(item: item(parts[0]), classIndex: try #require(Int(parts[1])))
    }
    #expect(drawn(.listed(parsed), run) == run.episodes)
  }

  @Test(.enabled(if: Golden.isAvailable)) func hsnetDrawsCOCOsClasses() throws {
    let file = try Data(contentsOf: Golden.url("episodes/hsnet_coco_mini.json"))
    struct Lists: Decodable { let classwise: [String: [String]] }
    let classwise = try JSONDecoder().decode(Lists.self, from: file).classwise
    var checked = 0
    for (key, run) in try JSONDecoder().decode([String: Skipping<HSNetRun>].self, from: file) {
      guard let run = run.value else { continue }
      let classes = try #require(run.class_ids).map { id in
        EpisodeLists.ClassImages(classIndex: id + 1, items: (classwise["\(id)"] ?? []).map(item))
      }
      #expect(drawn(.drawn(classes), run) == run.episodes, "\(key)")
      checked += 1
    }
    #expect(checked > 0)
  }

  @Test(.enabled(if: Golden.isAvailable)) func hsnetDrawsFSSByNumber() throws {
    let file = try Data(contentsOf: Golden.url("episodes/hsnet_fss_test.json"))
    let text = try String(contentsOf: Golden.data("lists/hsnet/fss/test.txt"), encoding: .utf8)
    let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let classes = names.enumerated().map { position, name in
      EpisodeLists.ClassImages(classIndex: 761 + position, items: (1...10).map { item("\(name)/\($0).jpg") })
    }
    let queries = classes.flatMap { own in
      own.items.sorted { $0.id < $1.id }.map { EpisodeLists.HSNet.Line(item: $0, classIndex: own.classIndex) }
    }
    for run in try JSONDecoder().decode([String: HSNetRun].self, from: file).values {
      #expect(drawn(.numbered(queries: queries, classes: classes), run) == run.episodes)
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func bamDrawsCOCO() throws {
    struct Split: Decodable {
      struct Run: Decodable {
        struct Drawn: Decodable {
          let index: Int, query: String, supports: [String], class_index: Int
        }
        let seed: UInt64, true_data_shot: Int, workers: Int, episodes: [Drawn]
      }
      let data_list: [String], query_classes: [[Int]], sub_class_file_list: [String: [String]], runs: [Run]
    }
    let splits = try JSONDecoder().decode([String: Split].self, from: Data(contentsOf: Golden.url("episodes/bam_coco_mini.json")))
    for split in splits.values {
      let files = Dictionary(uniqueKeysWithValues: split.sub_class_file_list.map { (Int($0) ?? 0, $1.map(item)) }).filter { !$1.isEmpty }
      let lists = EpisodeLists.BAM(queries: zip(split.data_list, split.query_classes).map { (item($0), $1) }, files: files)
      for run in split.runs {
        var sampler = EpisodeSampler(lists, fold: 0, shots: run.true_data_shot, seed: run.seed, workers: run.workers)
        for expected in run.episodes {
          let next = sampler.next(), episode = try #require(next)
          #expect(episode.query.id == expected.query)
          #expect(episode.classIndex == expected.class_index)
          #expect(episode.supports.map(\.id) == expected.supports, "workers \(run.workers) seed \(run.seed) index \(expected.index)")
        }
      }
    }
  }

  @Test func aDataSetsEpisodesHoldTheirClassAndRepeatForTheirSeed() throws {
    let dataset = SquaresDataset()
    for protocolName in EpisodeProtocol.allCases {
      let first = Array(try EpisodeSampler(dataset, fold: 0, EpisodeDraw(protocolName, shots: 2, seed: 4)).prefix(50))
      #expect(first == Array(try EpisodeSampler(dataset, fold: 0, EpisodeDraw(protocolName, shots: 2, seed: 4)).prefix(50)))
      #expect(first != Array(try EpisodeSampler(dataset, fold: 0, EpisodeDraw(protocolName, shots: 2, seed: 5)).prefix(50)))
      for (index, episode) in first.enumerated() {
        #expect(episode.index == index)
        #expect(dataset.classes(inFold: 0).contains(episode.classIndex))
        #expect(([episode.query] + episode.supports).allSatisfy { $0.classes.contains(episode.classIndex) })
        #expect(!episode.supports.contains(episode.query))
      }
    }
  }

  @Test func foldsAndShotsThatCannotBeAreErrors() {
    let dataset = SquaresDataset()
    #expect(throws: DataError.unknownFold(fold: 9, dataset: "squares", folds: 2)) { try EpisodeSampler(dataset, fold: 9) }
    #expect(throws: CoreError.self) { try EpisodeSampler(dataset, fold: 0, EpisodeDraw(shots: 0)) }
  }
}

/// A value where there is one, nothing where the entry is of another kind.
private struct Skipping<T: Decodable>: Decodable {
  let value: T?

  init(from decoder: any Decoder) throws { value = try? T(from: decoder) }
}
