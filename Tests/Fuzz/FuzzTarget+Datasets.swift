import Data
import Foundation
import Render
import TestSupport

/// What data sets are read from, and what is kept of them.
extension FuzzTarget {
  static func datasets() throws -> [FuzzTarget] {
    [
      FuzzTarget("published lists", weight: 12, seeds: lists, focus: 200, fileName: "list") { _ = try PublishedList($0) },
      coco(), oddAnnotations(), categories(), runLengths(), try kept(.coco), try kept(.folder),
    ]
  }

  /// Pickles of protocols 0, 2, 3 and 4, a dictionary as Python prints it, and the three plain forms.
  private static var lists: [[UInt8]] {
    let pickle: [UInt8] = [0x80, 3, 0x7D, 0x71, 0, 0x28, 0x4B, 0, 0x5D, 0x71, 1, 0x28, 0x58, 3, 0, 0, 0] + Array("a.b".utf8)
      + [0x71, 2, 0x58, 1, 0, 0, 0, 0x63, 0x65, 0x4B, 1, 0x5D, 0x75, 0x2E]
    let larger = [
      """
      KGRwMApJMAoobHAxClYyMDA4XzAwMDAwMApwMgphVjIwMDhfMDAwMDM3CnAzCmFzSTEKKGxwNApWMjAwOF8wMDAwMDAKcDUKYVYyMDA4XzAwMDAzNwpwNgphVjIwMDhfMDAwMDc0CnA3
      CmFzSTcKKGxwOApWMjAwOF8wMDAwMDAKcDkKYVYyMDA4XzAwMDAzNwpwMTAKYVYyMDA4XzAwMDA3NApwMTEKYXMu
      """,
      """
      gAJ9cQAoSwBdcQEoWAsAAAAyMDA4XzAwMDAwMHECWAsAAAAyMDA4XzAwMDAzN3EDZUsBXXEEKFgLAAAAMjAwOF8wMDAwMDBxBVgLAAAAMjAwOF8wMDAwMzdxBlgLAAAAMjAwOF8wMDAw
      NzRxB2VLB11xCChYCwAAADIwMDhfMDAwMDAwcQlYCwAAADIwMDhfMDAwMDM3cQpYCwAAADIwMDhfMDAwMDc0cQtYCwAAADIwMDhfMDAwMTExcQxYCwAAADIwMDhfMDAwMTQ4cQ1YCwAA
      ADIwMDhfMDAwMTg1cQ5YCwAAADIwMDhfMDAwMjIycQ9YCwAAADIwMDhfMDAwMjU5cRBYCwAAADIwMDhfMDAwMjk2cRFldS4=
      """,
      """
      gASV2wAAAAAAAAB9lChLAF2UKIwLMjAwOF8wMDAwMDCUjAsyMDA4XzAwMDAzN5RlSwFdlCiMCzIwMDhfMDAwMDAwlIwLMjAwOF8wMDAwMzeUjAsyMDA4XzAwMDA3NJRlSwddlCiMCzIw
      MDhfMDAwMDAwlIwLMjAwOF8wMDAwMzeUjAsyMDA4XzAwMDA3NJSMCzIwMDhfMDAwMTExlIwLMjAwOF8wMDAxNDiUjAsyMDA4XzAwMDE4NZSMCzIwMDhfMDAwMjIylIwLMjAwOF8wMDAy
      NTmUjAsyMDA4XzAwMDI5NpRldS4=
      """,
    ].compactMap { Data(base64Encoded: $0, options: .ignoreUnknownCharacters).map { Array($0) } }
    let texts = ["{1: [('a.jpg', 'a.png'), ('b', 'c')], 22: []}", "a__01\nb__12\nc__20\n", "a b\nc d\n"]
    // With byte order marks, of UTF-8 and of UTF-16.
    let marked = ("\u{FEFF}" + texts[0]).utf8.map { $0 }, wide = ("\u{FEFF}" + texts[1]).utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    return [pickle] + larger + texts.map { Array($0.utf8) } + [marked, wide]
  }

  private static let annotations = #"""
    {"images":[{"id":7,"file_name":"0.jpg","width":5,"height":4}],"categories":[{"id":1,"name":"person"},{"id":2,"name":"dog"}],
    "annotations":[{"id":0,"image_id":7,"category_id":1,"iscrowd":0,"area":5000,"segmentation":{"size":[4,5],"counts":"34=0"}},
    {"id":1,"image_id":7,"category_id":2,"iscrowd":0,"area":5000,"segmentation":[[0.5,0.5,4.2,0.5,4.2,3.1,1,3]]},
    {"id":2,"image_id":7,"category_id":1,"iscrowd":1,"area":5000,"segmentation":{"size":[4,5],"counts":[3,4,13]}}]}
    """#

  /// Polygons and both kinds of run lengths, read and generated.
  private static func coco() -> FuzzTarget {
    FuzzTarget(name: "COCO", weight: 8, seeds: [Array(annotations.utf8)], focus: annotations.utf8.count) { folder in
      let file = try annotationFile(in: folder)
      return { bytes in
        try Data(bytes).write(to: file)
        try rasteriseAll(DatasetSource(.coco, root: folder))
      }
    }
  }

  /// What tools export and pycocotools refuses or takes in its own way: ids as texts, odd rings, missing keys.
  private static func oddAnnotations() -> FuzzTarget {
    let text = #"""
      {"images":[{"id":"7","file_name":"0.jpg","width":5,"height":4}],"categories":[{"id":1,"name":"person"},{"id":"d","name":"dog"}],
      "annotations":[{"id":"u","image_id":"7","category_id":"d","segmentation":[[0,0,3,0,3,3,0,3],[1,1,2,2],[],null,["1","2"],[1,2,3]]},
      {"id":1,"image_id":7,"category_id":5,"segmentation":[[0,0,3,0,3,3]]},{"id":2,"image_id":7,"category_id":1,"segmentation":[0,0,3,0,3,3]},
      {"id":3,"image_id":7,"category_id":1,"segmentation":null},{"id":4,"image_id":7,"category_id":1,"segmentation":{"size":[5,4],"counts":[20]}},{"id":5,"image_id":7}]}
      """#
    return FuzzTarget(name: "odd COCO", weight: 8, seeds: [Array(text.utf8)], focus: text.utf8.count) { folder in
      let file = try annotationFile(in: folder)
      return { bytes in
        try Data(bytes).write(to: file)
        try rasteriseAll(DatasetSource(.coco, root: folder))
      }
    }
  }

  /// A second annotation file, whose categories are compared and numbered with those of the first.
  private static func categories() -> FuzzTarget {
    let text = annotations.replacingOccurrences(of: #"{"id":1,"name":"person"},{"id":2,"name":"dog"}"#, with: #"{"id":1,"name":"dog"},{"id":2,"name":"person"}"#)
    return FuzzTarget(name: "COCO categories", weight: 4, seeds: [Array(text.utf8)], focus: text.utf8.count) { folder in
      let file = try annotationFile(in: folder), other = file.deletingLastPathComponent().appendingPathComponent("instances_train2017.json")
      try Data(annotations.utf8).write(to: file)
      let images = folder.appendingPathComponent("train2017")
      if !FileManager.default.fileExists(atPath: images.path) { try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true) }
      return { bytes in
        try Data(bytes).write(to: other)
        for split in [DatasetSplit.val, .all] { try? rasteriseAll(DatasetSource(.coco, root: folder, split: split)) }
      }
    }
  }

  /// Run lengths alone, in the middle of an annotation of an image of common size: COCO's compressed strings, and lists of numbers.
  private static func runLengths() -> FuzzTarget {
    let counts = [1000, 37, 443, 40, 440, 40, 441, 3, 2, 33, 640 * 480 - 2479]
    let seeds = ["\"\(compressed(counts))\"", "\(counts)", "\"\(compressed([640 * 480]))\""].map { Array($0.utf8) }
    return FuzzTarget(name: "run lengths", weight: 8, seeds: seeds, focus: 60) { folder in
      let file = try annotationFile(in: folder)
      let front = #"{"images":[{"id":7,"file_name":"0.jpg","width":640,"height":480}],"categories":[{"id":1,"name":"person"}],"annotations":["#
        + #"{"id":0,"image_id":7,"category_id":1,"iscrowd":1,"area":5000,"segmentation":{"size":[480,640],"counts":"#
      return { bytes in
        try Data(Array(front.utf8) + bytes + Array("}}]}".utf8)).write(to: file)
        try rasteriseAll(DatasetSource(.coco, root: folder))
      }
    }
  }

  /// The compressed text of run lengths (`rleToString` of COCO's maskApi.c).
  private static func compressed(_ counts: [Int]) -> String {
    var text: [UInt8] = []
    for (place, count) in counts.enumerated() {
      var rest = place > 2 ? count - counts[place - 2] : count, more = true
      while more {
        var piece = UInt8(truncatingIfNeeded: rest & 0x1F)
        rest >>= 5
        more = piece & 0x10 != 0 ? rest != -1 : rest != 0
        if more { piece |= 0x20 }
        text.append(piece + 48)
      }
    }
    return String(decoding: text, as: UTF8.self).replacingOccurrences(of: "\\", with: "\\\\")
  }

  /// What the cache keeps of a data set's masks.
  private static func kept(_ kind: DatasetKind) throws -> FuzzTarget {
    /// The data set, the same to the second wherever it is made: what is kept of other files is not looked at.
    func make(in folder: URL) throws -> DatasetSource {
      let root = folder.appendingPathComponent("root"), cache = folder.appendingPathComponent("cache")
      var files: [URL] = []
      if kind == .coco {
        files.append(try annotationFile(in: root))
        try Data(annotations.utf8).write(to: files[0])
      } else {
        for (number, part) in ["images", "masks"].enumerated() {
          let place = root.appendingPathComponent(part)
          try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
          for name in ["a", "b"] {
            let pixels = (0..<24).map { UInt8($0 / 5) }, file = place.appendingPathComponent("\(name).png")
            try Image(width: 6, height: 4, channels: 1, pixels: number == 0 ? pixels.map { $0 * 30 } : pixels).writePNG(to: file)
            files.append(file)
          }
        }
      }
      if kind == .folder { try Data("cup\nhat\nsun\nbox\n".utf8).write(to: root.appendingPathComponent("names.txt")) }
      let day = Date(timeIntervalSince1970: 1_700_000_000)
      for file in files { try FileManager.default.setAttributes([.modificationDate: day], ofItemAtPath: file.path) }
      return DatasetSource(kind, root: root, cache: cache)
    }
    func keptFile(_ source: DatasetSource) throws -> URL {
      _ = try Datasets.open(source)
      guard let place = source.cache?.appendingPathComponent("datasets"), let name = try FileManager.default.contentsOfDirectory(atPath: place.path).first
      else { throw CocoaError(.fileNoSuchFile) }
      return place.appendingPathComponent(name)
    }
    let scratch = try TemporaryFolder(), seed = Array(try Data(contentsOf: keptFile(make(in: scratch.url))))
    return FuzzTarget(name: "kept \(kind.rawValue)", weight: 4, seeds: [seed], focus: seed.count) { folder in
      let source = try make(in: folder), file = try keptFile(source)
      return { bytes in
        try Data(bytes).write(to: file)
        try rasteriseAll(source)
      }
    }
  }

  private static func rasteriseAll(_ source: DatasetSource) throws {
    let dataset = try Datasets.open(source)
    for item in dataset.items.prefix(3) { _ = try? dataset.mask(item) }
  }

  /// Where annotations go in a COCO folder that has one small image.
  private static func annotationFile(in folder: URL) throws -> URL {
    for name in ["annotations", "val2017"] {
      try FileManager.default.createDirectory(at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try Image(width: 5, height: 4, color: [9, 9, 9]).writeJPEG(to: folder.appendingPathComponent("val2017/0.jpg"))
    return folder.appendingPathComponent("annotations/instances_val2017.json")
  }
}
