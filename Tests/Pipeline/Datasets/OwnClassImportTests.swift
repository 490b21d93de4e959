import Core
import Data
import Evaluation
import Foundation
import Generation
import Pipeline
import Render
import TestSupport
import Testing

/// Images of the user's own under the name of a class that the data set does not have.
@Suite struct OwnClassImportTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (number, name) in ["one", "two"].enumerated() {
      try Image(width: 16, height: 16, color: [UInt8(50 + 50 * number), 90, 10]).writePNG(to: folder.file("\(name).png"))
      try LabelMask(width: 16, height: 16, labels: (0..<256).map { $0 < 64 ? 255 : 0 }).writePNG(to: folder.file("\(name)_mask.png"))
    }
  }

  private func workbench() throws -> Workbench {
    Workbench(
      dataset: SquaresDataset(), models: ModelLibrary(searchesHub: false, environment: [:]), store: try Store(folder: folder.file("data")))
  }

  private func take(_ name: String, as className: String, _ workbench: Workbench) async throws -> (item: DatasetItem, ofClass: ClassInfo) {
    let change = try await workbench.importImage(
      image: folder.file("\(name).png"), mask: folder.file("\(name)_mask.png"), into: .named(className))
    let image = try #require(change.after)
    return (image.item, try #require(workbench.dataset.classInfo(image.classIndex)))
  }

  @Test func areEpisodesOfEveryFold() async throws {
    let workbench = try workbench(), drawn = try await workbench.episodes(fold: 0, count: 2)
    let first = try await take("one", as: "tea pot", workbench)
    #expect(first.ofClass.name == "tea pot" && first.ofClass.promptName == "tea pot" && first.item.classes == [first.ofClass.index])
    // Alone it is its own query.
    var own = try await workbench.episodes(fold: 0, importedBeside: drawn)
    #expect(own.count == 1 && own[0].query == first.item && own[0].supports == [first.item] && own[0].index == 2)
    let second = try await take("two", as: "Tea Pot", workbench)
    #expect(second.ofClass == first.ofClass && workbench.ownClasses == [first.ofClass])
    own = try await workbench.episodes(fold: 1, importedBeside: [])
    #expect(own.map(\.query) == [second.item, first.item] && own.map(\.supports) == [[first.item], [second.item]])
    #expect(try await workbench.mask(second.item, of: first.ofClass.index).labels.count { $0 == 1 } == 64)
    #expect(workbench.dataset.classInfo(first.ofClass.index) == first.ofClass && workbench.dataset.classInfo(20_000) == nil)
    // The next start knows it, and another class is another one.
    let next = try self.workbench()
    #expect(next.ownClasses == [first.ofClass])
    #expect(try await take("one", as: "kettle", next).ofClass.index == first.ofClass.index + 1)
  }

  /// What was generated and measured for an episode stays with it: a later import only adds.
  @Test func laterImportsOnlyAddEpisodes() async throws {
    for number in 3...6 {
      try Image(width: 16, height: 16, color: [UInt8(20 * number), 10, 90]).writePNG(to: folder.file("\(number).png"))
      try LabelMask(width: 16, height: 16, labels: (0..<256).map { $0 < 99 ? 255 : 0 }).writePNG(to: folder.file("\(number)_mask.png"))
    }
    for shots in [1, 5] {
      let bench = try TinyModels(), workbench = bench.workbench
      let drawn = try await workbench.episodes(fold: 0, EpisodeDraw(shots: shots), count: 3)
      let known = try #require(workbench.dataset.classInfo(drawn[0].classIndex)).name
      var before = try await workbench.episodes(fold: 0, importedBeside: drawn)
      #expect(before.isEmpty)
      var items: [DatasetItem] = []
      for (place, (name, className)) in [
        ("one", "tea pot"), ("two", "tea pot"), ("3", known), ("4", "tea pot"), ("5", "kettle"), ("6", "tea pot"), ("5", "kettle"),
      ].enumerated() {
        items.append(try await take(name, as: className, workbench).item)
        let now = try await workbench.episodes(fold: 0, importedBeside: drawn)
        #expect(now.map(\.index) == Array(3..<3 + now.count))
        // The first image of a class has no other query than itself until the second one comes: its supports stay even then.
        if place == 1 {
          #expect(now[0].supports == before[0].supports && now[0].index == before[0].index && now[0].query == items[1])
        } else {
          #expect(Array(now.prefix(before.count)) == before, "after import \(place)")
        }
        for episode in now where episode.supports.contains(episode.query) {
          #expect(now.count { $0.classIndex == episode.classIndex } == 1)
        }
        // As a support and as a query, a second time as nothing new.
        let isAdded = place < 6
        #expect(now.contains { $0.query == items[place] } && now.contains { $0.supports.first == items[place] } || place == 4 || !isAdded)
        if !isAdded { #expect(now == before) }
        before = now
      }
    }
  }

  @Test func anImportIsTakenBackRemovedAndMoved() async throws {
    let workbench = try workbench(), drawn = try await workbench.episodes(fold: 0, count: 2)
    func episodes() async throws -> [Episode] { try await workbench.episodes(fold: 0, importedBeside: drawn) }
    let first = try await workbench.importImage(image: folder.file("one.png"), mask: folder.file("one_mask.png"), into: .named("tea pot"))
    let alone = try await episodes()
    let second = try await workbench.importImage(image: folder.file("two.png"), mask: folder.file("two_mask.png"), into: .named("tea pot"))
    let both = try await episodes(), id = try #require(second.after?.id)
    #expect(first.before == nil && second.before == nil && both.count == 2)
    // Back, and back again.
    let undone = try await workbench.undo(second)
    #expect(try await episodes() == alone && undone.after == nil && undone.before?.id == id)
    _ = try await workbench.undo(undone)
    #expect(try await episodes() == both)
    // A removal has its place in the list again when it is taken back; the files stay.
    let removal = try await workbench.removeImport(try #require(first.after?.id))
    #expect(try await workbench.importedImages().map(\.id) == [id] && FileManager.default.fileExists(atPath: folder.file("one.png").path))
    await #expect(throws: DataError.notImported(id: first.after?.id ?? "")) { _ = try await workbench.removeImport(first.after?.id ?? "") }
    _ = try await workbench.undo(removal)
    #expect(try await episodes() == both)
    // Into a class of the data set, as a second import does too, and into a new one.
    let known = try #require(workbench.dataset.classInfo(drawn[0].classIndex))
    let move = try await workbench.moveImport(id, into: .index(known.index))
    #expect(move.before?.classIndex != known.index && move.after?.classIndex == known.index)
    #expect(try await episodes().count { $0.classIndex == known.index } == 2 && workbench.ownClasses.map(\.name) == ["tea pot"])
    let again = try await workbench.importImage(image: folder.file("two.png"), mask: folder.file("two_mask.png"), into: .named("kettle"))
    #expect(again.before?.classIndex == known.index && workbench.ownClasses.map(\.name) == ["tea pot", "kettle"])
    _ = try await workbench.undo(again)
    _ = try await workbench.undo(move)
    #expect(try await episodes() == both)
  }

  @Test func aNameOfTheDataSetIsItsClass() async throws {
    let workbench = try workbench(), known = try #require(workbench.dataset.classes.first)
    #expect(try await take("one", as: known.name.uppercased(), workbench).ofClass == known && workbench.ownClasses.isEmpty)
  }

  @Test func namesThatAreNone() async throws {
    let workbench = try workbench()
    for name in ["", "  ", "\u{1B}", "\u{1B}[", "…"] {
      await #expect(throws: CoreError.self, "\(name.debugDescription)") { _ = try await take("one", as: name, workbench) }
    }
    let odd = try await take("one", as: "a\u{1B}]0;b\u{07}\u{202E}" + String(repeating: "x", count: 300), workbench)
    #expect(odd.ofClass.name.count <= 60 && PlainText.clean(odd.ofClass.name) == odd.ofClass.name)
  }

  /// A single image cannot be measured against itself; the class is named as the user named it, whose number nobody has seen.
  @Test func aSingleOneIsNotEvaluated() async throws {
    let bench = try TinyModels(), workbench = bench.workbench
    _ = try await take("one", as: "tea pot", workbench)
    let file = folder.file("single.json"), episodes = try await workbench.episodes(fold: 0, importedBeside: [])
    try EpisodeList(workbench.dataset, fold: 0, draw: EpisodeDraw(), episodes: episodes).write(to: file)
    var plan = EvaluationPlan(fold: 0, auxiliaryShots: 0, options: bench.options, episodes: 1)
    plan.episodeList = file.path
    do {
      _ = try await workbench.evaluate(plan)
      Issue.record("it was evaluated")
    } catch let error as EvaluationError {
      #expect(error.message.hasSuffix("is drawn as its own support: class tea pot has too few images"), "\(error.message)")
      #expect(!error.message.contains("10001") && error.hint == "import another image of the class")
    }
    #expect(workbench.dataset.words(ofClass: 1).hasPrefix("class 1 ("))
  }

  /// As `E` does with marked episodes: some of the fold's, some of the user's own class.
  @Test func areEvaluatedBesideTheFoldsOwn() async throws {
    let bench = try TinyModels(), workbench = bench.workbench
    let own = try await take("one", as: "tea pot", workbench).ofClass.index
    _ = try await take("two", as: "tea pot", workbench)
    let drawn = try await workbench.episodes(fold: 0, count: 2), imported = try await workbench.episodes(fold: 0, importedBeside: drawn)
    for episodes in [imported, drawn + imported] {
      let file = folder.file("list\(episodes.count).json")
      try EpisodeList(workbench.dataset, fold: 0, draw: EpisodeDraw(), episodes: episodes).write(to: file)
      var plan = EvaluationPlan(fold: 0, auxiliaryShots: 0, options: bench.options, episodes: episodes.count)
      plan.episodeList = file.path
      let report = try await workbench.evaluate(plan)
      #expect(report.episodes.map(\.episode) == episodes)
      #expect(report.baseline.classes.map(\.classIndex) == [1, 2, own])
      #expect(report.baseline.classes.last?.episodes == 2)
      #expect(report.table.contains("tea pot"))
    }
  }
}
