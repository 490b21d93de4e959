import Core
import Foundation
import Render

/// An image of the user's own that is beside those of a data set, with a mask of one of its classes.
public struct ImportedImage: Codable, Hashable, Sendable {
  /// `own/NAME-HASH`: no data set names an image so, and another image or mask has another hash.
  let id: String
  let image: URL
  let mask: URL
  let classIndex: Int
  /// The class where it is none of the data set's; nil, and absent from the JSON, otherwise.
  let ownClass: ClassInfo?

  public var item: DatasetItem { DatasetItem(id: id, classes: [classIndex]) }

  /// Reads both files and checks that they belong together. In a mask without the label `classIndex` everything that is set is the class.
  ///
  /// Throws `RenderError` for unreadable files, `DataError.sizeMismatch`, `.emptyMask` and `.unclearMask`.
  public init(image imageFile: URL, mask maskFile: URL, classIndex: Int, ownClass: ClassInfo? = nil) throws {
    image = imageFile.absoluteURL.standardizedFileURL
    mask = maskFile.absoluteURL.standardizedFileURL
    (self.classIndex, self.ownClass) = (classIndex, ownClass)
    let hash = SHA()
    for file in [image, mask] { hash.update(data: Data(try FileBytes.read(file))) }
    let name = image.deletingPathExtension().lastPathComponent.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "_" }
    id = "own/\(String(name).prefix(60))-\(Digest.hex(of: hash.finalize()).prefix(8))"
    _ = try read()
  }

  func readImage() throws -> Image { try read().image }

  /// 1 where the class is, 255 where the mask says to ignore.
  func readMask() throws -> LabelMask { try read().mask }

  var version: ItemVersion { ItemVersion(image: image.path, mask: mask.path) }

  /// What is done to the stored rows of the image.
  var turn: Orientation { FilePair(image: image.path, mask: mask.path).turn(.auto) }

  private func read() throws -> OwnPair {
    guard ownClass == nil else { return try OwnPair(image: image, mask: mask, label: nil, orientation: .auto) }
    do { return try OwnPair(image: image, mask: mask, label: classIndex, orientation: .auto) } catch DataError.classAbsent {
      return try OwnPair(image: image, mask: mask, label: nil, orientation: .auto)
    }
  }
}

/// The imported images of a data set: a file of JSON in the data folder.
public final class ImportList: Sendable {
  private let file: URL

  private static let mostBytes = 1 << 24

  init(_ folder: URL, dataset: String) { file = folder.appendingPathComponent("imports/\(dataset).json") }

  /// In the order imported. A list that cannot be read is none.
  var images: [ImportedImage] {
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
  public func ownClass(named name: String) throws -> ClassInfo {
    let known = classes
    if let own = known.first(where: { $0.name.lowercased() == name.lowercased() }) { return own }
    return try ClassWords().info(index: max(Self.ownClasses, known.last?.index ?? 0) + 1, name: name)
  }

  /// Adds an image, or puts it last when it is there. Throws `CoreError.cannotWrite`.
  public func add(_ image: ImportedImage) throws {
    try AtomicFile.write(CanonicalJSON.data(images.filter { $0.id != image.id } + [image]), to: file)
  }
}

extension DatasetItem {
  /// Whether it was imported.
  public var isOwn: Bool { Self.isOwn(id) }

  /// Whether an identifier is of an imported image.
  public static func isOwn(_ id: String) -> Bool { id.hasPrefix("own/") }
}
