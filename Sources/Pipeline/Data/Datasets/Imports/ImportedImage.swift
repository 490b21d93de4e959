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

  public var item: DatasetItem { DatasetItem(id: id, classes: [classIndex]) }

  /// Reads both files and checks that they belong together. In a mask without the label `classIndex` everything that is set is the class.
  ///
  /// Throws `RenderError` for unreadable files, `DataError.sizeMismatch`, `.emptyMask` and `.unclearMask`.
  public init(image imageFile: URL, mask maskFile: URL, classIndex: Int) throws {
    image = imageFile.absoluteURL.standardizedFileURL
    mask = maskFile.absoluteURL.standardizedFileURL
    self.classIndex = classIndex
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

  /// Adds an image, or puts it last when it is there. Throws `CoreError.cannotWrite`.
  public func add(_ image: ImportedImage) throws {
    try AtomicFile.write(CanonicalJSON.data(images.filter { $0.id != image.id } + [image]), to: file)
  }
}
