import Core
import Data
import Foundation
import Pipeline
import Render
import TestSupport
import Testing

/// Files as Windows and cameras write them: byte order marks, CRLF, endings in capitals.
@Suite struct FileHabitTests {
  private static let mark = "\u{FEFF}"
  private let image = Image(width: 8, height: 6, color: [10, 20, 30])

  private func mask(_ label: UInt8) -> LabelMask { LabelMask(width: 8, height: 6, labels: [UInt8](repeating: 0, count: 24) + [UInt8](repeating: label, count: 24)) }

  private func folders(_ folder: TemporaryFolder, _ names: String...) throws {
    for name in names { try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true) }
  }

  @Test(arguments: ["\u{FEFF}mug\r\ncup\r\n", "mug\r\ncup\r\n\r\n", "mug\rcup"]) func namesAreReadWithoutTheirMark(text: String) throws {
    let folder = try TemporaryFolder()
    try folders(folder, "images", "masks")
    try image.writeJPEG(to: folder.file("images/1.JPG"))
    try mask(1).writePNG(to: folder.file("masks/1.PNG"))
    try folder.write(text, to: "names.txt")
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(dataset.classes.map(\.name) == ["mug", "cup"] && dataset.items == [DatasetItem(id: "1", classes: [1])])
    #expect(dataset.problems.isEmpty)
    #expect(try dataset.image(dataset.items[0]).width == 8)
    // Notepad's "Unicode".
    let units = Array((Self.mark + text.replacingOccurrences(of: Self.mark, with: "")).utf16)
    for isLittle in [true, false] {
      try folder.write(units.flatMap { isLittle ? [UInt8($0 & 255), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 255)] }, to: "names.txt")
      #expect(try Datasets.open(DatasetSource(.folder, root: folder.url)).classes.map(\.name) == ["mug", "cup"])
    }
  }

  @Test func emptyNamesAreNamed() throws {
    let folder = try TemporaryFolder()
    try folders(folder, "images", "masks")
    try folder.write("\u{FEFF}\r\n", to: "names.txt")
    let error = #expect(throws: DataError.self) { try Datasets.open(DatasetSource(.folder, root: folder.url)) }
    #expect(error?.message.contains("names.txt names no class") == true)
  }

  /// Latin-1, Windows-1252 and Shift-JIS: which one it is nobody can tell, and a class would get another name and prompt.
  @Test(arguments: [[0x6D, 0x75, 0x67, 0x0A, 0x63, 0x61, 0x66, 0xE9, 0x0A], [0x83, 0x4A, 0x83, 0x62, 0x83, 0x76, 0x0A]])
  func namesInAnotherEncodingAreRefused(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folders(folder, "images", "masks")
    try image.writeJPEG(to: folder.file("images/1.jpg"))
    try mask(1).writePNG(to: folder.file("masks/1.png"))
    try folder.write(bytes, to: "names.txt")
    let error = #expect(throws: CoreError.self) { try Datasets.open(DatasetSource(.folder, root: folder.url)) }
    #expect(error?.message.contains("names.txt is broken") == true && error?.message.contains("is not UTF-8 text; save the file as UTF-8") == true)
    let list = #expect(throws: CoreError.self) { try SquaresDataset().supports(listedIn: folder.file("names.txt")) }
    #expect(list?.message.contains("is not UTF-8 text") == true)
  }

  /// UTF-16 and UTF-32 without a mark, an odd byte at the end, half a surrogate pair.
  @Test(arguments: [
    Array("m\0u\0g\0".utf8), Array("\0m\0u\0g".utf8), Array("m\0\0\0u\0\0\0".utf8), [0xFF, 0xFE, 0x6D, 0, 0x75],
    [0xFF, 0xFE, 0x00, 0xD8],
  ]) func namesInHalfAnEncodingAreRefused(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folders(folder, "images", "masks")
    try folder.write(bytes, to: "names.txt")
    let error = #expect(throws: CoreError.self) { try Datasets.open(DatasetSource(.folder, root: folder.url)) }
    #expect(error?.message.contains("is not UTF-8 text") == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// Line k names class k: a blank line would move the classes behind it, and nothing tells two of one name apart.
  @Test(arguments: [
    ("cup\n\nmug\n", "line 2 of names.txt is blank"), ("\r\ncup\r\n", "line 1 of names.txt is blank"),
    ("cup\nmug\ncup\n", "names.txt names cup twice"), ("caf\u{E9}\ncafe\u{301}\n", "twice"),
  ]) func namesSayOneClassALine(text: String, reason: String) throws {
    let folder = try TemporaryFolder()
    try folders(folder, "images", "masks")
    try folder.write(text, to: "names.txt")
    let error = #expect(throws: DataError.self) { try Datasets.open(DatasetSource(.folder, root: folder.url)) }
    #expect(error?.message.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func ownFoldersInCapitals() throws {
    let folder = try TemporaryFolder()
    try folders(folder, "Images", "MASKS")
    try image.writeJPEG(to: folder.file("Images/1.jpg"))
    try mask(1).writePNG(to: folder.file("MASKS/1.png"))
    let error = #expect(throws: DataError.self) { try Datasets.open(DatasetSource(.folder, root: folder.url)) }
    #expect(error?.message.contains("Images/ and MASKS/ lack names.txt beside them, whose line k names class k") == true, "\(error.map { "\($0)" } ?? "")")
    try folder.write("mug\n", to: "Names.txt")
    #expect(Datasets.kind(of: folder.url) == .folder)
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(dataset.items == [DatasetItem(id: "1", classes: [1])] && dataset.problems.isEmpty)
    #expect(try DatasetCheck.problems(of: dataset).isEmpty && dataset.image(dataset.items[0]).width == 8)
  }

  @Test func valTxtAndEndingsOfVOC() throws {
    let folder = try TemporaryFolder()
    try folders(folder, "JPEGImages", "SegmentationClass", "ImageSets/Segmentation")
    for (name, jpeg, png) in [("a", "jpg", "PNG"), ("b", "JPG", "png"), ("c", "jpeg", "Png")] {
      try image.writeJPEG(to: folder.file("JPEGImages/\(name).\(jpeg)"))
      try mask(2).writePNG(to: folder.file("SegmentationClass/\(name).\(png)"))
    }
    try folder.write(Self.mark + "a\r\nb\r\n", to: "ImageSets/Segmentation/val.txt")
    let dataset = try Datasets.open(DatasetSource(.pascal, root: folder.url))
    #expect(dataset.items.map(\.id) == ["a", "b"] && dataset.problems.isEmpty)
    #expect(try Datasets.open(DatasetSource(.pascal, root: folder.url, split: .train)).items.map(\.id) == ["c"])
    for item in dataset.items { #expect(try dataset.image(item).width == 8 && dataset.mask(item).labels.contains(2)) }
  }

  @Test func masksInCapitalsBesideTheirImages() throws {
    let folder = try TemporaryFolder()
    try folders(folder, "mug")
    for (jpeg, png) in [("1.jpg", "1.PNG"), ("2.JPG", "2_mask.PNG"), ("3.jpeg", "3.png")] {
      try image.writeJPEG(to: folder.file("mug/\(jpeg)"))
      try mask(255).writePNG(to: folder.file("mug/\(png)"))
    }
    let own = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(own.items.map(\.id) == ["mug/1", "mug/2", "mug/3"] && own.problems.isEmpty)
    #expect(try own.mask(own.items[0], of: 1).labels.count { $0 == 1 } == 24)
    // Only the ending of its name makes FSS-1000's mask one.
    let fss = try Datasets.open(DatasetSource(.fss, root: folder.url, split: .all))
    #expect(fss.items.map(\.id) == ["mug/1", "mug/3"])
    try image.writeJPEG(to: folder.file("mug/1.JPG"))
    #expect(try Datasets.open(DatasetSource(.fss, root: folder.url, split: .all)).problems.contains { $0.kind == .duplicate && $0.name == "mug/1" })
  }

  @Test func cocosImagesAndReadyMasksInCapitals() throws {
    let folder = try COCOFolder.small(segmentations: [(1, [[0.0, 0, 3, 0, 3, 3, 0, 3]])])
    try Image(width: 5, height: 4, color: [9, 9, 9]).writeJPEG(to: folder.url.appendingPathComponent("set/0.JPG"))
    let generated = try folder.open()
    #expect(try generated.image(generated.items[0]).width == 5 && generated.check(generated.items[0]).isEmpty)
    let ready = try TemporaryFolder()
    try folders(ready, "annotations/val2017", "val2017")
    try image.writeJPEG(to: ready.file("val2017/000000000009.JPG"))
    try mask(3).writePNG(to: ready.file("annotations/val2017/000000000009.PNG"))
    let dataset = try Datasets.open(DatasetSource(.coco, root: ready.url))
    #expect(dataset.items == [DatasetItem(id: "val2017/000000000009", classes: [3])])
    #expect(try dataset.image(dataset.items[0]).width == 8)
  }

  /// Every kind of list, with the mark and without it.
  @Test func listsAreReadWithoutTheirMark() throws {
    let folder = try TemporaryFolder(), file = folder.file("list")
    for text in ["square-1__02\r\nsquare-4__01\r\n", "{3: [('d/square-2.jpg', 'm')], 1: []}", "square-3\r\nsquare-9\r\n", "a/square-3.jpg m.png\r\n"] {
      let supports = try [text, Self.mark + text].map { text in
        try folder.write(text, to: "list")
        return try SquaresDataset().supports(listedIn: file)
      }
      #expect(supports[0] == supports[1] && !supports[0].isEmpty, "\(text)")
    }
    let list = try EpisodeList(SquaresDataset(), fold: 0, draw: EpisodeDraw(), count: 3)
    try list.write(to: file)
    try Data([0xEF, 0xBB, 0xBF] + Data(contentsOf: file)).write(to: file)
    #expect(try EpisodeList(file, for: SquaresDataset()) == list)
    try folder.write(Self.mark + "threads = 2\r\n", to: "config.toml")
    #expect(try UserSettings(file: folder.file("config.toml")).threads == 2)
  }
}
