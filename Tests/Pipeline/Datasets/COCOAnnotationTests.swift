import Core
import Data
import Foundation
import Render
import TestSupport
import Testing

/// Annotations as people's tools export them. Right numbers of pixels: pycocotools 2.0.11 (`COCO.annToMask`), where it gives any.
@Suite struct COCOAnnotationTests {
  private let good: [Any] = [2, 2, 6, 2, 6, 6, 2, 6]
  private let box: [Any] = [3, 4, 10, 12]

  /// A file of one image of 30x20 an annotation; what is absent is left out of it.
  private func document(_ annotations: [[String: Any?]], categories: [[String: Any]] = [["id": 1, "name": "a"], ["id": 2, "name": "b"]]) -> [String: Any] {
    [
      "images": annotations.indices.map { ["id": $0 + 1, "file_name": "\($0 + 1).jpg", "width": 30, "height": 20] as [String: Any] },
      "categories": categories,
      "annotations": annotations.enumerated().map { number, own -> [String: Any] in
        let base: [String: Any?] = ["id": number + 1, "image_id": number + 1, "category_id": 1, "iscrowd": 0, "segmentation": [good]]
        return base.merging(own) { $1 }.compactMapValues { $0 }
      },
    ]
  }

  private func pixels(_ dataset: any Dataset, _ image: Int) throws -> Int {
    try dataset.mask(DatasetItem(id: "set/\(image)", classes: [])).labels.count { $0 != 0 }
  }

  @Test func ringsAreThoseOfPycocotools() throws {
    let seven: [Any] = [2, 2, 6, 2, 6, 6, 2]
    // Nil where there is nothing to rasterise and pycocotools ends with an error. What it refuses because of one ring alone is rasterised as far
    // as it is sound: 16 pixels by the good ring.
    let cases: [(segmentation: Any, pixels: Int?, isSound: Bool)] = [
      ([good], 16, true), ([good, box], 16, false), ([good, [3, 4]], 16, false), ([good, box + [7]], 16, false), ([good, [3]], 16, false),
      ([good, [Any]()], 16, false), ([good, box + [7, 8, 9]], 18, false), ([box + [7]], 0, false), ([box + [7], good], 16, false), ([seven], 6, false),
      ([seven, good], 16, false), ([good + [9]], 16, false), ([[2, 2, 6, 2, 6, 6]], 6, true), ([good.map { "\($0)" }], 16, true), ([box], nil, false),
      ([box, good], 16, false), ([[Any]()], nil, false), ([[Any](), good], 16, false), ([[3, 4], good], 16, false), ([[3, 4]], nil, false), ([Any](), nil, false),
      (good, nil, false), ([good, NSNull()], 16, false), ([good, [good]], 16, false), ([good, ["a", 1]], 16, false), ("text", nil, false), (NSNull(), nil, false),
      (["size": [20, 30], "counts": [40, 20, 540]] as [String: Any], 20, true), (["size": [20, 30], "counts": [40, 20]] as [String: Any], 20, true),
      // For these it gives a mask of another shape, an error, and what was in the memory.
      (["size": [30, 20], "counts": [40, 20, 540]] as [String: Any], nil, false), (["size": [20, 30], "counts": [40, 20, 640]] as [String: Any], nil, false),
      (["size": [20, 30], "counts": [Int]()] as [String: Any], nil, false), ([String: Any](), nil, false),
    ]
    let dataset = try COCOFolder(document(cases.map { ["segmentation": $0.segmentation] })).open()
    for (number, own) in cases.enumerated() {
      #expect(own.pixels == (try? pixels(dataset, number + 1)), "\(own.segmentation)")
      #expect(dataset.problems.contains { $0.name == "annotation \(number + 1)" && $0.kind == .brokenAnnotation } != own.isSound, "\(own.segmentation)")
      #expect(dataset.problems.contains { $0.name == "set/\(number + 1)" && $0.kind == .maskUnreadable } == (own.pixels == nil), "\(own.segmentation)")
    }
    #expect(dataset.items.count == cases.count)
  }

  /// The other annotations of the image, and the other images, are there.
  @Test func oneBadAnnotationCostsItself() throws {
    let bad: [[String: Any?]] = [
      ["category_id": 5], ["category_id": nil], ["category_id": NSNull()], ["category_id": 1.5], ["image_id": NSNull()], ["image_id": [1]],
      ["segmentation": nil], ["category_id": "none"],
    ]
    var all = document([[:]] + bad)
    let more = (2...9).map { ["id": 100 + $0, "image_id": $0, "category_id": 2, "segmentation": [good]] as [String: Any] }
    all["annotations"] = (try #require(all["annotations"] as? [[String: Any]])) + more
    let folder = try COCOFolder(all), cache = try TemporaryFolder()
    for _ in 0..<2 {
      let dataset = try folder.open(cache: cache.url)
      #expect(dataset.items.map(\.classes) == [[1]] + Array(repeating: [2], count: 8))
      #expect(dataset.problems.count == 8 && Set(dataset.problems.map(\.name)) == Set((2...9).map { "annotation \($0)" }), "\(dataset.problems)")
      #expect(dataset.problems.allSatisfy { $0.kind == .brokenAnnotation })
      #expect(dataset.problems.contains { $0.detail.contains("category 5") } && dataset.problems.contains { $0.detail.contains("no segmentation") })
    }
  }

  /// As texts of digits they are the numbers; any other text is an id too, as for pycocotools.
  @Test func idsMayBeTexts() throws {
    let square: [Any] = [good]
    let folder = try COCOFolder([
      "images": [
        ["id": "1", "file_name": "1.jpg", "width": 30, "height": 20], ["id": "x-2", "file_name": "2.jpg", "width": 30, "height": 20],
      ] as [[String: Any]],
      "categories": [["id": "1", "name": "a"], ["id": "beta", "name": "b"]],
      "annotations": [
        ["id": "u1", "image_id": 1, "category_id": 1, "segmentation": square], ["id": "u2", "image_id": "x-2", "category_id": "beta", "segmentation": square],
        ["id": "u3", "image_id": "x-2", "category_id": "gamma", "segmentation": square], ["id": 4, "image_id": "1", "category_id": "1", "segmentation": square],
      ] as [[String: Any]],
    ])
    let dataset = try folder.open()
    #expect(dataset.items.map(\.classes) == [[1], [2]])
    #expect(dataset.problems.map(\.name) == ["annotation 4", "annotation u3"])
    #expect(dataset.problems[0].detail.contains("image_id") && dataset.problems[0].detail.contains("category_id") && dataset.problems[1].detail.contains("gamma"))
  }

  @Test func oneBadImageCostsItself() throws {
    var all = document([[:], [:]])
    let images = try #require(all["images"] as? [[String: Any]])
    for odd in [["id": 9], ["id": 9, "file_name": "9.jpg", "width": 0, "height": 4], ["file_name": NSNull(), "id": 9, "width": 3, "height": 4]] as [[String: Any]] {
      all["images"] = [odd] + images
      let dataset = try COCOFolder(all).open()
      #expect(dataset.items.count == 2 && dataset.problems.map(\.kind) == [.brokenAnnotation])
    }
  }

  @Test func aByteOrderMarkIsNoFault() throws {
    let folder = try COCOFolder(document([[:]]))
    try Data([0xEF, 0xBB, 0xBF] + Data(contentsOf: folder.annotations)).write(to: folder.annotations)
    #expect(try folder.open().items.map(\.classes) == [[1]])
  }

  /// Line and column as Python 3.11's `json` counts them, but for a comma that is too many, whose own place is named.
  @Test func aBrokenFileSaysWhere() throws {
    let cases = [
      ("{\n \"images\": [],\n \"categories\": [],\n}", "line 3, column 18"), ("{\"images\": [1, 2,]}", "line 1, column 17"),
      ("{\"näme\": 1 \"b\": 2}", "line 1, column 12"), ("{\n\n\"images\": [", "line 3, column 12"), ("\u{FEFF}x", "line 1, column 1"),
    ]
    for (text, place) in cases {
      let error = #expect(throws: CoreError.self) { try COCOFolder(text: text).open() }
      #expect(error?.message.contains(place) == true && error?.message.contains("byte") == true, "\(error?.message ?? "")")
    }
    let utf16 = try COCOFolder(text: "")
    try Data([0xFF, 0xFE, 0x7B, 0, 0x7D, 0]).write(to: utf16.annotations)
    let error = #expect(throws: CoreError.self) { try utf16.open() }
    #expect(error?.message.contains("UTF-16") == true)
  }

  // MARK: Two files

  /// `train2017` and `val2017` with an image each; that of val holds `b`, of train `a`.
  private func twoFiles(train: [(Int, String)], val: [(Int, String)]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (part, categories, name) in [("train2017", train, "a"), ("val2017", val, "b")] {
      try FileManager.default.createDirectory(at: folder.file(part), withIntermediateDirectories: true)
      try FileManager.default.createDirectory(at: folder.file("annotations"), withIntermediateDirectories: true)
      let document: [String: Any] = [
        "images": [["id": 1, "file_name": "1.jpg", "width": 30, "height": 20] as [String: Any]],
        "categories": categories.map { ["id": $0.0, "name": $0.1] as [String: Any] },
        "annotations": [
          ["id": 1, "image_id": 1, "category_id": categories.first { $0.1 == name }?.0 ?? 0, "segmentation": [good]] as [String: Any]
        ],
      ]
      try JSONSerialization.data(withJSONObject: document).write(to: folder.file("annotations/instances_\(part).json"))
    }
    return folder
  }

  @Test(arguments: [false, true]) func sameCategoriesInAnotherOrderHaveOneNumbering(isCached: Bool) throws {
    let folder = try twoFiles(train: [(1, "a"), (2, "b"), (3, "c")], val: [(7, "c"), (1, "b"), (2, "a")]), cache = try TemporaryFolder()
    func open(_ split: DatasetSplit) throws -> any Dataset {
      try Datasets.open(DatasetSource(.coco, root: folder.url, split: split, cache: isCached ? cache.url : nil))
    }
    for _ in 0..<2 {
      for split in [DatasetSplit.all, .train, .val] {
        let dataset = try open(split)
        #expect(dataset.classes.map(\.name) == ["a", "b", "c"], "\(split)")
        for item in dataset.items {
          let label = item.id.hasPrefix("train") ? 1 : 2
          #expect(item.classes == [label])
          #expect(try dataset.mask(item).histogram[label] == 16)
        }
        #expect(dataset.problems.map(\.kind) == (split == .train ? [] : [.categoriesReordered]))
      }
    }
  }

  @Test func otherCategoriesAreAnErrorThatNamesBothFiles() throws {
    let folder = try twoFiles(train: [(1, "a"), (2, "b"), (3, "cup")], val: [(1, "a"), (2, "b")])
    let error = #expect(throws: DataError.self) { try Datasets.open(DatasetSource(.coco, root: folder.url, split: .all)) }
    for fact in ["instances_train2017.json", "instances_val2017.json", "\"cup\""] { #expect(error?.message.contains(fact) == true) }
    let val = try Datasets.open(DatasetSource(.coco, root: folder.url, split: .val))
    #expect(val.problems.map(\.kind) == [.categoriesDiffer] && val.problems[0].detail.contains("cup"))
  }

  /// COCO's own 80 have their published numbers, however a file lists them.
  @Test func cocosOwnCategoriesHaveTheirPublishedNumbers() throws {
    struct Table: Decodable {
      struct Category: Decodable { let class_index: Int, name: String }
      let categories: [Category]
    }
    let file = try #require(AssetFolder.url("tables/coco_category_ids.json"))
    let published = try JSONDecoder().decode(Table.self, from: Data(contentsOf: file)).categories.sorted { $0.class_index < $1.class_index }.map(\.name)
    let folder = try COCOFolder([
      "images": [["id": 1, "file_name": "1.jpg", "width": 30, "height": 20] as [String: Any]],
      "categories": published.reversed().enumerated().map { ["id": $0.offset + 1, "name": $0.element] as [String: Any] },
      "annotations": [["id": 1, "image_id": 1, "category_id": 1, "segmentation": [good]] as [String: Any]],
    ])
    let dataset = try folder.open()
    #expect(published[79] == "toothbrush" && dataset.classes.map(\.name) == published && dataset.items[0].classes == [80])
    #expect(dataset.problems.map(\.kind) == [.categoriesReordered])
  }
}
