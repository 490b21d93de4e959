import Core
import Data
import Foundation
import Render
import TestSupport
import Testing

/// A benchmark by its numbers alone: every image has one class.
private struct Benchmark: Dataset {
  let name: String
  let split: DatasetSplit
  let folds: Int
  let classes: [ClassInfo]
  let items: [DatasetItem]
  var rule = FoldRule.contiguous

  init(_ kind: DatasetKind, classes count: Int, split: DatasetSplit = .val, rule: FoldRule = .contiguous, items: [DatasetItem] = []) {
    name = kind.rawValue
    self.split = split
    folds = kind == .fss ? 1 : 4
    self.rule = rule
    classes = (1...count).map { ClassInfo(index: $0, name: "c\($0)", promptName: "c\($0)", adeIndex: 0) }
    self.items = items
  }

  func classes(inFold fold: Int) -> [Int] {
    guard (0..<folds).contains(fold) else { return [] }
    if folds == 1 { return classes.map(\.index) }
    let novel = classes.map(\.index).filter { rule == .interleaved ? ($0 - 1) % 4 == fold : ($0 - 1) / (classes.count / 4) == fold }
    return split == .train ? classes.map(\.index).filter { !novel.contains($0) } : novel
  }

  func image(_ item: DatasetItem) throws -> Image { Image(width: 8, height: 8, color: [1, 2, 3]) }
  func mask(_ item: DatasetItem) throws -> LabelMask { LabelMask(width: 8, height: 8, labels: Array(repeating: UInt8(item.classes.first ?? 0), count: 64)) }
}

/// Lists that are of another part of the data set than the one asked for.
@Suite struct ListPartTests {
  private func sampler(_ dataset: any Dataset, _ fold: Int, _ lists: URL, _ own: EpisodeProtocol = .hsnet) throws -> [Episode] {
    Array(try EpisodeSampler(dataset, fold: fold, EpisodeDraw(own, lists: lists.path)).prefix(20))
  }

  private func foreign(_ list: URL, _ of: String?, _ asked: String) -> DataError { .foreignList(list: list.path, of: of, asked: asked) }

  // MARK: As published

  @Test(.enabled(if: Golden.isAvailable)) func hsnetsListOfAnotherFold() throws {
    let pascal = Benchmark(.pascal, classes: 20), list = Golden.data("lists/hsnet/pascal/val/fold2.txt")
    #expect(throws: foreign(list, "fold 2", "fold 0")) { try sampler(pascal, 0, list) }
    #expect(try Set(sampler(pascal, 2, list).map(\.classIndex)).isSubset(of: 11...15))
    // The folder has each fold's own.
    for fold in 0..<4 { #expect(try Set(sampler(pascal, fold, Golden.data("lists/hsnet")).map(\.classIndex)).isSubset(of: Set(5 * fold + 1...5 * fold + 5))) }
  }

  /// HSNet's loader trains a fold on the lists of the three others: `trn/fold0.txt` has the classes 1 to 5.
  @Test(.enabled(if: Golden.isAvailable)) func hsnetsTrainingLists() throws {
    let pascal = Benchmark(.pascal, classes: 20, split: .train), folder = Golden.data("lists/hsnet")
    #expect(throws: foreign(folder.appendingPathComponent("pascal/trn/fold0.txt"), "fold 0", "the base classes of fold 0")) {
      try sampler(pascal, 0, folder.appendingPathComponent("pascal/trn/fold0.txt"))
    }
    guard case .listed(let lines) = try EpisodeLists.hsnet(pascal, fold: 1, files: ListFiles(folder)) else {
      Issue.record("no list of lines")
      return
    }
    let counts = Dictionary(grouping: lines, by: \.classIndex).mapValues(\.count)
    #expect(Set(counts.keys) == Set(1...5).union(11...20) && lines.first?.classIndex == 1 && lines.last.map { $0.classIndex > 15 } == true)
  }

  @Test(.enabled(if: Golden.isAvailable)) func hsnetsPicklesByAnotherRule() throws {
    let list = Golden.data("lists/hsnet/coco/val/fold0.pkl")
    let contiguous = Benchmark(.coco, classes: 80, rule: .contiguous), interleaved = Benchmark(.coco, classes: 80, rule: .interleaved)
    #expect(throws: foreign(list, "fold 0 by the rule interleaved", "fold 0 by the rule contiguous")) { try sampler(contiguous, 0, list) }
    #expect(throws: foreign(list, "fold 0 by the rule interleaved", "fold 3 by the rule interleaved")) { try sampler(interleaved, 3, list) }
    #expect(try sampler(interleaved, 0, list).allSatisfy { $0.classIndex % 4 == 1 })
  }

  @Test(.enabled(if: Golden.isAvailable)) func bamsListsOfAnotherFoldOrPart() throws {
    let pascal = Benchmark(.pascal, classes: 20), folder = Golden.data("lists/difffss-bam/pascal/fss_list")
    let val = folder.appendingPathComponent("val/data_list_3.txt"), train = folder.appendingPathComponent("train/data_list_1.txt")
    #expect(throws: foreign(folder.appendingPathComponent("val/sub_class_file_list_3.txt"), "fold 3", "fold 1")) { try sampler(pascal, 1, val, .bam) }
    #expect(throws: foreign(folder.appendingPathComponent("train/sub_class_file_list_1.txt"), "the base classes of fold 1", "fold 1")) {
      try sampler(pascal, 1, train, .bam)
    }
    let coco = Benchmark(.coco, classes: 80, rule: .contiguous), list = Golden.data("lists/difffss-bam/coco/fss_list/val/data_list_2.txt")
    let dictionary = list.deletingLastPathComponent().appendingPathComponent("sub_class_file_list_2.txt")
    #expect(throws: foreign(dictionary, "fold 2 by the rule interleaved", "fold 2 by the rule contiguous")) { try sampler(coco, 2, list, .bam) }
  }

  @Test(.enabled(if: Golden.isAvailable)) func namesOfAnotherSplit() throws {
    let test = Benchmark(.fss, classes: 1000, split: .test), list = Golden.data("lists/hsnet/fss/val.txt")
    #expect(throws: foreign(list, "split val", "split test")) { try sampler(test, 0, list) }
    #expect(throws: foreign(Golden.data("lists/controlnet4fss/fss1k_all.txt"), nil, "split test")) {
      try sampler(test, 0, Golden.data("lists/controlnet4fss/fss1k_all.txt"))
    }
    #expect(try sampler(test, 0, Golden.data("lists/hsnet/fss/test.txt")).count == 20)
    #expect(try sampler(Benchmark(.fss, classes: 1000, split: .all), 0, list).count == 20)
  }

  // MARK: Of one's own

  /// BAM's first list has no classes: the masks tell whose it is.
  @Test func imagesOfAnotherFold() throws {
    let items = (0..<12).map { DatasetItem(id: "p\($0)", classes: [$0 % 2 == 0 ? 6 : 1]) }
    let pascal = Benchmark(.pascal, classes: 20, items: items), folder = try TemporaryFolder()
    let queries = try folder.write((0..<5).map { "p\(2 * $0).jpg m" }.joined(separator: "\n"), to: "data_list_0.txt")
    try folder.write("{1: [('p1.jpg', 'm'), ('p3.jpg', 'm'), ('p5.jpg', 'm')]}", to: "sub_class_file_list_0.txt")
    #expect(throws: foreign(queries, "fold 1", "fold 0")) { try sampler(pascal, 0, queries, .bam) }
  }

  @Test func aPartOfAFoldIsItsList() throws {
    let pascal = Benchmark(.pascal, classes: 20), folder = try TemporaryFolder()
    let list = try folder.write("a__07\nb__07\nc__07\n", to: "mine.txt")
    #expect(try sampler(pascal, 1, list).allSatisfy { $0.classIndex == 7 })
    #expect(throws: foreign(list, "fold 1", "fold 2")) { try sampler(pascal, 2, list) }
    // Classes of two folds are of no one; classes that nobody knows, too.
    for text in ["a__04\nb__04\nc__06\nd__06\n", "a__21\nb__21\n"] {
      let list = try folder.write(text, to: "odd.txt")
      #expect(throws: foreign(list, nil, "fold 0")) { try sampler(pascal, 0, list) }
    }
    // A list of every class is every fold's.
    let all = try folder.write((1...20).map { String(format: "a__%02d\nb__%02d\n", $0, $0) }.joined(), to: "all.txt")
    for fold in 0..<4 { #expect(try Set(sampler(pascal, fold, all).map(\.classIndex)) == Set(5 * fold + 1...5 * fold + 5)) }
  }

  @Test func savedEpisodesOfAnotherFoldOrRule() throws {
    let folder = try TemporaryFolder(), file = folder.file("e.json"), items = (0..<160).map { DatasetItem(id: "p\($0)", classes: [$0 % 80 + 1]) }
    let interleaved = Benchmark(.coco, classes: 80, rule: .interleaved, items: items), contiguous = Benchmark(.coco, classes: 80, rule: .contiguous, items: items)
    try EpisodeList(interleaved, fold: 1, draw: EpisodeDraw(), count: 30).write(to: file)
    #expect(try EpisodeList(file, for: interleaved, fold: 1).episodes.count == 30)
    #expect(throws: foreign(file, "fold 1 by the rule interleaved", "fold 1 by the rule contiguous")) { try EpisodeList(file, for: contiguous) }
    #expect(throws: CoreError.badSetting(name: "fold", value: "2", allowed: "1, the fold of the episode list")) {
      try EpisodeList(file, for: interleaved, fold: 2)
    }
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    try Data(text.replacing("\"fold\":1,\"index\":3,", with: "\"fold\":2,\"index\":3,").utf8).write(to: file)
    #expect(throws: CoreError.malformedFile(path: file.path, reason: "it is of fold 1, but has episodes of another one")) {
      try EpisodeList(file, for: interleaved)
    }
  }

  @Test func theErrorSaysWhoseItIsAndWhatToDo() {
    let error = DataError.foreignList(list: "/l/fold2.txt", of: "fold 2", asked: "fold 0")
    #expect(error.message == "/l/fold2.txt is a list of fold 2, not of fold 0")
    #expect(error.hint == "ask for fold 2, or give the list of fold 0; --fold, --fold-rule, --split and --lists belong together")
  }
}
