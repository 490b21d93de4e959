import Core
import Data
import Foundation
import TestSupport
import Testing

/// Lists of no, one and two entries, of classes of one image, and of more shots than images: an episode, or an error that says why.
@Suite struct SmallListTests {
  private func item(_ id: String) -> DatasetItem { DatasetItem(id: id, classes: [1]) }

  private func lines(_ text: String) -> [EpisodeLists.HSNet.Line] {
    text.split(separator: " ").map { word in
      let parts = word.split(separator: "/")
      return EpisodeLists.HSNet.Line(item: item(String(parts[0])), classIndex: Int(parts[1]) ?? 0)
    }
  }

  private func classes(_ text: String) -> [EpisodeLists.ClassImages] {
    Dictionary(grouping: lines(text), by: \.classIndex).sorted { $0.key < $1.key }.map { index, own in
      EpisodeLists.ClassImages(classIndex: index, items: own.map(\.item))
    }
  }

  @Test(arguments: ["", "a/1", "a/1 b/2", "a/1 a/1", "a/1 a/1 b/2 b/2"]) func nothingIsDrawnFromClassesOfOneImage(text: String) {
    for lists in [EpisodeLists.HSNet.listed(lines(text)), .drawn(classes(text)), .numbered(queries: lines(text), classes: classes(text))] {
      #expect(Array(EpisodeSampler(lists, fold: 0, shots: 2, seed: 0).prefix(3)).isEmpty, "\(text)")
    }
    #expect(Array(EpisodeSampler(EpisodeLists.BAM(queries: [], files: [:]), fold: 0, shots: 1, seed: 0, workers: 2).prefix(2)).isEmpty)
    #expect(Array(EpisodeSampler(EpisodeLists.BAM(queries: [(item("a"), [])], files: [:]), fold: 0, shots: 1, seed: 0, workers: 0).prefix(2)).isEmpty)
    #expect(Array(EpisodeSampler(EpisodeLists.BAM(queries: [(item("a"), [1])], files: [1: []]), fold: 0, shots: 1, seed: 0, workers: 0).prefix(2)).isEmpty)
  }

  @Test func classesOfTwoImagesGiveAnyNumberOfShots() {
    for lists in [EpisodeLists.HSNet.listed(lines("a/1 b/1 c/2")), .drawn(classes("a/1 b/1 c/2")), .numbered(queries: lines("a/1 b/1 c/2"), classes: classes("a/1 b/1 c/2"))] {
      let episodes = Array(EpisodeSampler(lists, fold: 0, shots: 5, seed: 3).prefix(20))
      #expect(episodes.count == 20)
      for episode in episodes {
        #expect(episode.classIndex == 1 && episode.supports.count == 5 && !episode.isOwnSupport)
        #expect(Set(episode.supports.map(\.id)).count == 1)
      }
    }
  }

  /// As the published loop it gives up after 101 draws; what it then has cannot be measured.
  @Test func bamsOrderKeepsWhatItDrew() {
    let lists = EpisodeLists.BAM(queries: [(item("a"), [1]), (item("b"), [2])], files: [1: [item("a")], 2: [item("b"), item("c")]])
    for workers in [0, 1, 8] {
      let episodes = Array(EpisodeSampler(lists, fold: 0, shots: 1, seed: 321, workers: workers).prefix(6))
      #expect(episodes.map(\.isOwnSupport) == [true, false, true, false, true, false])
    }
  }

  // MARK: Lists in files

  private struct Lists {
    let folder: TemporaryFolder
    var draw: EpisodeDraw

    /// A list of HSNet's, or BAM's two.
    init(_ text: String, supports: String? = nil, shots: Int = 1) throws {
      folder = try TemporaryFolder()
      let name = supports == nil ? "fold0.txt" : "data_list_0.txt"
      try folder.write(text, to: name)
      if let supports { try folder.write(supports, to: "sub_class_file_list_0.txt") }
      draw = EpisodeDraw(supports == nil ? .hsnet : .bam, shots: shots, seed: 1, lists: folder.file(name).path)
    }
  }

  @Test(arguments: ["square-0__01", "square-0__01\nsquare-1__02\n", "square-0__01\nsquare-0__01\n"]) func aListWithoutEpisodesSaysWhy(text: String) throws {
    let lists = try Lists(text)
    let error = #expect(throws: DataError.self) { try EpisodeSampler(SquaresDataset(), fold: 0, lists.draw) }
    #expect(error?.message.contains("single image") == true && error?.message.contains("fold0.txt") == true && error?.hint != nil, "\(error?.message ?? "")")
  }

  /// A split that was not asked for may have nothing to draw where all images have.
  @Test(arguments: [EpisodeProtocol.hsnet, .bam]) func theSplitIsNamed(order: EpisodeProtocol) throws {
    let error = #expect(throws: DataError.self) { try EpisodeSampler(ListedDataset([("a", 1)]), fold: 0, EpisodeDraw(order)) }
    let start = "no episode can be drawn from data set listed, split all, fold 0: "
    #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    #expect(error?.hint?.contains("--split") == true)
  }

  @Test func bamsListsWithoutEpisodesSayWhy() throws {
    for (queries, supports) in [
      ("x/square-0.jpg m\n", "{1: [('square-0.jpg', 'm')]}"), ("x/square-0.jpg m\n", "{1: []}"), ("x/square-0.jpg m\n", "{}"),
      ("x/square-0.jpg m\nx/square-1.jpg m\n", "{1: [('square-0.jpg', 'm')], 2: [('square-1.jpg', 'm')]}"),
    ] {
      let lists = try Lists(queries, supports: supports)
      let error = #expect(throws: DataError.self) { try EpisodeSampler(SquaresDataset(), fold: 0, lists.draw) }
      #expect(error?.message.contains("no episode can be drawn from") == true && error?.hint != nil, "\(error?.message ?? "")")
    }
  }

  @Test func aClassOfOneImageIsToldAndItsEpisodesAreNotKept() throws {
    let lists = try Lists("x/square-0.jpg m\nx/square-1.jpg m\n", supports: "{1: [('square-0.jpg', 'm')], 2: [('square-1.jpg', 'm'), ('square-5.jpg', 'm')]}")
    let list = try EpisodeList(SquaresDataset(), fold: 0, draw: lists.draw, count: 6)
    #expect(list.episodes.map(\.index) == [1, 3, 5] && list.undrawable.map(\.index) == [0, 2, 4])
    let problems = try ListCheck.problems(lists.draw, fold: 0, of: SquaresDataset())
    #expect(problems == [DatasetProblem(.tooFewOfClass, "class 1 (square 1)", "square-0 is its only image")])
  }

  // MARK: What is said before the work

  @Test func missingImagesAndAbsentClassesAreTold() throws {
    let lists = try Lists("square-0__01\nsquare-4__01\nsquare-1__01\nlost-7__01\nlost-8__02\nsquare-5__02\nsquare-9__02\n")
    let problems = try ListCheck.problems(lists.draw, fold: 0, of: SquaresDataset())
    #expect(problems == [
      DatasetProblem(.notInDataset, "fold0.txt", "not in the data set: 2 of the 7 images that it names, such as lost-7"),
      DatasetProblem(.classNotInMask, "square-1", "class 1 (square 1) is not in its mask, which holds class 2 (square 2)"),
    ])
    #expect(try ListCheck.problems(EpisodeDraw(), fold: 0, of: SquaresDataset()).isEmpty)
    let dataset = SquaresDataset()
    let odd = Episode(index: 0, fold: 0, classIndex: 1, query: dataset.items[0], supports: [dataset.items[1]])
    #expect(ListCheck.problems(of: [odd, odd], in: dataset).map(\.name) == ["square-1"])
  }

  /// A query that is not there is drawn, with the classes that it is listed for as a support; only where none is there it is an error.
  @Test func bamsMissingQueriesCostTheirEpisodes() throws {
    let supports = "{1: [('square-0.jpg', 'm'), ('square-4.jpg', 'm'), ('lost.jpg', 'm')], 2: [('square-1.jpg', 'm')]}"
    let lists = try Lists("x/square-0.jpg m\nx/lost.jpg m\nx/square-4.jpg m\n", supports: supports)
    let episodes = try EpisodeList(SquaresDataset(), fold: 0, draw: lists.draw, count: 30).episodes
    #expect(episodes.map(\.query.id) == (0..<30).map { ["square-0", "lost", "square-4"][$0 % 3] })
    #expect(episodes.allSatisfy { $0.classIndex == 1 })
    // Draws are those of the whole list: had it been there, nothing would be another.
    let whole = try Lists("x/square-0.jpg m\nx/square-8.jpg m\nx/square-4.jpg m\n", supports: supports.replacingOccurrences(of: "lost", with: "square-8"))
    let there = try EpisodeList(SquaresDataset(), fold: 0, draw: whole.draw, count: 30).episodes
    #expect(there.map { $0.supports.map(\.id) } == episodes.map { $0.supports.map { $0.id == "lost" ? "square-8" : $0.id } })
    let problems = try ListCheck.problems(lists.draw, fold: 0, of: SquaresDataset())
    #expect(problems.map(\.kind) == [.notInDataset] && problems[0].detail.hasPrefix("not in the data set: 1 of the 4"))
    let none = try Lists("x/lost.jpg m\nx/gone.jpg m\n", supports: supports)
    #expect(throws: DataError.notInDataset(list: none.folder.file("data_list_0.txt").path, missing: 2, of: 2, first: "lost")) {
      try EpisodeSampler(SquaresDataset(), fold: 0, none.draw)
    }
  }

  @Test func aSavedListMayLackImages() throws {
    let folder = try TemporaryFolder(), file = folder.file("episodes.json"), dataset = SquaresDataset()
    let lost = DatasetItem(id: "lost", classes: [1])
    let good = Episode(index: 0, fold: 0, classIndex: 1, query: dataset.items[0], supports: [dataset.items[4]])
    let bad = Episode(index: 1, fold: 0, classIndex: 1, query: lost, supports: [dataset.items[4]])
    try EpisodeList(dataset, fold: 0, draw: EpisodeDraw(), episodes: [good, bad]).write(to: file)
    #expect(try EpisodeList(file, for: dataset).episodes == [good, bad])
    try EpisodeList(dataset, fold: 0, draw: EpisodeDraw(), episodes: [bad]).write(to: file)
    #expect(throws: DataError.notInDataset(list: file.path, missing: 1, of: 2, first: "lost")) { try EpisodeList(file, for: dataset) }
  }
}
