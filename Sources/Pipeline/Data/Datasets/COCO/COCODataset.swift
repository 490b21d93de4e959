import Core
import Foundation
import Render

/// COCO-20i: photographs of COCO 2014 or 2017 with class masks rasterised from their instance annotations.
///
/// Class index = position of the category in the file (`COCONumbering` where files differ). Items are sorted by name.
final class COCODataset: Dataset {
  let name = DatasetKind.coco.rawValue
  let split: DatasetSplit
  let classes: [ClassInfo]
  let folds = FoldRule.folds
  let items: [DatasetItem]
  let problems: [DatasetProblem]

  /// A part of COCO with its annotation file.
  private struct Part: Sendable {
    let name: String
    let images: RootFolder
    let annotations: FileRanges
    var index: COCOIndex

    var names: COCONumbering.File { COCONumbering.File(url: annotations.url, names: index.categories.map(\.name)) }
  }

  private let foldRule: FoldRule
  private let parts: [Part]
  /// Where an item is: its part and the position there.
  private let places: [String: (part: Int, image: Int)]
  /// Positions in `items`.
  private let numbered: [COCONumber: Int]

  /// Reads the annotation files, or what the cache knows of them; `others` are those of the folder that are not used.
  ///
  /// Throws `DataError` when none can be read, or they do not list the same categories.
  init(
    _ source: DatasetSource, _ folder: RootFolder, parts chosen: [COCOFolder.Part], others: [String], split: DatasetSplit, foldRule: FoldRule,
    progress: DatasetProgress
  ) throws {
    self.split = split
    self.foldRule = foldRule
    var parts: [Part] = [], problems: [DatasetProblem] = [], failure: (any Error)?
    for part in chosen {
      let file = COCOFolder.annotations(folder, part.name)
      do {
        let index = try COCOIndex.open(file, cache: source.cacheFile("index \(part.name)"), progress: progress)
        parts.append(
          Part(
            name: part.name, images: try folder.folder(part.images), annotations: try FileRanges(file), index: index))
        problems += index.problems
      } catch let error as any Explained {
        failure = failure ?? error
        problems.append(DatasetProblem(.brokenAnnotations, file.lastPathComponent, error.reason))
      }
    }
    guard !parts.isEmpty else { throw failure ?? folder.wrong("no annotation file can be read") }
    let numbering = try COCONumbering(
      read: parts.map(\.names),
      others: others.compactMap { name in
        let file = COCOFolder.annotations(folder, name)
        return COCOReader.categoryNames(file).map { COCONumbering.File(url: file, names: $0) }
      }, published: COCOFolder.publishedNames())
    for number in parts.indices {
      if let map = numbering.map(parts[number].names.names) { parts[number].index.renumber(map) }
    }
    problems += numbering.problems
    var items: [DatasetItem] = [], places: [String: (part: Int, image: Int)] = [:]
    items.reserveCapacity(parts.reduce(0) { $0 + $1.index.images.count })
    for (number, part) in parts.enumerated() {
      for (position, image) in part.index.images.enumerated() {
        let id = part.name + "/" + Self.base(image.fileName)
        guard RelativePath.staysInside(image.fileName) else {
          problems.append(DatasetProblem(.outsideRoot, image.fileName, "named in \(part.annotations.url.lastPathComponent)"))
          continue
        }
        if places[id] != nil {
          problems.append(DatasetProblem(.duplicate, id, "the file name \(image.fileName) occurs twice"))
          continue
        }
        places[id] = (number, position)
        items.append(DatasetItem(id: id, classes: image.facts.labels()))
        if let fault = image.facts.fault { problems.append(DatasetProblem(.maskUnreadable, id, fault)) }
      }
    }
    items.sort { $0.id < $1.id }
    self.parts = parts
    self.items = items
    self.places = places
    self.problems = problems
    numbered = COCONumber.places(of: items)
    classes = try COCOFolder.classes(numbering.names)
  }

  func classes(inFold fold: Int) -> [Int] { foldRule.classes(inFold: fold, of: classes.count, split: split) }

  func item(_ id: String) -> DatasetItem? {
    guard let (part, image) = place(id) else { return nil }
    return DatasetItem(id: id, classes: part.index.images[image].facts.labels())
  }

  func listedClasses(of item: DatasetItem) -> [Int] {
    guard let (part, image) = place(item.id) else { return [] }
    return part.index.images[image].facts.labels(ofAtLeast: MaskFacts.leastListed)
  }

  func image(_ item: DatasetItem) throws -> Image { try image(item, orientation: .auto) }

  func image(_ item: DatasetItem, orientation: OrientationRule) throws -> Image {
    let (part, index) = try place(item)
    let entry = part.index.images[index]
    let file = try part.images.file(entry.fileName, listedIn: part.annotations.url.path).inAnyCase
    let expected = ImageSize(width: entry.width, height: entry.height)
    let image = try TurnedImage(file, rule: orientation, mask: expected)
    guard image.size == expected else {
      throw DataError.sizeMismatch(
        image: file.path, imageSize: image.sizes, mask: "in \(part.annotations.url.path)", maskSize: "\(expected)")
    }
    return image.image
  }

  func mask(_ item: DatasetItem) throws -> LabelMask {
    let (part, index) = try place(item)
    return try COCOIndex.rasterise(part.index.images[index], from: part.annotations).mask
  }

  func version(of item: DatasetItem) -> ItemVersion? {
    guard let (part, index) = place(item.id),
      let file = try? part.images.file(part.index.images[index].fileName, listedIn: part.annotations.url.path).inAnyCase
    else { return nil }
    return ItemVersion(image: file.path, mask: part.annotations.url.path)
  }

  func check(_ item: DatasetItem) -> [DatasetProblem] {
    guard let (part, index) = place(item.id) else { return [] }
    let image = part.index.images[index], expected = ImageSize(width: image.width, height: image.height)
    do {
      let file = try part.images.file(image.fileName, listedIn: part.annotations.url.path).inAnyCase
      guard FileManager.default.fileExists(atPath: file.path) else {
        return [DatasetProblem(.imageMissing, item.id, "there is no \(file.path)")]
      }
      let size = try ImageSize(ofWhole: file)
      if let problem = try Orientation(ofFile: file).problem(item.id, stored: size, mask: expected) { return [problem] }
      return size == expected ? [] : [DatasetProblem(.sizesDiffer, item.id, "image \(size), annotated as \(expected)")]
    } catch {
      return [DatasetProblem(.imageUnreadable, item.id, error.reason)]
    }
  }

  private func place(_ item: DatasetItem) throws -> (Part, Int) {
    guard let place = place(item.id) else { throw DataError.unknownItem(id: item.id, dataset: name) }
    return place
  }

  private func place(_ id: String) -> (Part, Int)? {
    let place = places[id] ?? COCONumber(id).flatMap { numbered[$0] }.flatMap { places[items[$0].id] }
    return place.map { (parts[$0.part], $0.image) }
  }

  /// A file name without its extension; `NSString` would take as long as all the rest of opening.
  static func base(_ fileName: String) -> String {
    guard let dot = fileName.lastIndex(of: "."), dot > fileName.startIndex, !fileName[dot...].contains("/") else { return fileName }
    return String(fileName[..<dot])
  }
}
