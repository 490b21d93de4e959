import Core
import Foundation
import Render

/// An image of the user's own that is beside those of a data set, with a mask of one of its classes.
public struct ImportedImage: Codable, Hashable, Sendable {
  /// `own/NAME-HASH`: no data set names an image so, and another image or mask has another hash.
  public let id: String
  public let image: URL
  public let mask: URL
  public let classIndex: Int
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

extension DatasetItem {
  /// Whether it was imported.
  public var isOwn: Bool { Self.isOwn(id) }

  /// Whether an identifier is of an imported image.
  public static func isOwn(_ id: String) -> Bool { id.hasPrefix("own/") }
}
