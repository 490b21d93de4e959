import Core
import Data
import Foundation
import Render
import TestSupport
import Testing

@Suite struct OwnFolderTests {
  private func mask(_ labels: [UInt8]) -> LabelMask { LabelMask(width: 4, height: 2, labels: labels) }
  private let image = Image(width: 4, height: 2, color: [10, 20, 30])

  @Test func indexMasksAndNames() throws {
    let folder = try TemporaryFolder()
    for name in ["images", "masks"] { try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true) }
    try image.writeJPEG(to: folder.file("images/b.jpeg"))
    try image.writePNG(to: folder.file("images/a.png"))
    try image.writePNG(to: folder.file("images/alone.png"))
    try image.writeJPEG(to: folder.file("images/a.jpg"))
    try mask([0, 1, 1, 2, 255, 0, 0, 0]).writePNG(to: folder.file("masks/a.png"))
    try mask([255, 255, 255, 255, 255, 255, 255, 255]).writePNG(to: folder.file("masks/b.png"))
    try mask([1, 0, 0, 0, 0, 0, 0, 0]).writePNG(to: folder.file("masks/lost.png"))
    try Data("Car\nAfrican elephant\nred_cabbage\n".utf8).write(to: folder.file("names.txt"))
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(dataset.items == [DatasetItem(id: "a", classes: [1, 2]), DatasetItem(id: "b", classes: [])])
    #expect(dataset.folds == 1 && dataset.classes(inFold: 0) == [1, 2, 3])
    // ADE20K's own name, one of FSS-1000's, and one that no table knows: a plaything.
    #expect(dataset.classes.map(\.adeIndex) == [20, 126, 108] && dataset.classes[2].promptName == "red cabbage")
    #expect(try dataset.mask(dataset.items[0]).labels == [0, 1, 1, 2, 255, 0, 0, 0])
    #expect(Set(dataset.problems.map { "\($0.kind) \($0.name)" }) == ["duplicate a", "maskMissing alone", "imageMissing lost", "onlyIgnored b"])
  }

  /// Masks that were saved as JPEG: in a folder of index masks, in one of a class's masks, and beside their images.
  @Test(arguments: [("images/1.jpg", "masks/1.jpg", true), ("images/mug/1.jpg", "masks/mug/1.jpg", false), ("mug/1.jpg", "mug/1_mask.jpg", false)])
  func masksMayBeJPEG(_ image: String, _ mask: String, _ isNamed: Bool) throws {
    let folder = try TemporaryFolder()
    for file in [image, mask] {
      try FileManager.default.createDirectory(at: folder.file(file).deletingLastPathComponent(), withIntermediateDirectories: true)
    }
    try Image(width: 64, height: 32, color: [90, 120, 150]).writeJPEG(to: folder.file(image))
    let object: [UInt8] = (0..<64 * 32).map { (16..<48).contains($0 % 64) && (8..<24).contains($0 / 64) ? 255 : 0 }
    try Image(width: 64, height: 32, channels: 1, pixels: object).writeJPEG(to: folder.file(mask), quality: 95)
    if isNamed { try Data("mug\n".utf8).write(to: folder.file("names.txt")) }
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(dataset.items.count == 1 && dataset.items.first?.classes == [1] && dataset.problems.isEmpty)
    #expect(try dataset.mask(try #require(dataset.items.first)).labels == object.map { $0 == 255 ? 1 : 0 })
  }

  @Test(arguments: [false, true]) func aFolderAClass(isDivided: Bool) throws {
    let folder = try TemporaryFolder()
    let (images, masks) = isDivided ? ("images/", "masks/") : ("", "")
    for name in ["\(images)cat", "\(images)mug", "\(masks)cat", "\(masks)mug"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    try image.writeJPEG(to: folder.file("\(images)cat/1.jpg"))
    try mask([0, 255, 200, 100, 0, 0, 0, 0]).writePNG(to: folder.file("\(masks)cat/1.png"))
    try image.writePNG(to: folder.file("\(images)mug/x.png"))
    try mask([0, 1, 1, 0, 0, 0, 0, 0]).writePNG(to: folder.file("\(masks)mug/x_mask.png"))
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(dataset.items == [DatasetItem(id: "cat/1", classes: [1]), DatasetItem(id: "mug/x", classes: [2])])
    #expect(try dataset.mask(dataset.items[0], of: 1).labels == [0, 1, 1, 0, 0, 0, 0, 0])
    #expect(try dataset.mask(dataset.items[1], of: 2).labels == [0, 1, 1, 0, 0, 0, 0, 0])
    #expect(try dataset.image(dataset.items[1]).channels == 3)
    #expect(try dataset.problems.isEmpty && DatasetCheck.problems(of: dataset) == [])
  }

  @Test func splitsThatADataSetDoesNotHaveAreErrors() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CoreError.self) { try Datasets.open(DatasetSource(.folder, root: folder.url, split: .val)) }
    #expect(throws: CoreError.self) { try Datasets.open(DatasetSource(.pascal, root: folder.url, split: .test)) }
  }

  /// Masks are read once; a mask that changes is read again, the others are not.
  @Test func theCacheFollowsTheMasks() throws {
    let folder = try TemporaryFolder(), cache = try TemporaryFolder()
    for name in ["images", "masks"] { try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true) }
    try Data("one\ntwo\n".utf8).write(to: folder.file("names.txt"))
    for name in ["a", "b"] {
      try image.writeJPEG(to: folder.file("images/\(name).jpg"))
      try mask([0, 1, 0, 0, 0, 0, 0, 0]).writePNG(to: folder.file("masks/\(name).png"))
    }
    func open() throws -> (classes: [[Int]], read: Int) {
      let reads = Reads()
      let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url, cache: cache.url)) { _, _ in reads.note() }
      return (dataset.items.map(\.classes), reads.count)
    }
    #expect(try open() == ([[1], [1]], 2))
    #expect(try open() == ([[1], [1]], 0))
    try mask([0, 2, 2, 0, 0, 0, 0, 1]).writePNG(to: folder.file("masks/b.png"))
    #expect(try open() == ([[1], [1, 2]], 1))
    #expect(throws: CancellationError.self) {
      try Datasets.open(DatasetSource(.folder, root: folder.url)) { _, _ in false }
    }
  }
}

private final class Reads: @unchecked Sendable {
  private let lock = NSLock()
  private var counted = 0

  var count: Int { lock.withLock { counted } }

  func note() -> Bool {
    lock.withLock { counted += 1 }
    return true
  }
}
