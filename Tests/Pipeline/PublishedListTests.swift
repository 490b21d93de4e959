import Core
import Data
import Foundation
import Render
import TestSupport
import Testing

/// The community's lists, and the goldens drawn from a data set on disk by name alone, as the command line does.
@Suite struct PublishedListTests {
  private struct Run: Decodable {
    struct Drawn: Decodable, Equatable {
      let query: String, supports: [String], class_id: Int
    }
    let seed: UInt64, episodes: [Drawn]
  }

  private struct Maybe<T: Decodable>: Decodable {
    let value: T?
    init(from decoder: any Decoder) throws { value = try? T(from: decoder) }
  }

  private func runs(_ file: String) throws -> [String: Run] {
    try JSONDecoder().decode([String: Maybe<Run>].self, from: Data(contentsOf: Golden.url("episodes/\(file)"))).compactMapValues(\.value)
  }

  /// Golden names have extensions, ours have not; classes are 0-based there.
  private func drawn(_ dataset: any Dataset, fold: Int, _ draw: EpisodeDraw, like run: Run) throws -> [Run.Drawn] {
    let ending = run.episodes[0].query.hasSuffix(".jpg") ? ".jpg" : ""
    return try EpisodeSampler(dataset, fold: fold, draw).prefix(run.episodes.count).map { episode in
      Run.Drawn(query: episode.query.id + ending, supports: episode.supports.map { $0.id + ending }, class_id: episode.classIndex - 1)
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func hsnetFromCOCOsAnnotations() throws {
    let dataset = try Datasets.open(DatasetSource(.coco, root: Golden.data("coco-mini")))
    let all = try runs("hsnet_coco_mini.json")
    #expect(!all.isEmpty)
    for (key, run) in all {
      let fold = try #require(key.dropFirst(4).first?.wholeNumberValue)
      let draw = EpisodeDraw(shots: run.episodes[0].supports.count, seed: run.seed)
      #expect(try drawn(dataset, fold: fold, draw, like: run) == run.episodes, "\(key)")
    }
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: [("pascal", "hsnet_pascal_val.json", "voc-mini"), ("coco", "hsnet_coco_val.json", "coco-mini")])
  func hsnetFromPublishedLists(name: String, golden: String, root: String) throws {
    let kind = try #require(DatasetKind(rawValue: name))
    let dataset = try Datasets.open(DatasetSource(kind, root: Golden.data(root)))
    let all = try runs(golden)
    #expect(all.count == 4)
    for (key, run) in all {
      let fold = try #require(key.dropFirst(4).first?.wholeNumberValue)
      for lists in ["lists/hsnet", "lists/hsnet/\(name)/val"] {
        let draw = EpisodeDraw(shots: run.episodes[0].supports.count, seed: run.seed, lists: Golden.data(lists).path)
        #expect(try drawn(dataset, fold: fold, draw, like: run) == run.episodes, "\(key)")
      }
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func hsnetFromFSSsList() throws {
    let dataset = try Datasets.open(DatasetSource(.fss, root: Golden.data("fss-mini")))
    let all = try runs("hsnet_fss_test.json").values
    #expect(!all.isEmpty)
    for run in all {
      let draw = EpisodeDraw(shots: run.episodes[0].supports.count, seed: run.seed, lists: Golden.data("lists/hsnet/fss/test.txt").path)
      let found = try EpisodeSampler(dataset, fold: 0, draw).prefix(run.episodes.count)
      #expect(found.map { "\($0.query.id).jpg" } == run.episodes.map(\.query))
      #expect(found.map { $0.supports.map { "\($0.id).jpg" } } == run.episodes.map(\.supports))
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func bamFromCOCOsAnnotations() throws {
    struct Split: Decodable {
      struct Run: Decodable {
        struct Drawn: Decodable { let query: String, supports: [String], class_index: Int }
        let seed: UInt64, true_data_shot: Int, workers: Int, split: Int, episodes: [Drawn]
      }
      let data_list: [String], query_classes: [[Int]], sub_class_file_list: [String: [String]], runs: [Run]
    }
    let splits = try JSONDecoder().decode([String: Split].self, from: Data(contentsOf: Golden.url("episodes/bam_coco_mini.json")))
    #expect(!splits.isEmpty && splits.values.allSatisfy { !$0.runs.isEmpty })
    for (name, split) in splits {
      let rule: FoldRule = name.contains("panet") ? .contiguous : .interleaved
      let dataset = try Datasets.open(DatasetSource(.coco, root: Golden.data("coco-mini"), foldRule: rule))
      let lists = try EpisodeLists.bam(dataset, fold: split.runs[0].split)
      #expect(lists.queries.map { $0.item.id + ".jpg" } == split.data_list)
      #expect(lists.queries.map(\.classes) == split.query_classes)
      for (index, files) in split.sub_class_file_list { #expect((lists.files[Int(index) ?? 0] ?? []).map { $0.id + ".jpg" } == files) }
      for run in split.runs {
        let draw = EpisodeDraw(.bam, shots: run.true_data_shot, seed: run.seed, workers: run.workers)
        let found = Array(try EpisodeSampler(dataset, fold: run.split, draw).prefix(run.episodes.count))
        #expect(found.map { $0.query.id + ".jpg" } == run.episodes.map(\.query))
        #expect(found.map { $0.supports.map { $0.id + ".jpg" } } == run.episodes.map(\.supports))
        #expect(found.map(\.classIndex) == run.episodes.map(\.class_index))
      }
    }
  }

  /// Every list file, against the recorded numbers of entries, first and last.
  @Test(.enabled(if: Golden.isAvailable)) func everyListIsReadWhole() throws {
    struct Summary: Decodable {
      enum End: Decodable {
        case text(String)
        case other
        init(from decoder: any Decoder) throws { self = (try? String(from: decoder)).map(End.text) ?? .other }
      }
      let lines: Int?, counts: [String: Int]?, kind: String, first: End?, last: End?
    }
    let files = try JSONDecoder().decode([String: Summary].self, from: Data(contentsOf: Golden.url("episodes/list_summary.json")))
    #expect(files.count == 45)
    for (name, summary) in files where name != "controlnet4fss/fss2ade.txt" {
      switch try PublishedList(Golden.data("lists/\(name)")) {
      case .lines(let lines): #expect(lines.count == summary.lines, "\(name)")
      case .pairs(let pairs):
        #expect(pairs.count == summary.lines, "\(name)")
        if case .text(let first)? = summary.first { #expect(first.hasPrefix(try #require(pairs.first) + " ")) }
      case .names(let names):
        #expect(names.count == summary.lines, "\(name)")
        if case .text(let last)? = summary.last { #expect(last == names.last) }
      case .classes(let classes):
        let shift = name.hasSuffix(".pkl") ? 1 : 0
        let found = Dictionary(uniqueKeysWithValues: classes.map { ("\($0.classIndex - shift)", $0.names.count) })
        if let counts = summary.counts { #expect(found == counts, "\(name)") } else { #expect(found.count == 80, "\(name)") }
      }
    }
  }

  @Test(.enabled(if: Golden.isAvailable)) func theListsOfASplitHoldItsClasses() throws {
    struct Table: Decodable { let names: [String], val: [Int], test: [Int] }
    let file = try #require(AssetFolder.url("tables/fss.json"))
    let table = try JSONDecoder().decode(Table.self, from: Data(contentsOf: file))
    func names(_ list: String) throws -> [String] {
      guard case .names(let names) = try PublishedList(Golden.data("lists/hsnet/fss/\(list).txt")) else { return [] }
      return names
    }
    #expect(try Set(names("val")) == Set(table.val.map { table.names[$0] }) && table.val.count == 240)
    #expect(try Set(names("test")) == Set(table.test.map { table.names[$0] }) && table.test.count == 240)
    #expect(try Set(names("trn")) == Set(table.names.prefix(520)))
  }

  // MARK: Lists of our own

  @Test func namesNeverLeaveTheDataSet() throws {
    let folder = try TemporaryFolder()
    try Data("../data/x/square-0.jpg m\n/etc/passwd m\n../../etc/shadow m\n".utf8).write(to: folder.file("list.txt"))
    let supports = try SquaresDataset().supports(listedIn: folder.file("list.txt"))
    #expect(supports.map(\.item.id) == ["square-0", "passwd", "shadow"])
    #expect(supports.map(\.classIndex) == [1, 0, 0])
    try Data("a/.. m\n".utf8).write(to: folder.file("list.txt"))
    #expect(throws: DataError.nameEscapesRoot(name: "a/..", file: folder.file("list.txt").path)) {
      try SquaresDataset().supports(listedIn: folder.file("list.txt"))
    }
  }

  @Test func supportsOfEveryKindOfList() throws {
    let folder = try TemporaryFolder(), file = folder.file("list"), dataset = SquaresDataset()
    func supports(_ text: String) throws -> [String] {
      try Data(text.utf8).write(to: file)
      return try dataset.supports(listedIn: file).map { "\($0.item.id) \($0.classIndex)" }
    }
    #expect(try supports("square-1__02\r\nsquare-4__01\r\n") == ["square-1 2", "square-4 1"])
    #expect(try supports("{3: [('d/square-2.jpg', 'm'), (\"square-6.jpg\", 'm'),], 1: []}") == ["square-2 3", "square-6 3"])
    #expect(try supports("square-3\n\nsquare-9\n") == ["square-3 4", "square-9 2"])
  }

  @Test func brokenListsAreNamed() throws {
    let folder = try TemporaryFolder(), file = folder.file("list.txt")
    for text in ["", "\n\n", "{", "{1: [('a', 'b')]", "{'a': []}", "{1: ['a']}", "{1: [()]}", "{0: []}", "a__01\nb", "a b\nc", "{1: []} x"] {
      try Data(text.utf8).write(to: file)
      #expect(throws: CoreError.self, "\(text)") { try PublishedList(file) }
    }
    // A pickle that would run something, and one that is no dictionary.
    for bytes in [Array("\u{80}".utf8), [0x80, 3] + Array("cos\nsystem\n(S'true'\ntR.".utf8), [0x80, 3, 0x5D, 0x2E]] as [[UInt8]] {
      try Data(bytes[0] == 0x80 ? bytes : [0x80] + bytes).write(to: file)
      #expect(throws: CoreError.self) { try PublishedList(file) }
    }
    #expect(throws: CoreError.self) { try PublishedList(folder.file("absent")) }
    #expect(throws: DataError.listMissing(names: ["fold0.txt", "fold0.pkl"], folder: folder.url.path)) {
      try EpisodeSampler(SquaresDataset(), fold: 0, EpisodeDraw(lists: folder.url.path))
    }
  }

  /// A damaged list is refused or read; it never takes the program down.
  @Test func damagedListsAreSurvived() throws {
    let folder = try TemporaryFolder(), file = folder.file("list")
    let pickle: [UInt8] = [0x80, 3, 0x7D, 0x71, 0, 0x28, 0x4B, 0, 0x5D, 0x71, 1, 0x28, 0x58, 3, 0, 0, 0] + Array("a.b".utf8)
      + [0x71, 2, 0x58, 1, 0, 0, 0, 0x63, 0x65, 0x4B, 1, 0x5D, 0x75, 0x2E]
    var mutations = Mutations(seed: 8)
    for good in [pickle, Array("{1: [('a.jpg', 'a.png'), ('b', 'c')], 22: []}".utf8), Array("a__01\nb__12\nc__20\n".utf8), Array("a b\nc d\n".utf8)] {
      try Data(good).write(to: file)
      _ = try PublishedList(file)
      var read = 0
      for _ in 0..<500 {
        try Data(mutations.damaged(good, focus: good.count)).write(to: file)
        do {
          _ = try PublishedList(file)
          read += 1
        } catch is CoreError {}
      }
      #expect(read > 0 && read < 500)
    }
  }

  // MARK: Saved lists

  @Test func savedEpisodesAreReplayed() throws {
    let folder = try TemporaryFolder(), file = folder.file("episodes.json"), dataset = SquaresDataset()
    let list = try EpisodeList(dataset, fold: 1, draw: EpisodeDraw(.bam, shots: 2, seed: 9, workers: 2), count: 12)
    try list.write(to: file)
    #expect(try EpisodeList(file, for: dataset) == list)
    try Data("[]".utf8).write(to: file)
    #expect(throws: CoreError.self) { try EpisodeList(file, for: dataset) }
    let text = String(decoding: try CanonicalJSON.data(list), as: UTF8.self)
    for (old, new) in [("\"dataset\":\"squares\"", "\"dataset\":\"coco\""), ("square-", "circle-"), ("\"classIndex\":3", "\"classIndex\":99")] {
      try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file)
      let error = #expect(throws: (any Error).self, "\(new)") { try EpisodeList(file, for: dataset) }
      #expect(error is any Explained, "\(new)")
    }
  }
}
