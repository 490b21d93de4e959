import Foundation
import Render

/// The pictures, categories and annotations of one `instances_*.json`.
///
/// Only the place of each segmentation in the file is kept; it is read when its picture is painted.
struct COCOAnnotations: Sendable {
  struct Picture: Sendable {
    let id: Int
    let fileName: String
    let width: Int
    let height: Int
  }

  struct Category: Hashable, Sendable {
    let id: Int
    let name: String
  }

  private struct Annotation: Sendable {
    var picture = 0
    /// Position of the category in the file, from 1.
    var label = 0
    var area = 0.0
    var segmentation = 0..<0
  }

  let url: URL
  /// In the order of the file.
  let pictures: [Picture]
  /// In the order of the file; class index k is category k - 1.
  let categories: [Category]
  private let bytes: [UInt8]
  /// In the order of the file within each picture; those of picture p are `first[p]..<first[p + 1]`.
  private let annotations: [Annotation]
  private let first: [Int]

  private static let mostPixels = 1 << 28

  /// Reads the index of the file. Throws `PipelineError`.
  init(_ url: URL) throws {
    self.url = url
    do { bytes = [UInt8](try Data(contentsOf: url, options: .mappedIfSafe)) } catch {
      throw PipelineError.unreadableFile(path: url.path, reason: error.localizedDescription)
    }
    do {
      var cursor = JSONCursor(bytes)
      var pictures: [Picture] = []
      var categories: [Category] = []
      var found: [Annotation] = []
      var parts: Set<String> = []
      try cursor.members { key, cursor in
        switch key {
        case "images": try cursor.elements { pictures.append(try Self.picture(&$0)) }
        case "categories": try cursor.elements { categories.append(try Self.category(&$0)) }
        case "annotations": try cursor.elements { found.append(try Self.annotation(&$0)) }
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
      (annotations, first) = try Self.grouped(found, pictures, categories, cursor)
      self.pictures = pictures
      self.categories = categories
    } catch let problem as JSONCursor.Problem { throw Self.malformed(url, problem) }
  }

  /// Classes whose annotations of picture `index` sum up to at least `leastArea` pixels, ascending.
  func classes(ofPicture index: Int, leastArea: Double) -> [Int] {
    var areas: [Int: Double] = [:]
    for annotation in annotations[first[index]..<first[index + 1]] { areas[annotation.label, default: 0] += annotation.area }
    return areas.filter { $0.value >= leastArea }.keys.sorted()
  }

  /// Number of annotations of picture `index`.
  func annotationCount(ofPicture index: Int) -> Int { first[index + 1] - first[index] }

  /// The class mask of picture `index`: annotations in the order of the file, each over what is there, crowds like any other.
  func mask(ofPicture index: Int) throws -> LabelMask {
    let picture = pictures[index]
    var labels = [UInt8](repeating: 0, count: picture.width * picture.height)
    do {
      for annotation in annotations[first[index]..<first[index + 1]] where !annotation.segmentation.isEmpty {
        let cursor = JSONCursor(bytes, range: annotation.segmentation)
        try COCOMask.paint(
          cursor, label: UInt8(annotation.label), labels: &labels, width: picture.width, height: picture.height)
      }
    } catch let problem as JSONCursor.Problem { throw Self.malformed(url, problem) }
    return LabelMask(width: picture.width, height: picture.height, labels: labels)
  }

  // MARK: Reading

  private static func malformed(_ url: URL, _ problem: JSONCursor.Problem) -> PipelineError {
    .malformedFile(path: url.path, reason: "\(problem.reason) (byte \(problem.offset))")
  }

  private static func picture(_ cursor: inout JSONCursor) throws -> Picture {
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
    return Picture(id: id, fileName: name, width: width, height: height)
  }

  private static func category(_ cursor: inout JSONCursor) throws -> Category {
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
    return Category(id: id, name: name)
  }

  /// With the file's own picture and category ids still in place of positions.
  private static func annotation(_ cursor: inout JSONCursor) throws -> Annotation {
    var result = Annotation()
    var (picture, category): (Int?, Int?) = (nil, nil)
    try cursor.members { key, cursor in
      switch key {
      case "image_id": picture = try cursor.integer()
      case "category_id": category = try cursor.integer()
      case "area": result.area = try cursor.double()
      case "segmentation": result.segmentation = try cursor.skip()
      default: try cursor.skip()
      }
    }
    guard let picture, let category else { throw cursor.problem("an annotation lacks image_id or category_id") }
    result.picture = picture
    result.label = category
    return result
  }

  /// Replaces ids by positions and puts the annotations of a picture together, their order unchanged.
  private static func grouped(
    _ found: [Annotation], _ pictures: [Picture], _ categories: [Category], _ cursor: JSONCursor
  ) throws -> ([Annotation], [Int]) {
    var pictureAt: [Int: Int] = [:]
    for (index, picture) in pictures.enumerated() where pictureAt.updateValue(index, forKey: picture.id) != nil {
      throw cursor.problem("image id \(picture.id) occurs twice")
    }
    var labelOf: [Int: Int] = [:]
    for (index, category) in categories.enumerated() where labelOf.updateValue(index + 1, forKey: category.id) != nil {
      throw cursor.problem("category id \(category.id) occurs twice")
    }
    var known: [Annotation] = []
    known.reserveCapacity(found.count)
    for var annotation in found {
      // Excerpts of COCO often keep annotations of pictures that they left out.
      guard let picture = pictureAt[annotation.picture] else { continue }
      guard let label = labelOf[annotation.label] else {
        throw cursor.problem("an annotation has the unknown category \(annotation.label)")
      }
      annotation.picture = picture
      annotation.label = label
      known.append(annotation)
    }
    var first = [Int](repeating: 0, count: pictures.count + 1)
    for annotation in known { first[annotation.picture + 1] += 1 }
    for index in pictures.indices { first[index + 1] += first[index] }
    var next = first
    var sorted = [Annotation](repeating: Annotation(), count: known.count)
    for annotation in known {
      sorted[next[annotation.picture]] = annotation
      next[annotation.picture] += 1
    }
    return (sorted, first)
  }
}
