import Core
import Data
import Foundation
import Generation
import Models
import Pipeline
import Render
import TestSupport
import Testing

/// One item of the goldens at one resolution.
struct ConditionCase: Sendable, CustomTestStringConvertible {
  struct Item: Decodable {
    struct Size: Decodable { let hw: [Int], interp: String }
    let id: String, fg_class: Int, class_name: String, ade_index: Int, prompt: String, image_hw: [Int]
    let resolutions: [String: Size]
  }

  let item: String
  let resolution: Int

  var testDescription: String { "\(item) at \(resolution)" }

  /// Listed here so that the tests have names without the folder.
  static let all = [
    "coco_000000000009", "coco_000000000025", "coco_000000000086", "coco_000000000394", "fss_eiffel_tower_3", "fss_african_elephant_5",
  ].flatMap { item in [512, 256].map { ConditionCase(item: item, resolution: $0) } }

  func facts() throws -> Item {
    let items = try JSONDecoder().decode([Item].self, from: Data(contentsOf: Golden.url("conditions/conditions.json")))
    return try #require(items.first { $0.id == item })
  }

  func image(_ name: String) throws -> Image { try Image(pngOrJpeg: Golden.url("conditions/\(item)/\(name).png")) }

  func stage(_ name: String) throws -> Image { try image("r\(resolution)/\(name)") }

  func make(_ type: ConditionType, detector: (any EdgeDetector)? = nil) throws -> ControlImage {
    let facts = try facts(), image = try image("input")
    let mask = try LabelMask(png: Golden.url("conditions/\(item)/mask.png"))
    let maker = try ConditionMaker(
      type, settings: ConditionSettings(resolution: resolution), palette: Palette(), detector: detector)
    return try maker.make(
      image: image, mask: mask.binary(of: facts.fg_class, keepIgnore: true), adeIndex: facts.ade_index)
  }
}

/// How many bytes differ, and by how much at most.
private func difference(_ left: Image, _ right: Image) -> (share: Double, largest: Int) {
  guard left.pixels.count == right.pixels.count else { return (1, 255) }
  var count = 0, largest = 0
  for (a, b) in zip(left.pixels, right.pixels) where a != b {
    count += 1
    largest = max(largest, abs(Int(a) - Int(b)))
  }
  return (Double(count) / Double(left.pixels.count), largest)
}

@Suite struct ConditionTests {
  @Test(.enabled(if: Golden.isAvailable), arguments: ConditionCase.all)
  func maskConditionAndItsStages(item: ConditionCase) throws {
    let facts = try item.facts(), control = try item.make(.mask)
    let expected = try #require(facts.resolutions["\(item.resolution)"])
    let rule = try SizeRule(width: facts.image_hw[1], height: facts.image_hw[0], resolution: item.resolution)
    #expect([rule.height, rule.width] == expected.hw)
    #expect(rule.method.rawValue == expected.interp)
    let resized = difference(try #require(control.stage(.resized)), try item.stage("resized"))
    #expect(resized.share <= 0.005 && resized.largest <= 1)
    #expect(control.stage(.mask)?.pixels == (try item.stage("fgmask")).pixels)
    #expect(control.image == (try item.stage("seg_control")).rgb)
    let info = ClassInfo(index: facts.fg_class, name: facts.class_name, promptName: facts.class_name, adeIndex: facts.ade_index)
    #expect(try Prompts().positive(info) == facts.prompt)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: ConditionCase.all, ["hedtiny", "pidinet"])
  func softEdgesAndScribblesFromTheGivenImage(item: ConditionCase, name: String) throws {
    let detector = try Self.detector(name)
    let edges = try ConditionMaker.edges(item.stage("resized").rgb, detector: detector)
    let raw = difference(edges, try item.stage("edge_\(name)"))
    #expect(raw.share <= 0.0005 && raw.largest <= 1, "edges: \(raw)")
    let mask = try LabelMask(png: Golden.url("conditions/\(item.item)/r\(item.resolution)/fgmask.png"))
    let dilated = mask.dilated(by: .ellipse(width: 14, height: 14))
    #expect(dilated.labels == (try item.stage("dilated")).pixels)
    let masked = edges.multiplied(by: dilated), soft = difference(masked.rgb, try item.stage("hed_control_\(name)").rgb)
    #expect(soft.share <= 0.0005 && soft.largest <= 1, "masked: \(soft)")
    let strokes = try ConditionMaker.strokes(masked, ConditionSettings(resolution: item.resolution))
    #expect(difference(strokes.rgb, try item.stage("scribble_control_\(name)").rgb).share <= 0.0005)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: ConditionCase.all)
  func theWholeChainFromTheImage(item: ConditionCase) throws {
    let detector = try Self.detector("hedtiny")
    for (type, file) in [(ConditionType.hed, "hed_control_hedtiny"), (.scribble, "scribble_control_hedtiny")] {
      let expected = try item.stage(file).rgb
      guard expected.pixels.contains(255) || type == .hed else {
        // The random detector's edges are weak there: the published script goes on with black, here it is an error.
        #expect(throws: GenerationError.self) { try item.make(type, detector: detector) }
        continue
      }
      let control = try item.make(type, detector: detector)
      #expect(
        control.stages.map(\.name) == [.resized, .mask, .edge, .dilated, .masked] + (type == .scribble ? [.threshold] : []) + [.control])
      #expect(control.stage(.dilated)?.pixels == (try item.stage("dilated")).pixels)
      let sum = zip(control.image.pixels, expected.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(Double(sum) / Double(expected.pixels.count) < 1)
    }
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: ["coco_000000000394", "fss_african_elephant_5"])
  func theScribbleMayBeSmallerThanItsEdges(item: String) throws {
    for name in ["hedtiny", "pidinet"] {
      let file = Golden.url("conditions/\(item)/scribble_detect512_image256_\(name).png")
      let large = try ConditionCase(item: item, resolution: 512).stage("hed_control_\(name)").rgb
      let strokes = try ConditionMaker.strokes(large, ConditionSettings(resolution: 256))
      #expect(difference(strokes.rgb, try Image(pngOrJpeg: file).rgb).share <= 0.0005)
    }
  }

  /// The published script's two resolutions, the whole way from the image: edges at 512, scribble and image at 256.
  @Test(.enabled(if: Golden.isAvailable), arguments: ["coco_000000000394", "fss_african_elephant_5"], ["hedtiny", "pidinet"])
  func edgesAreFoundAtAResolutionOfTheirOwn(item: String, name: String) throws {
    let own = ConditionCase(item: item, resolution: 256), facts = try own.facts(), image = try own.image("input")
    let mask = try LabelMask(png: Golden.url("conditions/\(item)/mask.png"))
    let kind: EdgeDetectorKind = name == "pidinet" ? .pidinet : .hed
    let settings = ConditionSettings(resolution: 256, detector: kind, detectResolution: 512)
    let control = try ConditionMaker(.scribble, settings: settings, palette: Palette(), detector: Self.detector(name)).make(
      image: image, mask: mask.binary(of: facts.fg_class), adeIndex: facts.ade_index)
    let golden = try Image(pngOrJpeg: Golden.url("conditions/\(item)/scribble_detect512_image256_\(name).png")).rgb
    #expect(difference(control.image, golden).share <= 0.0005)
    let edges = try #require(control.stage(.edge))
    #expect([edges.height, edges.width] == facts.resolutions["512"]?.hw)
    // Other conditions have one size, as published.
    let soft = try ConditionMaker(.hed, settings: settings, palette: Palette(), detector: Self.detector("hedtiny")).make(
      image: image, mask: mask.binary(of: facts.fg_class), adeIndex: facts.ade_index)
    #expect([soft.image.height, soft.image.width] == facts.resolutions["256"]?.hw)
  }

  private static func detector(_ name: String) throws -> any EdgeDetector {
    name == "hedtiny"
      ? try HED(Checkpoint(file: Golden.data("weights/hed-tiny/ControlNetHED_w8_f16.safetensors")))
      : try PiDiNet(Checkpoint(file: Golden.data("weights/pidinet/table5_pidinet.safetensors")))
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: ConditionCase.all)
  func cannyHasTheStagesOfSoftEdges(item: ConditionCase) throws {
    let control = try item.make(.canny)
    #expect(control.stages.map(\.name) == [.resized, .mask, .edge, .dilated, .masked, .control])
    #expect(control.stage(.dilated)?.pixels == (try item.stage("dilated")).pixels)
    #expect(control.stage(.edge) == control.stage(.resized)?.canny(low: 100, high: 200))
    #expect(control.image == control.stage(.masked)?.rgb)
    #expect(control.image.pixels.contains(255))
  }

  /// An image of 8x4 with any mask.
  private struct OneImage: Dataset {
    let labels: LabelMask
    let name = "one", folds = 1
    let classes = [2, 7, 40].map { ClassInfo(index: $0, name: "c\($0)", promptName: "c\($0)", adeIndex: 3) }

    var items: [DatasetItem] { [DatasetItem(id: "a", classes: (1..<255).filter { labels.histogram[$0] > 0 })] }

    func classes(inFold fold: Int) -> [Int] { classes.map(\.index) }
    func image(_ item: DatasetItem) -> Image { Image(width: 8, height: 4, color: [1, 2, 3]) }
    func mask(_ item: DatasetItem) -> LabelMask { labels }
  }

  @Test func badMasksAreNamed() async throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    func error(_ labels: [UInt8], width: Int = 8, height: Int = 4, classIndex: Int = 2) async -> DataError? {
      let dataset = OneImage(labels: LabelMask(width: width, height: height, labels: labels))
      let models = ModelLibrary(searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path])
      let workbench = Workbench(dataset: dataset, models: models, store: store)
      do {
        _ = try await workbench.condition(.mask, settings: ConditionSettings(resolution: 64), item: dataset.items[0], classIndex: classIndex)
        return nil
      } catch { return error as? DataError }
    }
    var labels = [UInt8](repeating: 0, count: 32)
    #expect(await error(labels) == .emptyMask(name: "a"))
    #expect(await error([UInt8](repeating: 255, count: 32)) == .emptyMask(name: "a"))
    labels[3] = 7
    labels[4] = 40
    let absent = await error(labels)
    #expect(absent == .classAbsent(index: 2, name: "a", present: [7, 40]))
    #expect(absent?.hint == "classes in it: 7, 40")
    #expect(await error(labels, classIndex: 255) == .unknownClass(index: 255, dataset: "one", count: 3))
    #expect(await error(labels, width: 4, height: 8) == .sizeMismatch(image: "a", imageSize: "8x4", mask: "a", maskSize: "4x8"))
    // Classes above 20, which the published script skips.
    #expect(await error(labels, classIndex: 40) == nil)
  }

  @Test func aConditionWithEdgesNeedsADetector() throws {
    for type in [ConditionType.hed, .pidinet, .scribble, .none] {
      #expect(throws: CoreError.self) { try ConditionMaker(type, settings: ConditionSettings(), palette: Palette()) }
    }
  }

  @Test func anImageFarTooLongIsRefused() {
    #expect(throws: CoreError.self) { try SizeRule(width: 20000, height: 10, resolution: 512) }
  }
}
