import Foundation
import Render

/// An image as it is used: turned, or left, by a rule.
public struct TurnedImage {
  /// Three channels.
  public let image: Image
  /// What was done to the stored rows.
  public let turn: Orientation
  /// What the file asked for.
  let asked: Orientation
  private let stored: ImageSize

  /// Reads a file; `mask` is its mask's size, the right way up. Throws `RenderError`.
  public init(_ url: URL, rule: OrientationRule, mask: ImageSize? = nil) throws {
    let bytes = try FileBytes.read(url)
    let rows = try Image.decode(bytes: bytes, name: url.path).rgb
    asked = Orientation(of: bytes)
    stored = ImageSize(width: rows.width, height: rows.height)
    turn = rule.turn(asked, of: stored, mask: mask)
    image = rows.turned(turn)
  }

  var size: ImageSize { ImageSize(width: image.width, height: image.height) }

  /// The size for an error, with the other one that it might have had.
  var sizes: String {
    stored.turned(asked) == stored ? "\(stored)" : turn == .upright ? "\(stored), as stored," : "\(size), turned as its EXIF data says,"
  }

  /// What was done, where anything was asked for; nil where there is nothing to say. `name` is the file's.
  public func note(_ name: String, rule: OrientationRule) -> String? {
    guard asked != .upright else { return nil }
    let fitsBoth = stored.turned(asked) == stored
    let why =
      switch rule {
      case .obey: "as its EXIF data says"
      case .ignore: "its EXIF data is ignored"
      case .auto where turn == .upright: "its mask is of that size, its EXIF data (\(asked.title)) is ignored"
      case .auto where fitsBoth: "as its EXIF data says; its mask fits either way, --orientation ignore leaves the image as stored"
      case .auto: "as its EXIF data and its mask say"
      }
    return "\(name) is \(turn == .upright ? "taken as stored" : turn.title): \(why)"
  }
}

/// An image of the user's own with its mask.
public struct OwnPair {
  public let image: Image
  /// 1 where the object is, 0 elsewhere, 255 where the mask says to ignore.
  public let mask: LabelMask
  /// What is to be said about the image's orientation.
  public let note: String?

  /// Reads both files, which must be of one size. `label` as in `ObjectMask.read`.
  ///
  /// Throws `RenderError`, `DataError.sizeMismatch`, `.emptyMask`, and what `ObjectMask` throws.
  public init(image imageFile: URL, mask maskFile: URL, label: Int?, orientation rule: OrientationRule) throws {
    let file = try MaskFile(maskFile)
    let size = Self.size(file, rule), turned = try TurnedImage(imageFile, rule: rule, mask: size)
    guard turned.size == size else {
      throw DataError.sizeMismatch(image: imageFile.path, imageSize: turned.sizes, mask: maskFile.path, maskSize: "\(size)")
    }
    image = turned.image
    mask = try Self.mask(file, label: label, name: maskFile.path, orientation: rule)
    guard mask.labels.contains(1) else { throw DataError.emptyMask(name: maskFile.path) }
    note = turned.note(imageFile.lastPathComponent, rule: rule)
  }

  /// The mask of a file, the right way up: a mask that carries an orientation of its own follows it unless `rule` ignores all of them.
  public static func mask(_ file: MaskFile, label: Int?, name: String, orientation rule: OrientationRule) throws -> LabelMask {
    try ObjectMask.read(file, label: label, name: name).turned(rule == .ignore ? .upright : file.orientation)
  }

  private static func size(_ file: MaskFile, _ rule: OrientationRule) -> ImageSize {
    ImageSize(width: file.width, height: file.height).turned(rule == .ignore ? .upright : file.orientation)
  }
}
