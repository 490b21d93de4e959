import Foundation

/// Reads `instances_*.json` from left to right: half a gigabyte, of which only the places of segmentations are kept.
enum COCOReader {
  private struct Annotation {
    var picture = 0
    var category = 0
    var id: Int?
    var place = 0..<0
  }

  private static let mostPixels = 1 << 28
  private static let mostBytes = 4 << 30

  /// Throws `PipelineError.unreadableFile` and `.malformedFile`.
  static func read(_ url: URL) throws -> COCOIndex {
    let size = Stamp(of: url.path).size
    guard size <= mostBytes else { throw PipelineError.unreadableFile(path: url.path, reason: "it is larger than 4 GB") }
    let bytes = try FileRanges(url).bytes(0..<max(size, 0))
    do {
      var cursor = JSONCursor(bytes)
      var pictures: [(id: Int, picture: COCOIndex.Picture)] = [], categories: [COCOIndex.Category] = [], found: [Annotation] = []
      var parts: Set<String> = []
      try cursor.members { key, cursor in
        switch key {
        case "images": try cursor.elements { pictures.append(try picture(&$0)) }
        case "categories": try cursor.elements { categories.append(try category(&$0)) }
        case "annotations": try cursor.elements { found.append(try annotation(&$0)) }
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
      return try joined(found, pictures, categories, cursor)
    } catch let problem as JSONCursor.Problem {
      throw PipelineError.malformedFile(path: url.path, reason: "\(problem.reason) (byte \(problem.offset))")
    }
  }

  private static func picture(_ cursor: inout JSONCursor) throws -> (id: Int, picture: COCOIndex.Picture) {
    var (id, width, height): (Int?, Int?, Int?) = (nil, nil, nil)
    var name: String?
    try cursor.members { key, cursor in
      switch key {
      case "id": id = try cursor.integer()
      case "file_name": name = try cursor.string()
      case "width": width = try cursor.integer()
      case "height": height = try cursor.integer()
      default: try cursor.skip()
      }
    }
    guard let id, let name, let width, let height else {
      throw cursor.problem("an image lacks one of id, file_name, width, height")
    }
    guard width > 0, height > 0, width <= mostPixels, height <= mostPixels, width * height <= mostPixels else {
      throw cursor.problem("image \(id) is said to have \(width)x\(height) pixels")
    }
    return (id, COCOIndex.Picture(fileName: name, width: width, height: height))
  }

  private static func category(_ cursor: inout JSONCursor) throws -> COCOIndex.Category {
    var id: Int?
    var name: String?
    try cursor.members { key, cursor in
      switch key {
      case "id": id = try cursor.integer()
      case "name": name = try cursor.string()
      default: try cursor.skip()
      }
    }
    guard let id, let name else { throw cursor.problem("a category lacks its id or name") }
    return COCOIndex.Category(id: id, name: name)
  }

  private static func annotation(_ cursor: inout JSONCursor) throws -> Annotation {
    var result = Annotation()
    var (picture, category): (Int?, Int?) = (nil, nil)
    try cursor.members { key, cursor in
      switch key {
      case "id": result.id = try cursor.integer()
      case "image_id": picture = try cursor.integer()
      case "category_id": category = try cursor.integer()
      case "segmentation": result.place = try cursor.skip()
      default: try cursor.skip()
      }
    }
    guard let picture, let category else { throw cursor.problem("an annotation lacks image_id or category_id") }
    result.picture = picture
    result.category = category
    return result
  }

  /// Puts annotations to their pictures, in the order of the file.
  private static func joined(
    _ found: [Annotation], _ listed: [(id: Int, picture: COCOIndex.Picture)], _ categories: [COCOIndex.Category], _ cursor: JSONCursor
  ) throws -> COCOIndex {
    var labelOf: [Int: Int] = [:]
    for (index, category) in categories.enumerated() where labelOf.updateValue(index + 1, forKey: category.id) != nil {
      throw cursor.problem("category id \(category.id) occurs twice")
    }
    var problems: [DatasetProblem] = []
    var pictures: [COCOIndex.Picture] = [], placeOf: [Int: Int] = [:]
    for (id, picture) in listed {
      if let first = placeOf[id] {
        problems.append(DatasetProblem(.duplicate, picture.fileName, "image id \(id) is that of \(pictures[first].fileName)"))
      } else {
        placeOf[id] = pictures.count
        pictures.append(picture)
      }
    }
    var seen: Set<Int> = []
    seen.reserveCapacity(found.count)
    for annotation in found {
      if let id = annotation.id, !seen.insert(id).inserted {
        problems.append(DatasetProblem(.duplicate, "annotation \(id)", "its id occurs twice; both are painted, as pycocotools does"))
      }
      // Excerpts of COCO often keep annotations of pictures that they left out.
      guard let place = placeOf[annotation.picture] else { continue }
      guard let label = labelOf[annotation.category] else {
        throw cursor.problem("an annotation has the unknown category \(annotation.category)")
      }
      pictures[place].annotations.append(COCOIndex.Annotation(label: label, place: annotation.place))
    }
    return COCOIndex(pictures: pictures, categories: categories, problems: problems)
  }
}
