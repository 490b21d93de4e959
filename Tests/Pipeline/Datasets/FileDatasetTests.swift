import Core
import Data
import Foundation
import Generation
import Render
import TestSupport
import Testing

@Suite struct FSSDatasetTests {
  @Test(.enabled(if: Golden.isAvailable)) func foregroundFollowsBothRules() throws {
    let hsnet = try Datasets.open(DatasetSource(.fss, root: Golden.data("fss-mini")))
    let generator = try Datasets.open(DatasetSource(.fss, root: Golden.data("fss-mini"), readsMasksAsPublished: true))
    let expected: [(id: String, generator: Int, hsnet: Int)] = [
      ("african_elephant/3", 11034, 10798), ("african_elephant/4", 6163, 6107), ("african_elephant/5", 16333, 16165),
      ("african_elephant/6", 13737, 13532), ("african_elephant/7", 19758, 19549), ("eiffel_tower/1", 900, 900),
      ("eiffel_tower/2", 2582, 2582), ("eiffel_tower/3", 2590, 2590), ("eiffel_tower/4", 2937, 2937),
      ("eiffel_tower/5", 1120, 1120),
    ]
    #expect(hsnet.items.map(\.id) == expected.map(\.id))
    for (item, row) in zip(hsnet.items, expected) {
      let index = try #require(item.classes.first)
      #expect(try hsnet.mask(item, of: index).histogram[1] == row.hsnet, "\(row.id)")
      #expect(try generator.mask(item, of: index).histogram[1] == row.generator, "\(row.id)")
      #expect(try hsnet.mask(item, of: index + 1).histogram[1] == 0)
      let image = try hsnet.image(item)
      #expect(image.width == 224 && image.height == 224 && image.channels == 3)
    }
    #expect(hsnet.classInfo(1001)?.name == "eiffel_tower")
    #expect(hsnet.classes.first?.promptName == "african elephant" && hsnet.classes.first?.adeIndex == 126)
    #expect(hsnet.classes(inFold: 0) == hsnet.classes.map(\.index))
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder.file("ashtray"), withIntermediateDirectories: true)
    for name in ["2", "3", "12"] { try Image(width: 8, height: 6, color: [9, 9, 9]).writeJPEG(to: folder.file("ashtray/\(name).jpg")) }
    try Image(width: 8, height: 6, color: [255]).writePNG(to: folder.file("ashtray/2.png"))
    return folder
  }

  /// HSNet's and DCAMA's loaders of FSS-1000 bring image and mask to the network's square each from its own size, the mask by
  /// `F.interpolate(mode="nearest")`. Right values: torch 2.15.0, of the same 4x3 mask.
  @Test func aMaskOfAnotherSizeIsStretchedByNearest() throws {
    let folder = try folder()
    let stored: [UInt8] = [255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0, 255]
    try Image(width: 4, height: 3, channels: 1, pixels: stored).writePNG(to: folder.file("ashtray/12.png"))
    let dataset = try Datasets.open(DatasetSource(.fss, root: folder.url))
    #expect(dataset.items.map(\.id) == ["ashtray/2", "ashtray/12"])
    #expect(dataset.problems == [DatasetProblem(.maskMissing, "ashtray/3", "3.jpg has no PNG beside it")])
    let problems = try DatasetCheck.problems(of: dataset)
    #expect(problems.map(\.kind) == [.maskMissing, .maskResized] && problems[1].detail == "image 8x6, mask 4x3")
    #expect(DatasetProblem.Kind.maskResized.isNote && !DatasetProblem.Kind.sizesDiffer.isNote)
    let item = dataset.items[1], image = try dataset.image(item), mask = try dataset.mask(item, of: item.classes[0])
    #expect(image.width == 8 && image.height == 6 && mask.width == 8 && mask.height == 6)
    let rows = [[1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 1, 1]]
    #expect(mask.labels.map(Int.init) == rows.flatMap { $0 + $0 })
    #expect(try dataset.storedMask(item, of: item.classes[0]) == LabelMask(width: 4, height: 3, labels: stored.map { $0 == 0 ? 0 : 1 }))
    #expect(try dataset.storedMask(item, of: item.classes[0] + 1).labels.allSatisfy { $0 == 0 })
  }

  /// The square is reached from the mask's own size, not by way of the image's.
  @Test func theNetworkSeesTheMaskFromItsOwnSize() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder.file("screw"), withIntermediateDirectories: true)
    for number in 1...2 {
      try Image(width: 96, height: 80, color: [UInt8(number * 60), 90, 30]).writeJPEG(to: folder.file("screw/\(number).jpg"))
      let pixels = (0..<50 * 37).map { UInt8($0 % 50 * ($0 / 50) % 3 == 0 ? 255 : 0) }
      try Image(width: 50, height: 37, channels: 1, pixels: pixels).writePNG(to: folder.file("screw/\(number).png"))
    }
    let dataset = try Datasets.open(DatasetSource(.fss, root: folder.url))
    let bench = try TinyModels(dataset: dataset), index = dataset.classes[0].index
    let episode = Episode(index: 0, fold: 0, classIndex: index, query: dataset.items[0], supports: [dataset.items[1]])
    let truth = try await bench.workbench.predict(episode).truth
    #expect(truth == (try dataset.storedMask(dataset.items[0], of: index).torchNearest(width: 128, height: 128)))
    #expect(truth != (try dataset.mask(dataset.items[0], of: index).torchNearest(width: 128, height: 128)))
    // A control image is on its image.
    let control = try await bench.workbench.condition(.mask, settings: ConditionSettings(resolution: 64), item: dataset.items[0], classIndex: index)
    #expect(control != nil)
  }

  /// In a folder of one's own nobody published such masks: an error.
  @Test func imageAndMaskOfDifferentSizeAreNamed() throws {
    let folder = try folder()
    for (name, height) in [("2", 6), ("12", 5)] {
      try Image(width: 8, height: height, channels: 1, pixels: (0..<8 * height).map { $0 < 20 ? 0 : 255 }).writePNG(to: folder.file("ashtray/\(name).png"))
    }
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(try DatasetCheck.problems(of: dataset).map(\.kind) == [.maskMissing, .sizesDiffer])
    let item = try #require(dataset.item("ashtray/12"))
    let error = #expect(throws: DataError.self) { try dataset.image(item) }
    for fact in ["12.jpg", "8x6", "12.png", "8x5"] { #expect(error?.message.contains(fact) == true) }
  }
}

@Suite struct PascalDatasetTests {
  private struct Record: Decodable {
    let class_names: [String]
    let pixel_counts: [String: [String: Int]]
  }

  @Test(.enabled(if: Golden.isAvailable)) func masksHoldTheRecordedPixels() throws {
    let root = Golden.data("voc-mini")
    let dataset = try Datasets.open(DatasetSource(.pascal, root: root, split: .all))
    let record = try JSONDecoder().decode(Record.self, from: Data(contentsOf: root.appendingPathComponent("voc-mini.json")))
    #expect(dataset.classes.map(\.name) == Array(record.class_names.dropFirst()))
    #expect(dataset.items.map(\.id) == record.pixel_counts.keys.sorted())
    for item in dataset.items {
      let histogram = try dataset.mask(item).histogram
      let found = Dictionary(
        uniqueKeysWithValues: histogram.enumerated().filter { $0.element > 0 }.map { (String($0.offset), $0.element) })
      #expect(found == record.pixel_counts[item.id], "\(item.id)")
      #expect(item.classes == (1...20).filter { histogram[$0] > 0 })
      #expect(dataset.listedClasses(of: item) == (1...20).filter { histogram[$0] >= 2048 })
      let image = try dataset.image(item)
      #expect(image.width * image.height == histogram.reduce(0, +))
    }
    let inner = try Datasets.open(DatasetSource(.pascal, root: root.appendingPathComponent("VOCdevkit/VOC2012"), split: .all))
    #expect(inner.items == dataset.items)
    #expect(dataset.classes(inFold: 3) == [16, 17, 18, 19, 20])
  }

  /// The palette's index counts, so both mask folders say the same.
  @Test(.enabled(if: Golden.isAvailable)) func paletteImagesGiveTheSameMasks() throws {
    let source = Golden.data("voc-mini/VOCdevkit/VOC2012")
    let folder = try TemporaryFolder()
    for name in ["JPEGImages", "SegmentationClass"] {
      try FileManager.default.createSymbolicLink(at: folder.file(name), withDestinationURL: source.appendingPathComponent(name))
    }
    let palette = try Datasets.open(DatasetSource(.pascal, root: folder.url))
    let grey = try Datasets.open(DatasetSource(.pascal, root: source, split: .all))
    #expect(palette.items == grey.items)
    for item in grey.items { #expect(try palette.mask(item) == grey.mask(item)) }
  }

  @Test func unknownClassesInMasksAreNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["JPEGImages", "SegmentationClassAug"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    try Image(width: 4, height: 4, color: [9, 9, 9]).writeJPEG(to: folder.file("JPEGImages/a.jpg"))
    try Image(width: 4, height: 4, color: [21]).writePNG(to: folder.file("SegmentationClassAug/a.png"))
    let dataset = try Datasets.open(DatasetSource(.pascal, root: folder.url))
    #expect(throws: CoreError.self) { try dataset.mask(dataset.items[0]) }
    #expect(dataset.problems == [DatasetProblem(.unknownLabel, "a", "16 pixels of class 21, there are 1...20")])
  }

  @Test func theSplitsAreThoseOfTheirList() throws {
    let folder = try TemporaryFolder()
    for name in ["JPEGImages", "SegmentationClassAug", "ImageSets/Segmentation"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    for (number, id) in ["2011_000003", "2011_000006", "2011_000025"].enumerated() {
      try Image(width: 4, height: 4, color: [9, 9, 9]).writeJPEG(to: folder.file("JPEGImages/\(id).jpg"))
      try Image(width: 4, height: 4, color: [UInt8(number + 1)]).writePNG(to: folder.file("SegmentationClassAug/\(id).png"))
    }
    try folder.write("2011_000006\n2011_000025\n", to: "ImageSets/Segmentation/val.txt")
    func ids(_ split: DatasetSplit?) throws -> [String] { try Datasets.open(DatasetSource(.pascal, root: folder.url, split: split)).items.map(\.id) }
    #expect(try ids(nil) == ["2011_000006", "2011_000025"])
    #expect(try ids(.val) == ids(nil))
    #expect(try ids(.train) == ["2011_000003"])
    #expect(try ids(.all).count == 3)
    let train = try Datasets.open(DatasetSource(.pascal, root: folder.url, split: .train))
    #expect(train.classes(inFold: 0) == Array(6...20))
  }
}
