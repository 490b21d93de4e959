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
    try await workbench.importImage(image: folder.file("\(name).png"), mask: folder.file("\(name)_mask.png"), className: className)
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
