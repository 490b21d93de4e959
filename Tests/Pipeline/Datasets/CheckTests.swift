import Data
import Foundation
import Render
import TestSupport
import Testing

/// What `dataset info` finds in files that nobody has used yet.
@Suite struct CheckTests {
  /// 48x32 as stored, with an EXIF orientation.
  private func photograph(_ orientation: UInt8 = 1) throws -> Data {
    let file = try Image(width: 48, height: 32, channels: 3, pixels: (0..<48 * 32 * 3).map { UInt8($0 * 7 % 251) }).jpegData()
    let exif = Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
    return Data(file[..<20]) + Data([0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif) + Data(file[20...])
  }

  private func voc(_ image: Data, _ width: Int, _ height: Int) throws -> (folder: TemporaryFolder, dataset: any Dataset) {
    let folder = try TemporaryFolder()
    for name in ["JPEGImages", "SegmentationClass"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    try image.write(to: folder.file("JPEGImages/a.jpg"))
    try LabelMask(width: width, height: height, labels: [UInt8](repeating: 2, count: width * height)).writePNG(
      to: folder.file("SegmentationClass/a.png"))
    return (folder, try Datasets.open(DatasetSource(.pascal, root: folder.url)))
  }

  @Test func halfAnImageIsFound() throws {
    let whole = try photograph()
    let good = try voc(whole, 48, 32)
    #expect(try DatasetCheck.problems(of: good.dataset).isEmpty)
    // Cameras put more behind the image's end: it can be read, so nothing is wrong.
    let longer = try voc(whole + Data("more of the camera's".utf8), 48, 32)
    #expect(try DatasetCheck.problems(of: longer.dataset).isEmpty)
    let png = try Image(width: 48, height: 32, color: [9, 9, 9]).pngData() + Array("sixteen letters.".utf8)
    let behind = try voc(Data(png), 48, 32)
    #expect(try DatasetCheck.problems(of: behind.dataset).isEmpty && behind.dataset.image(behind.dataset.items[0]).width == 48)
    for part in [whole.count / 2, whole.count * 9 / 10, whole.count - 2] {
      let (folder, cut) = try voc(whole.prefix(part), 48, 32)
      defer { withExtendedLifetime(folder) {} }
      let problems = try DatasetCheck.problems(of: cut)
      // What the decoder can make up for is no fault, the same as when the image is used.
      let isRead = (try? cut.image(cut.items[0])) != nil
      #expect(problems.map(\.kind) == (isRead ? [] : [.imageUnreadable]), "\(part): \(problems)")
      #expect(part > whole.count / 2 || !isRead)
    }
  }

  @Test func halfAnImageOfCOCOAndOfAnOwnFolder() throws {
    let coco = try COCOFolder.small(segmentations: [(1, [[0.0, 0, 3, 0, 3, 3, 0, 3]])], fileName: "0.png")
    let png = try Image(width: 5, height: 4, color: [9, 9, 9]).pngData()
    try Data(png.dropLast(20)).write(to: coco.url.appendingPathComponent("set/0.png"))
    #expect(try DatasetCheck.problems(of: coco.open()).map(\.kind) == [.imageUnreadable])
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder.file("mug"), withIntermediateDirectories: true)
    try photograph().dropLast(400).write(to: folder.file("mug/1.jpg"))
    try LabelMask(width: 48, height: 32, labels: [0] + [UInt8](repeating: 255, count: 48 * 32 - 1)).writePNG(
      to: folder.file("mug/1_mask.png"))
    let own = try Datasets.open(DatasetSource(.folder, root: folder.url))
    #expect(try DatasetCheck.problems(of: own).map(\.kind) == [.imageUnreadable])
  }

  /// An image that is on its side: OpenCV's readers (BAM, HDMNet) turn it, Pillow's (HSNet, DCAMA) do not, and one of them misses the mask.
  @Test(arguments: [UInt8(6), 8, 5]) func imagesThatSomeLoadersTurn(orientation: UInt8) throws {
    let lying = try voc(photograph(orientation), 32, 48), standing = try voc(photograph(orientation), 48, 32)
    let (upright, stored) = (lying.dataset, standing.dataset)
    defer { withExtendedLifetime((lying, standing)) {} }
    let one = try #require(try DatasetCheck.problems(of: upright).first), other = try #require(try DatasetCheck.problems(of: stored).first)
    #expect(
      one.kind == .turnsDiffer && one.detail.contains("48x32, 32x48 as its EXIF data turns it")
        && one.detail.hasSuffix("fails with hsnet and dcama"), "\(one)")
    #expect(other.kind == .turnsDiffer && other.detail.hasSuffix("fails with bam and hdmnet"), "\(other)")
    // As evaluations find it.
    for (dataset, failing) in [(upright, OrientationRule.ignore), (stored, .obey)] {
      for rule in [OrientationRule.ignore, .obey] {
        #expect((try? dataset.image(dataset.items[0], orientation: rule)) == nil || rule != failing)
        #expect((try? dataset.image(dataset.items[0], orientation: rule)) != nil || rule == failing)
      }
    }
    // Half a turn leaves the size, and every loader reads the image.
    let half = try voc(photograph(3), 48, 32)
    #expect(try DatasetCheck.problems(of: half.dataset).isEmpty)
  }
}
