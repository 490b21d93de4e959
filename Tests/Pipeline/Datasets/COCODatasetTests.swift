import Core
import Data
import Foundation
import Render
import Synchronization
import TestSupport
import Testing

@Suite struct COCODatasetTests {
  /// Run lengths of the set pixels, column-major, beginning with background: how pycocotools writes a mask.
  private func runLengths(_ mask: LabelMask) -> [Int] {
    var counts = [0]
    var current = false
    for x in 0..<mask.width {
      for y in 0..<mask.height {
        if (mask[x, y] != 0) != current {
          counts.append(0)
          current.toggle()
        }
        counts[counts.count - 1] += 1
      }
    }
    return counts
  }

  private struct MaskRecord: Decodable {
    let image: String
    let height: Int
    let width: Int
    let pixel_counts: [String: Int]
  }

  private struct RunLengthRecord: Decodable {
    let image_id: Int
    let class_index: Int
    let counts: [Int]
  }

  @Test(.enabled(if: Golden.isAvailable)) func masksAreThoseOfPycocotools() throws {
    let dataset = try Datasets.open(DatasetSource(.coco, root: Golden.data("coco-mini")))
    let records = try JSONDecoder().decode(
      [MaskRecord].self, from: Data(contentsOf: Golden.url("coco-masks/masks.json")))
    #expect(records.count == 12)
    for record in records {
      let name = (record.image as NSString).deletingPathExtension
      let item = try #require(dataset.items.first { $0.id == "train2017/\(name)" })
      let mask = try dataset.mask(item)
      #expect(mask == (try LabelMask(png: Golden.url("coco-masks/\(name).png"))), "\(name)")
      for (label, count) in record.pixel_counts { #expect(mask.histogram[Int(label) ?? 0] == count) }
      let image = try dataset.image(item)
      #expect(image.channels == 3 && image.width == mask.width && image.height == mask.height)
    }
  }

  /// Each annotation alone, as the only one of an otherwise equal file.
  @Test(.enabled(if: Golden.isAvailable)) func everyRunLengthIsThatOfPycocotools() throws {
    let source = try Data(contentsOf: Golden.data("coco-mini/annotations/instances_train2017.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: source) as? [String: Any])
    let annotations = try #require(document["annotations"] as? [[String: Any]])
    let images = try #require(document["images"] as? [[String: Any]])
    let records = try JSONDecoder().decode(
      [String: RunLengthRecord].self, from: Data(contentsOf: Golden.url("coco-masks/annotation_rle.json")))
    #expect(records.count == 239)
    // One image an annotation: image k has annotation k only.
    var photographs: [[String: Any]] = []
    var alone: [[String: Any]] = []
    var expected: [RunLengthRecord] = []
    for var annotation in annotations {
      guard let id = annotation["id"] as? Int, let record = records[String(id)] else { continue }
      var photograph = try #require(images.first { $0["id"] as? Int == record.image_id })
      photograph["id"] = expected.count
      photograph["file_name"] = "\(expected.count).jpg"
      annotation["image_id"] = expected.count
      photographs.append(photograph)
      alone.append(annotation)
      expected.append(record)
    }
    let folder = try COCOFolder(
      ["images": photographs, "annotations": alone, "categories": document["categories"] as Any])
    let dataset = try folder.open()
    #expect(dataset.items.count == 239)
    for (number, record) in expected.enumerated() {
      let mask = try dataset.mask(DatasetItem(id: "set/\(number)", classes: []), of: record.class_index)
      #expect(runLengths(mask) == record.counts, "\(number)")
    }
  }

  /// The golden run lengths, written as compressed strings, read back to the same masks.
  @Test(.enabled(if: Golden.isAvailable)) func compressedRunLengthsAreRead() throws {
    let records = try JSONDecoder().decode(
      [String: RunLengthRecord].self, from: Data(contentsOf: Golden.url("coco-masks/annotation_rle.json")))
    let masks = try JSONDecoder().decode([MaskRecord].self, from: Data(contentsOf: Golden.url("coco-masks/masks.json")))
    let all = records.values.sorted { $0.counts.count > $1.counts.count }
    var photographs: [[String: Any]] = []
    var annotations: [[String: Any]] = []
    for (index, record) in all.enumerated() {
      let mask = try #require(masks.first { Int($0.image.prefix(12)) == record.image_id })
      photographs.append(["id": index, "file_name": "\(index).jpg", "width": mask.width, "height": mask.height])
      annotations.append([
        "image_id": index, "category_id": 1, "area": 1,
        "segmentation": ["size": [mask.height, mask.width], "counts": compress(record.counts)] as [String: Any],
      ])
    }
    let folder = try COCOFolder([
      "images": photographs, "annotations": annotations, "categories": [["id": 1, "name": "person"] as [String: Any]],
    ])
    let dataset = try folder.open()
    #expect(dataset.items.count == all.count)
    for (number, record) in all.enumerated() {
      #expect(runLengths(try dataset.mask(DatasetItem(id: "set/\(number)", classes: []))) == record.counts, "\(number)")
    }
  }

  /// `rleToString` of COCO's maskApi.c.
  private func compress(_ counts: [Int]) -> String {
    var text: [UInt8] = []
    for (index, count) in counts.enumerated() {
      var rest = index > 2 ? count - counts[index - 2] : count
      var more = true
      while more {
        let bits = rest & 0x1F
        rest >>= 5
        more = bits & 0x10 != 0 ? rest != -1 : rest != 0
        text.append(UInt8((more ? bits | 0x20 : bits) + 48))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  @Test(.enabled(if: Golden.isAvailable)) func miniatureHasItsImagesAndFolds() throws {
    let dataset = try Datasets.open(DatasetSource(.coco, root: Golden.data("coco-mini")))
    #expect(dataset.items.count == 128 && dataset.classes.count == 80 && dataset.folds == 4)
    #expect(Array(dataset.classes(inFold: 1).prefix(3)) == [2, 6, 10])
    #expect(dataset.classInfo(1)?.promptName == "person" && dataset.classInfo(1)?.adeIndex == 12)
    for id in ["train2017/000000000250", "train2017/000000000508"] {
      let item = try #require(dataset.items.first { $0.id == id })
      #expect(item.classes.isEmpty)
      #expect(try dataset.mask(item).labels.allSatisfy { $0 == 0 })
    }
  }

  // MARK: Small files of our own

  private let compressed: [String: Any] = ["size": [4, 5], "counts": "52203"]

  @Test func runLengthsAreGeneratedInOrder() throws {
    // 5, 2, 2, then differences to the one before last: 0 + 2, 3 + 2.
    let folder = try COCOFolder.small(segmentations: [
      (1, compressed), (2, ["size": [4, 5], "counts": [0, 6, 14]] as [String: Any]),
    ])
    let dataset = try folder.open()
    let mask = try dataset.mask(dataset.items[0])
    let columns = (0..<5).flatMap { x in (0..<4).map { y in mask[x, y] } }
    #expect(columns == [2, 2, 2, 2, 2, 2, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func polygonsOutsideAreClipped() throws {
    let folder = try COCOFolder.small(segmentations: [(1, [[-3.0, -3, -3, 2, 27, 2, 27, -3]]), (2, [[1.0, 2, 900, 2, 900, 900, 1, 900]])])
    let mask = try folder.open().mask(DatasetItem(id: "set/0", classes: [1]))
    #expect((0..<4).map { mask[0, $0] } == [1, 1, 0, 0])
    #expect((0..<4).map { mask[3, $0] } == [1, 1, 2, 2])
  }

  @Test func brokenSegmentationsAreNamed() throws {
    let broken: [Any] = [
      ["size": [5, 4], "counts": [20]], ["size": [4, 5], "counts": [21]], ["size": [4, 5], "counts": [-1, 3]],
      ["size": [4, 5], "counts": "~~~~"], ["size": [4, 5]], ["counts": [20]], [[1.0, 2]], [[1e300, 0, 0, 1, 1, 1]], "text", 5,
      [5], [[["a"]]], ["size": [4, 5], "counts": "ooooooooooooooooooooooo"],
    ]
    for segmentation in broken {
      let folder = try COCOFolder.small(segmentations: [(1, segmentation)])
      let dataset = try folder.open()
      #expect(
        dataset.problems.map(\.kind) == [.brokenAnnotation, .maskUnreadable] && dataset.problems[0].name == "annotation 0",
        "\(segmentation)")
      #expect(throws: CoreError.self, "\(segmentation)") { try dataset.mask(DatasetItem(id: "set/0", classes: [])) }
    }
  }

  @Test func repeatedNumbersAndNamesAreToldAndTheFirstCounts() throws {
    let photograph: [String: Any] = ["id": 7, "file_name": "0.jpg", "width": 5, "height": 4]
    let annotation: [String: Any] = ["id": 1, "image_id": 7, "category_id": 1, "segmentation": [[0.0, 0, 3, 0, 3, 3, 0, 3]]]
    let folder = try COCOFolder([
      "images": [photograph, photograph.merging(["file_name": "1.jpg"]) { $1 }, photograph.merging(["id": 8]) { $1 }],
      "categories": [["id": 1, "name": "person"] as [String: Any]], "annotations": [annotation, annotation],
    ])
    let dataset = try folder.open()
    #expect(dataset.items == [DatasetItem(id: "set/0", classes: [1])])
    #expect(dataset.problems.map(\.kind) == [.duplicate, .duplicate, .duplicate])
    #expect(dataset.problems.map(\.name) == ["1.jpg", "annotation 1", "set/0"])
  }

  @Test func oneBrokenAnnotationFileOfTwoLeavesTheOther() throws {
    let folder = try COCOFolder.small(segmentations: [(1, [[0.0, 0, 3, 0, 3, 3, 0, 3]])])
    try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("train2017"), withIntermediateDirectories: true)
    try Data("{\"images\": [".utf8).write(to: folder.url.appendingPathComponent("annotations/instances_train2017.json"))
    let dataset = try folder.open()
    #expect(dataset.items.map(\.id) == ["set/0"])
    #expect(dataset.problems.map(\.kind) == [.brokenAnnotations] && dataset.problems[0].name == "instances_train2017.json")
  }

  @Test func theCacheKnowsTheSame() throws {
    let cache = try TemporaryFolder(), folder = try COCOFolder.miniature()
    let cold = try Datasets.open(DatasetSource(.coco, root: folder.url, cache: cache.url))
    let asked = Asked()
    let warm = try Datasets.open(DatasetSource(.coco, root: folder.url, cache: cache.url)) { _, _ in asked.note() }
    #expect(!asked.isAsked)
    #expect(warm.items == cold.items && warm.classes == cold.classes && warm.problems == cold.problems)
    for item in cold.items {
      #expect(warm.listedClasses(of: item) == cold.listedClasses(of: item))
      #expect(try warm.mask(item) == cold.mask(item))
    }
  }

  @Test func aChangedFileIsReadAgainAndABrokenCacheToo() throws {
    let cache = try TemporaryFolder()
    let folder = try COCOFolder.small(segmentations: [(1, [[0.0, 0, 3, 0, 3, 3, 0, 3]])])
    #expect(try folder.open(cache: cache.url).items[0].classes == [1])
    let text = try String(contentsOf: folder.annotations, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "\"category_id\":1", with: "\"category_id\":2 ").utf8).write(to: folder.annotations)
    #expect(try folder.open(cache: cache.url).items[0].classes == [2])
    let kept = try #require(try FileManager.default.subpathsOfDirectory(atPath: cache.url.path).first { $0.contains("coco-") })
    let good = [UInt8](try Data(contentsOf: cache.file(kept)))
    var mutations = Mutations(seed: 3)
    for _ in 0..<300 {
      try Data(mutations.damaged(good, focus: good.count)).write(to: cache.file(kept))
      // What a damaged cache says may be wrong, but nothing in it can be dangerous.
      let dataset = try folder.open(cache: cache.url)
      for item in dataset.items { _ = try? dataset.mask(item) }
    }
  }

  @Test func writtenMasksServeAsReadyOnes() throws {
    let ready = try TemporaryFolder(), folder = try COCOFolder.miniature()
    let rasterised = try folder.open()
    func write() throws -> Int? { try DatasetPreparation.writeMasks(rasterised, to: ready.file("annotations")) { _, _ in true }?.written }
    #expect(try write() == 10)
    #expect(try write() == 0)
    let photographs = folder.url.appendingPathComponent("train2017")
    try FileManager.default.createSymbolicLink(at: ready.file("train2017"), withDestinationURL: photographs)
    let community = try Datasets.open(DatasetSource(.coco, root: ready.url))
    #expect(community.items == rasterised.items && community.classes == rasterised.classes)
    for item in rasterised.items {
      #expect(try community.mask(item) == rasterised.mask(item))
      #expect(community.listedClasses(of: item) == rasterised.listedClasses(of: item))
    }
  }

  @Test func bothFoldRules() throws {
    let folder = try COCOFolder.miniature(), interleaved = try folder.open()
    #expect(interleaved.classes(inFold: 1) == (0..<20).map { 4 * $0 + 2 } && interleaved.classes(inFold: 4).isEmpty)
    let contiguous = try Datasets.open(DatasetSource(.coco, root: folder.url, foldRule: .contiguous))
    #expect(contiguous.classes(inFold: 1) == Array(21...40) && contiguous.classes(inFold: 3) == Array(61...80))
    #expect(contiguous.classes(inFold: 4).isEmpty)
  }

  @Test func anotherDataSetsFolderIsRecognised() throws {
    let folder = try COCOFolder.small(segmentations: [])
    let error = #expect(throws: DataError.self) { try Datasets.open(DatasetSource(.pascal, root: folder.url)) }
    #expect(error?.message.contains("it looks like a coco folder") == true)
  }

  @Test func brokenFilesAreNamed() throws {
    let texts = [
      "", "{", "[]", "{}", "{\"images\":[]}", "{\"images\":[],\"annotations\":[],\"categories\":[]}",
      "{\"images\":[{\"id\":1}],\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"a\"}]}",
      "{\"images\":[{\"id\":1,\"file_name\":\"a\",\"width\":99999999999,\"height\":99999999999}],\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"a\"}]}",
      "{\"images\":[],\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"a\"},{\"id\":1,\"name\":\"b\"}]}",
      "{\"images\":[],\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"\\u12\"}]}",
      String(repeating: "[", count: 1_000_000), "{\"a\":" + String(repeating: "[", count: 1_000_000),
    ]
    for text in texts {
      let folder = try COCOFolder(text: text)
      #expect(throws: CoreError.self, "\(text.prefix(80))") { try folder.open() }
    }
  }

  @Test func fileNamesStayInTheFolder() throws {
    for name in ["../secret.jpg", "/etc/passwd", "a/../../b.jpg", ""] {
      let folder = try COCOFolder.small(segmentations: [], fileName: name)
      let dataset = try folder.open()
      #expect(dataset.items.isEmpty)
      #expect(dataset.problems == [DatasetProblem(.outsideRoot, name, "named in instances_set.json")])
    }
  }

  @Test func anotherSizeThanAnnotatedIsNamed() throws {
    let folder = try COCOFolder.small(segmentations: [])
    try Image(width: 6, height: 4, color: [1, 2, 3]).writePNG(to: folder.url.appendingPathComponent("set/0.jpg"))
    let dataset = try folder.open()
    let error = #expect(throws: DataError.self) { try dataset.image(dataset.items[0]) }
    #expect(error?.message.contains("6x4") == true && error?.message.contains("5x4") == true)
  }

  /// A damaged file is either refused or read; it never takes the program down.
  @Test func damagedFilesAreSurvived() throws {
    let good = try COCOFolder.small(segmentations: [
      (1, compressed), (2, [[0.5, 0.5, 4.2, 0.5, 4.2, 3.1, 1, 3]]), (1, ["size": [4, 5], "counts": [3, 4, 13]] as [String: Any]),
    ])
    let bytes = [UInt8](try Data(contentsOf: good.annotations))
    var mutations = Mutations(seed: 20)
    var read = 0
    for _ in 0..<500 {
      try Data(mutations.damaged(bytes, focus: bytes.count)).write(to: good.annotations)
      do {
        let dataset = try good.open()
        for item in dataset.items.prefix(3) { _ = try dataset.mask(item) }
        read += 1
      } catch is any Explained {}
    }
    #expect(read > 0 && read < 500)
  }

  @Test func wrongFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    for kind in [DatasetKind.coco, .fss, .pascal, .folder] {
      #expect(throws: DataError.self) { try Datasets.open(DatasetSource(kind)) }
      #expect(throws: DataError.self) { try Datasets.open(DatasetSource(kind, root: folder.file("absent"))) }
      let error = #expect(throws: DataError.self) { try Datasets.open(DatasetSource(kind, root: folder.url)) }
      #expect(error?.hint?.contains("DIR/") == true)
    }
  }
}

/// Whether masks had to be read.
private final class Asked: Sendable {
  private let asked = Mutex(false)

  var isAsked: Bool { asked.withLock { $0 } }

  func note() -> Bool {
    asked.withLock { $0 = true }
    return true
  }
}

/// A COCO folder with one annotation file, `instances_set.json`, and an empty `set/`; or those of another part.
struct COCOFolder {
  private let folder: TemporaryFolder
  private let part: String

  var url: URL { folder.url }
  var annotations: URL { folder.file("annotations/instances_\(part).json") }

  init(text: String, part: String = "set") throws {
    folder = try TemporaryFolder()
    self.part = part
    for name in ["annotations", part] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    try Data(text.utf8).write(to: annotations)
  }

  init(_ document: [String: Any], part: String = "set") throws {
    try self.init(text: String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self), part: part)
  }

  /// Ten images of 64x48 in `train2017`, COCO's categories; nine images have a class that lists take, a small one and a crowd.
  static func miniature() throws -> COCOFolder {
    struct Table: Decodable {
      struct Category: Decodable { let category_id: Int, name: String }
      let categories: [Category]
    }
    let file = Golden.projectRoot.appendingPathComponent("Assets/tables/coco_category_ids.json")
    let categories = try JSONDecoder().decode(Table.self, from: Data(contentsOf: file)).categories
    let annotations = (1...9).flatMap { photograph -> [[String: Any]] in
      let corner = 4 * photograph, crowd: [String: Any] = ["size": [48, 64], "counts": [100 * photograph, 50, 3022 - 100 * photograph]]
      let shapes: [(category: Int, isCrowd: Int, area: Int, segmentation: Any)] = [
        (8 * photograph, 0, 2640, [[2, 2, 62, 2, 62, 46, 2, 46]]), (8 * photograph - 5, 0, 50, [[corner, 4, corner + 10, 4, corner, 14]]),
        (1, 1, 50, crowd),
      ]
      return shapes.enumerated().map { number, shape in
        [
          "id": 10 * photograph + number, "image_id": photograph, "category_id": categories[shape.category - 1].category_id,
          "iscrowd": shape.isCrowd, "area": shape.area, "segmentation": shape.segmentation,
        ]
      }
    }
    let made = try COCOFolder(
      [
        "images": (1...10).map { ["id": $0, "file_name": "\($0).jpg", "width": 64, "height": 48] as [String: Any] },
        "categories": categories.map { ["id": $0.category_id, "name": $0.name] as [String: Any] }, "annotations": annotations,
      ], part: "train2017")
    for photograph in 1...10 {
      try Image(width: 64, height: 48, color: [UInt8(20 * photograph), 90, 30]).writeJPEG(
        to: made.folder.file("train2017/\(photograph).jpg"))
    }
    return made
  }

  /// One image of 5x4 pixels, two categories, and annotations of (category, segmentation).
  static func small(segmentations: [(category: Int, segmentation: Any)], fileName: String = "0.jpg") throws -> COCOFolder {
    try COCOFolder([
      "images": [["id": 7, "file_name": fileName, "width": 5, "height": 4] as [String: Any]],
      "categories": [["id": 1, "name": "person"], ["id": 2, "name": "dog"]] as [[String: Any]],
      "annotations": segmentations.enumerated().map { index, entry -> [String: Any] in
        [
          "id": index, "image_id": 7, "category_id": entry.category, "iscrowd": 0, "area": 5000,
          "segmentation": entry.segmentation,
        ]
      },
    ])
  }

  func open(cache: URL? = nil) throws -> any Dataset { try Datasets.open(DatasetSource(.coco, root: folder.url, cache: cache)) }
}
