import Core
import Foundation

/// Reads `instances_*.json` from left to right: half a gigabyte, of which only the places of segmentations are kept.
///
/// A file that is no JSON is refused; an image or an annotation that lacks something costs itself.
struct COCOReader {
  private struct Annotation {
    var image = 0
    var category = 0
    var id: Int?
    var place = 0..<0
  }

  private static let mostPixels = 1 << 28
  private static let mostBytes = 4 << 30
  /// Of a file in which everything is wrong the first entries are reported.
  private static let mostProblems = 1000

  private var ids = COCOIdentifiers()
  private var images: [(id: Int, image: COCOIndex.Entry)] = []
  private var categories: [COCOIndex.Category] = []
  private var found: [Annotation] = []
  private var problems: [DatasetProblem] = []
  private var untold = 0
  /// Why the first image that is left out is.
  private var firstFault: JSONCursor.Problem?

  /// Throws `CoreError.unreadableFile` and `.malformedFile`.
  static func read(_ url: URL) throws -> COCOIndex {
    let size = FileStamp(of: url.path).size
    guard size <= mostBytes else { throw CoreError.unreadableFile(path: url.path, reason: "it is larger than 4 GB") }
    let bytes = try FileRanges(url).bytes(0..<max(size, 0))
    var reader = COCOReader()
    do { return try reader.read(bytes) } catch let problem as JSONCursor.Problem {
      throw CoreError.malformedFile(
        path: url.path, reason: "\(problem.reason) (\(JSONCursor.place(of: problem.offset, in: bytes)), byte \(problem.offset))")
    }
  }

  private mutating func read(_ bytes: [UInt8]) throws -> COCOIndex {
    var cursor = JSONCursor(bytes)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { throw cursor.problem("it is UTF-16, only UTF-8 is read") }
    var parts: Set<String> = []
    try cursor.members { key, cursor in
      switch key {
      case "images": try cursor.elements { try image(&$0) }
      case "categories": try cursor.elements { try category(&$0) }
      case "annotations": try cursor.elements { try annotation(&$0) }
      default: try cursor.skip()
      }
      parts.insert(key)
    }
    try cursor.finish()
    for part in ["images", "categories", "annotations"] where !parts.contains(part) {
      throw cursor.problem("it has no \"\(part)\"")
    }
    guard (1...254).contains(categories.count) else {
      throw cursor.problem("it has \(categories.count) categories, 1...254 fit into a mask")
    }
    if images.isEmpty, let firstFault { throw firstFault }
    return try joined(cursor)
  }

  /// Notes what is wrong with an entry.
  private mutating func note(_ kind: DatasetProblem.Kind, _ name: String, _ detail: String) {
    if problems.count < Self.mostProblems { problems.append(DatasetProblem(kind, PlainText.clean(name), PlainText.clean(detail))) } else { untold += 1 }
  }

  private mutating func image(_ cursor: inout JSONCursor) throws {
    guard try isObject(&cursor, "image") else { return }
    var (id, width, height): (Int?, Int?, Int?) = (nil, nil, nil)
    var name: String?
    try cursor.members { key, cursor in
      switch key {
      case "id": id = try ids.read(&cursor)?.id
      case "file_name": name = try text(&cursor)
      case "width": width = try ids.read(&cursor)?.id
      case "height": height = try ids.read(&cursor)?.id
      default: try cursor.skip()
      }
    }
    let fault: String
    if let id, let name, let width, let height {
      if width > 0, height > 0, width <= Self.mostPixels, height <= Self.mostPixels, width * height <= Self.mostPixels {
        images.append((id, COCOIndex.Entry(fileName: name, width: width, height: height)))
        return
      }
      fault = "image \(ids.text(id)) is said to have \(width)x\(height) pixels"
    } else {
      fault = "an image lacks one of id, file_name, width, height"
    }
    firstFault = firstFault ?? cursor.problem(fault)
    note(.brokenAnnotation, name ?? id.map { "image \(ids.text($0))" } ?? "an image", fault)
  }

  private mutating func category(_ cursor: inout JSONCursor) throws {
    var id: Int?
    var name: String?
    try cursor.members { key, cursor in
      switch key {
      case "id": id = try ids.read(&cursor)?.id
      case "name": name = try text(&cursor)
      default: try cursor.skip()
      }
    }
    // The numbers of all classes behind it hang on it.
    guard let id, let name else { throw cursor.problem("a category lacks its id or name") }
    categories.append(COCOIndex.Category(id: id, name: name))
  }

  private mutating func annotation(_ cursor: inout JSONCursor) throws {
    guard try isObject(&cursor, "annotation") else { return }
    var result = Annotation(), texts: [String] = []
    var (image, category): (Int?, Int?) = (nil, nil)
    /// Reads an id; a number in quotes counts, and is reported.
    func identifier(_ cursor: inout JSONCursor, _ key: String) throws -> Int? {
      guard let read = try ids.read(&cursor) else { return nil }
      if read.isSpelled { texts.append(key) }
      return read.id
    }
    try cursor.members { key, cursor in
      switch key {
      case "id": result.id = try identifier(&cursor, key)
      case "image_id": image = try identifier(&cursor, key)
      case "category_id": category = try identifier(&cursor, key)
      case "segmentation": result.place = try cursor.skip()
      default: try cursor.skip()
      }
    }
    guard let image, let category else {
      return note(.brokenAnnotation, name(result.id), "it lacks \(image == nil ? "its image_id" : "its category_id"), or that is no id")
    }
    if !texts.isEmpty { note(.brokenAnnotation, name(result.id), "\(texts.joined(separator: ", ")) written as text, read as the number") }
    result.image = image
    result.category = category
    found.append(result)
  }

  private func name(_ id: Int?) -> String { id.map { "annotation \(ids.text($0))" } ?? "an annotation without id" }

  private mutating func isObject(_ cursor: inout JSONCursor, _ what: String) throws -> Bool {
    if try cursor.peek() == UInt8(ascii: "{") { return true }
    let start = cursor.offset
    try cursor.skip()
    note(.brokenAnnotation, "an \(what)", "at byte \(start) is something else than an object")
    return false
  }

  /// A string; nil for anything else.
  private func text(_ cursor: inout JSONCursor) throws -> String? {
    if try cursor.peek() == UInt8(ascii: "\"") { return try cursor.string() }
    try cursor.skip()
    return nil
  }

  /// Puts annotations to their images, in the order of the file.
  private mutating func joined(_ cursor: JSONCursor) throws -> COCOIndex {
    var labelOf: [Int: Int] = [:]
    for (index, category) in categories.enumerated() where labelOf.updateValue(index + 1, forKey: category.id) != nil {
      throw cursor.problem("category id \(ids.text(category.id)) occurs twice")
    }
    var joined: [COCOIndex.Entry] = [], placeOf: [Int: Int] = [:]
    for (id, image) in images {
      if let first = placeOf[id] {
        note(.duplicate, image.fileName, "image id \(ids.text(id)) is that of \(joined[first].fileName)")
      } else {
        placeOf[id] = joined.count
        joined.append(image)
      }
    }
    var seen: Set<Int> = []
    seen.reserveCapacity(found.count)
    for annotation in found {
      if let id = annotation.id, !seen.insert(id).inserted {
        note(.duplicate, name(id), "its id occurs twice; both are rasterised, as pycocotools does")
      }
      // Excerpts of COCO often keep annotations of images that they left out.
      guard let place = placeOf[annotation.image] else { continue }
      guard let label = labelOf[annotation.category] else {
        note(.brokenAnnotation, name(annotation.id), "its category \(ids.text(annotation.category)) is not listed; in \(joined[place].fileName)")
        continue
      }
      joined[place].annotations.append(COCOIndex.Annotation(label: label, place: annotation.place, id: annotation.id ?? COCOIndex.Annotation.noID))
    }
    if untold > 0 { problems.append(DatasetProblem(.brokenAnnotation, "further entries", "\(untold) more of the file have something wrong")) }
    return COCOIndex(images: joined, categories: categories, problems: problems, ids: ids)
  }
}
