import Core
import Data
import Foundation
import Generation
import Pipeline
import Render
import TestSupport
import Testing

/// Images and masks of the user's own, as files people have.
@Suite struct OwnImageTests {
  /// Masks of 8x4 pixels with an object of 4x2 at (2, 1), written by Pillow 13.0.0.
  private static let files = [
    "white on black": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAAAAACWpiEsAAAAGElEQVR42mNggAJGBob/DAwMjAxMDOgAABhfAQToGECEAAAAAElFTkSuQmCC",
    "one bit": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAEAQAAAACbtkNdAAAAEElEQVR42mNgYLBhYmBgAAABPAA/vIVxEgAAAABJRU5ErkJggg==",
    "sixteen bits": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAEEAAAAADGNv1vAAAAG0lEQVR42mNgQAOMDAwMDP//QzmMDAxMDIQAAFurAgQ+f6pWAAAAAElFTkSuQmCC",
    "white where opaque": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAQAAAAZxLZ7AAAAH0lEQVR42mP8z4AKWBgYGBgYYKKMDAxMaAoYGNG1AACBTgMHhtl9ZAAAAABJRU5ErkJggg==",
    "black where opaque": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAYAAACzzX7wAAAAFUlEQVR42mNgIAAYkdj/sckxMVAKAFhbAQR+e457AAAAAElFTkSuQmCC",
    "white, soft alpha": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAYAAACzzX7wAAAAIklEQVR42mP8//9/CgMewILERlc4h4GBgYGJgQBgQdeBDgAUQAUJvKvpCQAAAABJRU5ErkJggg==",
    "opaque RGBA": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAYAAACzzX7wAAAAJklEQVR42mNkYGD4z4AHsMAY//+jqmNkZGRgYGBgYGIgABgJWQEAqnsFB9sT/tgAAAAASUVORK5CYII=",
    "white on black, a transparent row": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAYAAACzzX7wAAAAKUlEQVR42oXMMQ7AIBDEwNl09/8HL10kCmBaS87MuAkKbfeQgM/DfzhZlikFHwedPwoAAAAASUVORK5CYII=",
    "palette, white first": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAEAQMAAACJA+yzAAAABlBMVEX///8AAABVwtN+AAAAEElEQVR42mP4z3SEiYHhPwAL6ALHcAuYzwAAAABJRU5ErkJggg==",
    "red on black": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAIAAAA8r+mnAAAAG0lEQVR42mNgwAEYIdQJJCELBgYGBgYmBlIBAEJzAQQPgC3jAAAAAElFTkSuQmCC",
  ]
  private static let threeColours = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAIAAAA8r+mnAAAAHElEQVR42mNgOMGAFTBCKGRZCwYGBgYGJgZSAQCPAwHMYAtIRgAAAABJRU5ErkJggg=="
  /// 3 in the object but for a pixel of 5, all around transparent.
  private static let labels = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAQAAAAZxLZ7AAAAIUlEQVR42n3BMQ4AIAgEsGLC/1/sye5Ay6egX8AtDsRiAJyVBAJ1+pJpAAAAAElFTkSuQmCC"

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Image(width: 8, height: 4, color: [90, 120, 150]).writePNG(to: folder.file("image.png"))
  }

  private static let object: [UInt8] = (0..<32).map { (2..<6).contains($0 % 8) && (1..<3).contains($0 / 8) ? 1 : 0 }

  private func write(_ base64: String) throws { try folder.write(Array(try #require(Data(base64Encoded: base64))), to: "mask.png") }

  private func mask(_ classIndex: Int, of kind: DatasetKind = .coco) throws -> [UInt8] {
    try OwnImage(image: folder.file("image.png"), mask: folder.file("mask.png"), info: OwnClass(classIndex, of: kind)).mask.labels
  }

  private func error(_ classIndex: Int, of kind: DatasetKind = .coco) -> DataError? {
    do { return try mask(classIndex, of: kind) == [] ? nil : nil } catch { return error as? DataError }
  }

  @Test(arguments: files.keys.sorted(), [1, 17, 255])
  func whatCanOnlyBeOneObjectIsIt(name: String, classIndex: Int) throws {
    try write(try #require(Self.files[name]))
    #expect(try mask(classIndex) == Self.object)
    #expect(try mask(classIndex, of: .fss) == Self.object)
  }

  /// White that fades into black over few or many pixels is white from the middle on; flat areas of labels stay labels.
  @Test(arguments: [(2.0, 3), (2, 255), (6, 255), (14, 255)]) func aSoftEdgeIsCutInTheMiddle(fade: Double, steps: Int) throws {
    func level(_ place: Int) -> UInt8 {
      let x = Double(place % 96) - 47.5, y = Double(place / 96) - 31.5, distance = (x * x + y * y).squareRoot()
      let light = min(max((20 + fade / 2 - distance) / fade, 0), 1)
      return UInt8((light * Double(steps)).rounded() / Double(steps) * 255)
    }
    let pixels = (0..<96 * 64).map(level)
    try Image(width: 96, height: 64, color: [90, 120, 150]).writePNG(to: folder.file("image.png"))
    try Image(width: 96, height: 64, channels: 1, pixels: pixels).writePNG(to: folder.file("mask.png"))
    #expect(try mask(1) == pixels.map { $0 >= 128 ? 1 : 0 })
    let areas: [UInt8] = (0..<96 * 64).map { $0 % 96 < 30 ? 0 : $0 % 96 < 60 ? 1 : $0 % 96 < 62 ? 255 : 2 }
    try Image(width: 96, height: 64, channels: 1, pixels: areas).writePNG(to: folder.file("mask.png"))
    #expect(try mask(1) == areas.map { $0 == 1 ? 1 : $0 == 255 ? 255 : 0 })
  }

  @Test func aJPEGMaskIsBlackAndWhite() throws {
    var mask = Image(width: 64, height: 32, color: [0])
    for y in 8..<24 { for x in 16..<48 { mask[x, y, 0] = 255 } }
    try Image(width: 64, height: 32, color: [90, 120, 150]).writePNG(to: folder.file("image.png"))
    for quality in [50, 75, 95] {
      try mask.rgb.writeJPEG(to: folder.file("mask.png"), quality: quality)
      #expect(try self.mask(7) == mask.pixels.map { $0 == 255 ? 1 : 0 })
    }
    // A class index does not survive compression.
    try Image(width: 64, height: 32, channels: 1, pixels: mask.pixels.map { $0 / 255 * 3 }).writeJPEG(to: folder.file("mask.png"))
    #expect(error(3)?.message.contains("0...3, are not black and white") == true)
  }

  @Test func softEdgesAreCutInTheMiddle() throws {
    try Image(width: 100, height: 100, color: [9, 9, 9]).writePNG(to: folder.file("image.png"))
    // A slope of 60 values between black and white, 3 pixels each: 1 among them, which no index mask would mean.
    var values = [UInt8](repeating: 0, count: 10_000)
    for pixel in 5000..<10_000 { values[pixel] = 255 }
    for step in 0..<60 { for copy in 0..<3 { values[4900 + step * 3 + copy] = UInt8(1 + step * 4) } }
    try Image(width: 100, height: 100, channels: 1, pixels: values).writePNG(to: folder.file("mask.png"))
    #expect(try mask(1) == values.map { $0 >= 128 ? 1 : 0 })
  }

  @Test func softEdgesInColourAreBlackAndWhite() throws {
    // As in FSS-1000's masks: channels a few values apart, grey only where the object ends.
    try Image(width: 64, height: 64, color: [9, 9, 9]).writePNG(to: folder.file("image.png"))
    func pixels(spread: Int) -> [UInt8] {
      (0..<64 * 64).flatMap { place -> [UInt8] in
        let x = place % 64, y = place / 64, light = x < 30 ? 0 : x > 33 ? 255 : 51 * (x - 29)
        return [0, spread * (1 + y % 3), spread * (y % 5)].map { UInt8(max(0, light == 0 || light == 255 ? light : light - $0)) }
      }
    }
    let soft = Image(width: 64, height: 64, channels: 3, pixels: pixels(spread: 5))
    try soft.writePNG(to: folder.file("mask.png"))
    #expect(try mask(1) == (0..<64 * 64).map { $0 % 64 >= 32 ? 1 : 0 })
    #expect(try mask(370, of: .fss).count { $0 == 1 } == 64 * 32)
    // Colours that differ more are a photograph's.
    try Image(width: 64, height: 64, channels: 3, pixels: pixels(spread: 20)).writePNG(to: folder.file("mask.png"))
    #expect(error(1)?.message.contains("colours, like a photograph") == true)
  }

  @Test func classIndicesCount() throws {
    let labels = Self.object.enumerated().map { $0.offset == 0 ? UInt8(255) : $0.element * 7 }
    try LabelMask(width: 8, height: 4, labels: labels).writePNG(to: folder.file("mask.png"))
    #expect(try mask(7) == labels.map { $0 == 7 ? 1 : $0 })
    #expect(error(1)?.message.contains("class 1 is not in the mask") == true && error(1)?.hint == "classes in it: 7")
    try write(Self.labels)
    #expect(try mask(3).filter { $0 == 1 }.count == 7 && mask(5).filter { $0 == 1 }.count == 1)
    #expect(error(1) == .classAbsent(index: 1, name: folder.file("mask.png").path, present: [3, 5]))
    try Image(width: 8, height: 4, channels: 1, pixels: Self.object).writePNG(to: folder.file("mask.png"))
    #expect(try mask(1) == Self.object)
    #expect(error(17) == .classAbsent(index: 17, name: folder.file("mask.png").path, present: [1]))
    #expect(try mask(1000, of: .fss) == Self.object)
  }

  @Test func whatNobodyCanTellIsSaid() throws {
    try write(Self.threeColours)
    #expect(error(1)?.message.hasSuffix("its colours are (0, 0, 0), (0, 200, 0), (200, 0, 0)") == true)
    try Image(width: 8, height: 4, color: [0]).writePNG(to: folder.file("mask.png"))
    #expect(error(1) == .emptyMask(name: folder.file("mask.png").path))
    try Image(width: 8, height: 4, color: [255]).writePNG(to: folder.file("mask.png"))
    #expect(error(1)?.message.hasSuffix("every pixel is 255") == true)
    var noise = Mutations(seed: 4)
    try Image(width: 64, height: 64, channels: 3, pixels: (0..<64 * 64 * 3).map { _ in UInt8(noise.below(256)) }).writePNG(to: folder.file("mask.png"))
    try Image(width: 64, height: 64, color: [9, 9, 9]).writePNG(to: folder.file("image.png"))
    #expect(error(1)?.message.contains("colours, like a photograph") == true)
  }

  // MARK: Orientation

  /// A JPEG file with an EXIF orientation: 16x8 stored, its left half red.
  private func photograph(_ orientation: UInt8, width: Int = 16, height: Int = 8) throws -> [UInt8] {
    var shown = Image(width: width, height: height, color: [0, 0, 0])
    for y in 0..<height { for x in 0..<width / 2 { shown[x, y, 0] = 255 } }
    let file = try shown.jpegData(), exif = Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
    return Array(file[..<20]) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + file[20...]
  }

  private func read(_ width: Int, _ height: Int, _ rule: OrientationRule) throws -> OwnImage {
    try LabelMask(width: width, height: height, labels: [UInt8](repeating: 1, count: width * height)).writePNG(to: folder.file("mask.png"))
    return try OwnImage(image: folder.file("photo.jpg"), mask: folder.file("mask.png"), info: OwnClass(1, of: .coco), orientation: rule)
  }

  /// Where the red half is.
  private func isRed(_ shown: OwnImage, _ x: Int, _ y: Int) -> Bool { shown.image[x, y, 0] > 128 }

  @Test func anImageIsTurnedWhenItsMaskSaysSo() throws {
    try folder.write(photograph(6), to: "photo.jpg")
    // Orientation 6 is turned by 90 degrees clockwise: what was left is on top.
    let turned = try read(8, 16, .auto)
    #expect([turned.image.width, turned.image.height] == [8, 16] && isRed(turned, 4, 2) && !isRed(turned, 4, 13))
    #expect(turned.note == "photo.jpg is turned by 90 degrees: as its EXIF data and its mask say")
    let stored = try read(16, 8, .auto)
    #expect([stored.image.width, stored.image.height] == [16, 8] && isRed(stored, 2, 4) && !isRed(stored, 13, 4))
    #expect(stored.note == "photo.jpg is taken as stored: its mask is of that size, its EXIF data (turned by 90 degrees) is ignored")
    #expect(try read(8, 16, .obey).image == turned.image && read(16, 8, .ignore).image == stored.image)
    #expect(throws: DataError.self) { try read(16, 8, .obey) }
    #expect(throws: DataError.self) { try read(8, 16, .ignore) }
    do { _ = try read(9, 9, .auto) } catch let error as DataError {
      #expect(error.message.contains("photo.jpg is 8x16, turned as its EXIF data says, but its mask") && error.message.hasSuffix("is 9x9"))
    }
    try folder.write(photograph(1), to: "photo.jpg")
    #expect(try read(16, 8, .auto).note == nil)
  }

  @Test func whereBothFitItIsTurned() throws {
    for (orientation, side) in [(UInt8(3), (16, 8)), (6, (8, 8)), (2, (16, 8))] {
      try folder.write(photograph(orientation, width: side.0, height: side.1), to: "photo.jpg")
      let turned = try read(side.0, side.1, .auto), stored = try read(side.0, side.1, .ignore), obeyed = try read(side.0, side.1, .obey)
      #expect(turned.image != stored.image && turned.image == obeyed.image)
      #expect(turned.note?.contains("--orientation ignore") == true)
      #expect(isRed(stored, 1, 4) && !isRed(stored, side.0 - 2, 4))
    }
  }

  @Test func ownFoldersAndImportsFollowTheMask() async throws {
    for name in ["images", "masks"] { try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true) }
    for name in ["lying", "upright"] { try folder.write(photograph(8), to: "images/\(name).jpg") }
    try LabelMask(width: 16, height: 8, labels: [UInt8](repeating: 1, count: 128)).writePNG(to: folder.file("masks/lying.png"))
    // One class: black and white is enough.
    try LabelMask(width: 8, height: 16, labels: (0..<128).map { $0 < 64 ? 255 : 0 }).writePNG(to: folder.file("masks/upright.png"))
    try folder.write("cup\n", to: "names.txt")
    let dataset = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(dataset.items == [DatasetItem(id: "lying", classes: [1]), DatasetItem(id: "upright", classes: [1])])
    #expect(try dataset.items.map { try dataset.image($0).width } == [16, 8])
    #expect(dataset.items.map { dataset.turn(of: $0) } == [.upright, .threeQuarters])
    #expect(try dataset.mask(dataset.items[1], of: 1).labels.prefix(65).last == 0 && dataset.mask(dataset.items[1], of: 1).labels[63] == 1)
    #expect(try DatasetCheck.problems(of: dataset).isEmpty)
    // A network's loader has no say in images of one's own.
    #expect(try dataset.image(dataset.items[1], orientation: .ignore).width == 8)
    let told = try Datasets.open(DatasetSource(.folder, root: folder.url, orientation: .ignore))
    #expect(throws: DataError.self) { try told.image(told.items[1]) }
    #expect(try DatasetCheck.problems(of: told).map(\.kind) == [.sizesDiffer])

    let store = try Store(folder: folder.file("data"))
    let workbench = Workbench(dataset: SquaresDataset(), models: ModelLibrary(searchesHub: false, environment: [:]), store: store)
    let change = try await workbench.importImage(
      image: folder.file("images/upright.jpg"), mask: folder.file("masks/upright.png"), into: .index(1))
    let item = try #require(change.after).item
    #expect(try await workbench.image(item).height == 16)
    #expect(try await workbench.turn(of: item) == .threeQuarters)
    #expect(try await workbench.mask(item, of: 1).labels.count { $0 == 1 } == 64)
  }

  /// BAM and HDMNet read by OpenCV, which obeys; HSNet and DCAMA by Pillow, which does not.
  @Test func publishedImagesAreReadAsEachLoaderReads() throws {
    let classFolder = folder.file("ab_wheel")
    try FileManager.default.createDirectory(at: classFolder, withIntermediateDirectories: true)
    try Data(photograph(6, width: 8, height: 8)).write(to: classFolder.appendingPathComponent("1.jpg"))
    try LabelMask(width: 8, height: 8, labels: (0..<64).map { $0 < 32 ? 255 : 0 }).writePNG(to: classFolder.appendingPathComponent("1.png"))
    let dataset = try Datasets.open(DatasetSource(.fss, root: folder.url, split: .all)), item = dataset.items[0]
    let stored = try dataset.image(item, orientation: .ignore), turned = try dataset.image(item, orientation: .obey)
    #expect(stored[1, 6, 0] > 128 && turned[1, 6, 0] < 128 && turned[6, 1, 0] > 128)
    #expect(try dataset.image(item) == turned)
    #expect(dataset.turn(of: item) == nil)
  }

  @Test func anOldSourceSaysNothingOfOrientation() throws {
    let source = DatasetSource(.folder, root: URL(fileURLWithPath: "/a"))
    #expect(try CanonicalJSON.text(source) == #"{"kind":"folder","readsMasksAsPublished":false,"root":"file:///a"}"#)
    #expect(try JSONDecoder().decode(DatasetSource.self, from: CanonicalJSON.data(source)) == source)
  }

  // MARK: Classes

  @Test func classesHaveColoursAndNames() throws {
    #expect(try OwnClass(17, of: .coco).colour() == 126 && OwnClass(17, of: .coco, ade: 3).colour() == 3)
    #expect(try OwnClass(1, of: .fss).named().name == "fountain" && OwnClass(1000, of: .fss).named().index == 1000)
    #expect(try OwnClass(9, of: .folder).colour() == 108)
    #expect(throws: DataError.namelessClass(index: 9)) { try OwnClass(9, of: .folder).named() }
    #expect(throws: DataError.unknownClass(index: 81, dataset: "coco", count: 80)) { try OwnClass(81, of: .coco).colour() }
    #expect(throws: DataError.unknownClass(index: 1001, dataset: "fss", count: 1000)) { try OwnClass(1001, of: .fss).named() }
    // A name of one's own, with the colour of what is called so anywhere.
    let cat = try OwnClass(nil, of: .coco, named: "cat"), pot = try OwnClass(9, of: .folder, named: "tea pot")
    #expect(try cat.named().promptName == "cat" && cat.colour() == OwnClass(16, of: .coco).colour() && cat.label == nil)
    #expect(try pot.named().name == "tea pot" && pot.colour() == 108 && pot.label == 9)
    #expect(try OwnClass(nil, of: .coco, named: "cat", ade: 3).colour() == 3)
    #expect(try OwnClass(81, of: .coco).prompt(Prompts(), template: "a thing") == "a thing")
    #expect(throws: DataError.self) { try OwnClass(81, of: .coco).prompt(Prompts(), template: "a {name}") }
  }
}
