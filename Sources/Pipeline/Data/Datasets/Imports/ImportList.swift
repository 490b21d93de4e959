import Core
import Foundation
import Render

/// The imported images of a data set: a file of JSON in the data folder.
public final class ImportList: Sendable {
  private let file: URL

  private static let mostBytes = 1 << 24

  init(_ folder: URL, dataset: String) { file = folder.appendingPathComponent("imports/\(dataset).json") }

  /// In the order imported. A list that cannot be read is none.
  public var images: [ImportedImage] {
    guard let bytes = try? FileBytes.read(file, limit: Self.mostBytes) else { return [] }
    return (try? JSONDecoder().decode([ImportedImage].self, from: Data(bytes))) ?? []
  }

  /// Indices of classes of the user's own are above it: no data set numbers as many.
  public static let ownClasses = 10_000

  /// The classes of the user's own, in the order of their indices.
  public var classes: [ClassInfo] {
    let all = images.compactMap(\.ownClass)
    return Dictionary(all.map { ($0.index, $0) }, uniquingKeysWith: { _, last in last }).values.sorted { $0.index < $1.index }
  }

  /// The class of the user's own with a name, whatever its case, or the next new one. Throws `CoreError` where the tables of
  /// words are missing.
  func ownClass(named name: String) throws -> ClassInfo {
    let known = classes
    if let own = known.first(where: { $0.name.lowercased() == name.lowercased() }) { return own }
    return try ClassWords().info(index: max(Self.ownClasses, known.last?.index ?? 0) + 1, name: name)
  }

  /// The class that is meant, with `base`'s own under their numbers. Throws `DataError.unknownClass`, `CoreError.badSetting` for a name
  /// without a letter that can be shown, and what `ownClass` throws.
  func info(of meant: ImportClass, beside base: any Dataset) throws -> ClassInfo {
    switch meant {
    case .index(let index):
      guard let info = base.classInfo(index) ?? classes.first(where: { $0.index == index }) else {
        throw DataError.unknownClass(index: index, dataset: base.name, count: base.classes.count)
      }
      return info
    case .named(let text):
      guard let name = ClassInfo.shownName(text) else {
        let value = "\"\(PlainText.clean(text))\""
        throw CoreError.badSetting(name: "class name", value: value, allowed: "a word or a few, as a prompt says it")
      }
      return try base.classes.first { $0.name.lowercased() == name.lowercased() } ?? ownClass(named: name)
    }
  }

  /// Adds an image behind all others; one that is there stays in its place, or goes last where it is of another class now. `old` is an image
  /// whose place it takes. Throws `CoreError.cannotWrite`.
  public func add(_ image: ImportedImage, for old: ImportedImage? = nil) throws -> ImportChange {
    var all = images
    let id = old?.id ?? image.id, place = all.firstIndex { $0.id == id }, before = place.map { all[$0] }
    if let place, before?.classIndex == image.classIndex {
      all[place] = image
    } else {
      all = all.filter { $0.id != id && $0.id != image.id } + [image]
    }
    try write(all)
    return ImportChange(before: before, after: image, place: place ?? all.count - 1)
  }

  /// Takes an image out; its files stay. Throws `DataError.notImported` and `CoreError.cannotWrite`.
  public func remove(_ id: String) throws -> ImportChange {
    let image = try image(id), all = images
    try write(all.filter { $0.id != id })
    return ImportChange(before: image, after: nil, place: all.firstIndex(of: image) ?? 0)
  }

  /// Brings the list to what it was before a change, as far as that concerns the change's image. Throws `CoreError.cannotWrite`.
  public func undo(_ change: ImportChange) throws -> ImportChange {
    var all = images.filter { $0.id != change.before?.id && $0.id != change.after?.id }
    if let image = change.before { all.insert(image, at: min(change.place, all.count)) }
    try write(all)
    return ImportChange(before: change.after, after: change.before, place: change.place)
  }

  /// Throws `DataError.notImported`.
  public func image(_ id: String) throws -> ImportedImage {
    guard let image = images.last(where: { $0.id == id }) else { throw DataError.notImported(id: id) }
    return image
  }

  private func write(_ images: [ImportedImage]) throws { try AtomicFile.write(CanonicalJSON.data(images), to: file) }
}

/// Which class an image is imported into.
public enum ImportClass: Hashable, Sendable {
  case index(Int)
  /// The data set's class of that name, or one of the user's own.
  case named(String)
}

extension ClassInfo {
  /// A class's name as it is used: what of a text can be shown, 60 characters at most. Nil where that has neither letter nor digit.
  public static func shownName(_ text: String) -> String? {
    let name = String(PlainText.clean(text).trimmingCharacters(in: .whitespaces).prefix(60))
    return name.contains { $0.isLetter || $0.isNumber } ? name : nil
  }
}

/// A change of the list of imported images, which can be taken back.
public struct ImportChange: Hashable, Sendable {
  /// The image as it was; nil where it is new.
  public let before: ImportedImage?
  /// The image as it is; nil where it was removed.
  public let after: ImportedImage?
  /// Where in the list it was, or is.
  let place: Int

  public init(before: ImportedImage?, after: ImportedImage?, place: Int = 0) {
    self.before = before
    self.after = after
    self.place = place
  }

  /// The image that it is about.
  public var image: ImportedImage? { after ?? before }
}
