import Data
import Foundation
import Render
import TestSupport
import Testing

/// FNV-1a, 64 bits.
private func fingerprint(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

@Suite struct DemoDatasetTests {
  /// The committed weights were trained on these very images: a changed byte means that they must be trained again.
  @Test(arguments: [
    (0, 0, 0xF64E_9CF5_5388_F0E0, 0x85CC_65CE_D73C_CE02),
    (0, 413, 0xE876_DC20_7475_B012, 0x2162_56F5_3FC1_5D75),
    (1, 19_999, 0xC82E_849E_BB8B_B3F4, 0xDDAC_BCBD_FADA_CDA5),
  ] as [(UInt64, Int, UInt64, UInt64)])
  func drawsTheSameBytes(seed: UInt64, index: Int, image: UInt64, mask: UInt64) {
    let scene = DemoScene.draw(seed: seed, index: index)
    #expect(fingerprint(scene.image.pixels) == image)
    #expect(fingerprint(scene.mask.labels) == mask)
  }

  @Test func tableSaysWhatTheScenesHold() throws {
    let dataset = try DemoDataset()
    #expect(dataset.items.count == 800)
    for item in dataset.items.enumerated().filter({ $0.offset % 7 == 0 }).map(\.element) {
      let mask = try dataset.mask(item)
      #expect(DemoDataset.classesPresent(mask) == item.classes, "\(item.id)")
      #expect(mask.histogram.indices.allSatisfy { $0 <= 20 || mask.histogram[$0] == 0 })
    }
  }

  @Test func everyClassHasEnoughScenes() throws {
    let dataset = try DemoDataset()
    #expect(dataset.classes.map(\.index) == Array(1...20))
    for index in 1...20 {
      #expect(dataset.items.filter { $0.classes.contains(index) }.count >= 40, "class \(index)")
    }
    #expect(dataset.items.allSatisfy { (1...3).contains($0.classes.count) })
    #expect((0..<4).flatMap(dataset.classes(inFold:)) == Array(1...20))
    #expect(dataset.classes(inFold: 4).isEmpty)
  }

  /// Every class alone: how much of the image it covers on average.
  @Test func classesAreOfUsefulSize() {
    var area = [Int](repeating: 0, count: 21)
    var seen = [Int](repeating: 0, count: 21)
    for index in 0..<200 {
      let histogram = DemoScene.draw(seed: 5, index: index).mask.histogram
      for label in 1...20 where histogram[label] > 0 {
        area[label] += histogram[label]
        seen[label] += 1
      }
    }
    for label in 1...20 {
      let share = Double(area[label]) / Double(max(seen[label], 1) * DemoScene.side * DemoScene.side)
      #expect((0.03...0.35).contains(share), "class \(label): \(share)")
    }
  }

  @Test func neighboursDiffer() {
    let images = Set((0..<40).map { DemoScene.draw(seed: 3, index: $0).image } + [DemoScene.draw(seed: 4, index: 0).image])
    #expect(images.count == 41)
  }

  @Test func unknownItemsAreRefused() throws {
    let dataset = try DemoDataset()
    for id in ["", "scene-", "scene-99999", "scene-0", "scene--0001", "../scene-00000"] {
      #expect(throws: DataError.unknownItem(id: id, dataset: "demo")) {
        try dataset.image(DatasetItem(id: id, classes: []))
      }
    }
  }

  @Test func exportHoldsTheDrawnBytes() throws {
    let folder = try TemporaryFolder()
    #expect(try DemoExport.write(seed: 9, count: 3, to: folder.url))
    let images = [UInt8](try Data(contentsOf: folder.file("images.npy")))
    let masks = [UInt8](try Data(contentsOf: folder.file("masks.npy")))
    let size = DemoScene.side * DemoScene.side
    #expect(String(decoding: images[10..<128], as: UTF8.self).contains("'shape': (3, 128, 128, 3), }"))
    #expect(images.count == 128 + 3 * size * 3 && masks.count == 128 + 3 * size)
    let scene = DemoScene.draw(seed: 9, index: 2)
    #expect(Array(images.suffix(size * 3)) == scene.image.pixels)
    #expect(Array(masks.suffix(size)) == scene.mask.labels)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["images.npy", "items.json", "masks.npy"])
  }

  @Test func stoppedExportLeavesNothing() throws {
    let folder = try TemporaryFolder()
    #expect(try !DemoExport.write(seed: 9, count: 3, to: folder.url) { $0 < 2 })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  /// In scene 78 a car hides part of a tree: objects keep their place under every look, and only what the mask shows of them is there.
  @Test func redrawnSupportsKeepTheirMask() {
    let index = 78
    let mask = DemoScene.draw(seed: 0, index: index).mask
    for label in Set(mask.labels.filter { $0 > 0 }) {
      let looks = (0..<24).map { DemoScene.redraw(seed: 0, index: index, label: label, number: $0) }
      #expect(Set(looks).count == looks.count)
      #expect(looks[3] == DemoScene.redraw(seed: 0, index: index, label: label, number: 3))
      // Over many looks the steps between neighbours are largest where the object's outline is.
      let inside = outlineSteps(looks, mask, label)
      #expect(inside.outline > 1.5 * inside.elsewhere, "class \(label): \(inside)")
    }
  }

  /// Mean difference of horizontal neighbours, by whether the mask's outline runs between them.
  private func outlineSteps(_ looks: [Image], _ mask: LabelMask, _ label: UInt8) -> (outline: Double, elsewhere: Double) {
    var sums = (outline: (0.0, 0), elsewhere: (0.0, 0))
    for image in looks {
      for y in 0..<image.height {
        for x in 1..<image.width {
          let at = y * image.width + x
          let step = (0..<3).reduce(0) { $0 + abs(Int(image.pixels[3 * at + $1]) - Int(image.pixels[3 * at - 3 + $1])) }
          if (mask.labels[at] == label) != (mask.labels[at - 1] == label) {
            sums.outline = (sums.outline.0 + Double(step), sums.outline.1 + 1)
          } else {
            sums.elsewhere = (sums.elsewhere.0 + Double(step), sums.elsewhere.1 + 1)
          }
        }
      }
    }
    return (sums.outline.0 / Double(sums.outline.1), sums.elsewhere.0 / Double(sums.elsewhere.1))
  }
}
