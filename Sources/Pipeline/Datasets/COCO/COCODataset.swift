import Foundation
import Render

/// COCO-20i: photographs of COCO 2014 or 2017 with class masks painted from their instance annotations.
///
/// A class counts as present where its annotations cover at least 2·32·32 pixels (the community's rule for lists). Class
/// index = position of the category in the file; folds are interleaved as in HSNet: fold f has classes f + 1, f + 5, ...
public final class COCODataset: Dataset {
  static let layout = """
      DIR/annotations/instances_train2017.json   (any instances_NAME.json)
      DIR/train2017/000000000009.jpg             (NAME/, or images/NAME/)
    """

  public let name = "coco"
  public let classes: [ClassInfo]
  public let folds = 4
  public let items: [DatasetItem]

  private struct Split: Sendable {
    let name: String
    let folder: RootFolder
    let annotations: COCOAnnotations
  }

  private let splits: [Split]
  /// Where an item is: its split and the position there.
  private let places: [String: (split: Int, picture: Int)]
  private static let leastArea = 2.0 * 32 * 32

  /// Reads the annotation files below `root`; masks are painted when asked for. Throws `PipelineError`.
  public init(root: URL) throws {
    let folder = try RootFolder(root, dataset: "coco", layout: Self.layout)
    let files = folder.names(in: "annotations").filter { $0.hasPrefix("instances_") && $0.hasSuffix(".json") }
    guard !files.isEmpty else { throw folder.wrong("there is no annotations/instances_*.json") }
    var splits: [Split] = []
    var items: [DatasetItem] = []
    var places: [String: (split: Int, picture: Int)] = [:]
    for file in files {
      let split = String(file.dropFirst("instances_".count).dropLast(".json".count))
      // Often both annotation files are there, but only one of the two downloads of pictures.
      guard let pictures = [split, "images/\(split)"].first(where: folder.hasFolder) else { continue }
      let annotations = try COCOAnnotations(root.appendingPathComponent("annotations/\(file)"))
      if let other = splits.first, other.annotations.categories != annotations.categories {
        throw PipelineError.malformedFile(
          path: annotations.url.path, reason: "its categories are not those of \(other.annotations.url.path)")
      }
      for (index, picture) in annotations.pictures.enumerated() {
        let base = (picture.fileName as NSString).deletingPathExtension
        let id = "\(split)/\(base)"
        guard places.updateValue((splits.count, index), forKey: id) == nil else {
          throw PipelineError.malformedFile(path: annotations.url.path, reason: "the file name \(picture.fileName) occurs twice")
        }
        items.append(
          DatasetItem(id: id, classes: annotations.classes(ofPicture: index, leastArea: Self.leastArea)))
      }
      splits.append(Split(name: split, folder: try folder.folder(pictures), annotations: annotations))
    }
    guard !splits.isEmpty else {
      throw folder.wrong("no annotations/instances_NAME.json has its pictures in NAME/ or images/NAME/")
    }
    self.splits = splits
    self.items = items
    self.places = places
    classes = try Self.classes(splits.first?.annotations.categories ?? [])
  }

  public func classes(inFold fold: Int) -> [Int] {
    (0..<folds).contains(fold) ? classes.map(\.index).filter { ($0 - 1) % folds == fold } : []
  }

  public func image(_ item: DatasetItem) throws -> Image {
    let (split, index) = try place(item)
    let picture = split.annotations.pictures[index]
    let file = try split.folder.file(picture.fileName, listedIn: split.annotations.url.path)
    let image = try Image(pngOrJpeg: file)
    guard image.width == picture.width, image.height == picture.height else {
      throw PipelineError.sizeMismatch(
        image: file.path, imageSize: "\(image.width)x\(image.height)",
        mask: "in \(split.annotations.url.path)", maskSize: "\(picture.width)x\(picture.height)")
    }
    return image.rgb
  }

  public func mask(_ item: DatasetItem) throws -> LabelMask {
    let (split, index) = try place(item)
    return try split.annotations.mask(ofPicture: index)
  }

  private func place(_ item: DatasetItem) throws -> (Split, Int) {
    guard let place = places[item.id] else { throw PipelineError.unknownItem(id: item.id, dataset: name) }
    return (splits[place.split], place.picture)
  }

  private struct PublishedCategories: Decodable {
    struct Category: Decodable {
      let index: Int
      let name: String

      enum CodingKeys: String, CodingKey {
        case index = "class_index"
        case name
      }
    }
    let categories: [Category]
  }

  /// Prompt words and ADE20K classes by COCO's names; a category that COCO does not have keeps its own name.
  private static func classes(_ categories: [COCOAnnotations.Category]) throws -> [ClassInfo] {
    let table = try AssetTable.load("coco", as: ClassTable.self).classes(table: "coco")
    let published = try AssetTable.load("coco_category_ids", as: PublishedCategories.self).categories
    var indexOf: [String: Int] = [:]
    for category in published { indexOf[category.name] = category.index }
    return categories.enumerated().map { position, category in
      let known = indexOf[category.name].flatMap { table.indices.contains($0 - 1) ? table[$0 - 1] : nil }
      return ClassInfo(
        index: position + 1, name: category.name, promptName: known?.promptName ?? category.name,
        adeIndex: known?.adeIndex ?? ClassTable.anyThing)
    }
  }
}
