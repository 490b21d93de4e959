import Data
import Foundation
import Models
import Render

/// An image of the user's own with its mask and the class meant in it, outside any data set.
public struct OwnImage: Sendable {
  /// The image's file name without its extension.
  public let name: String
  public let image: Image
  /// 1 where the class is, 0 elsewhere, 255 where the mask says to ignore.
  public let mask: LabelMask
  /// What is known of the class; its colour may be missing where no image of it is generated.
  public let info: OwnClass
  /// What is to be said about how the image is turned.
  public let note: String?
  let files: (image: URL, mask: URL)
  let orientation: OrientationRule

  /// Reads both files and checks that they belong together.
  ///
  /// Throws `RenderError` for unreadable files, `DataError.sizeMismatch`, `.emptyMask`, `.classAbsent` or `.unclearMask`.
  public init(image imageFile: URL, mask maskFile: URL, info: OwnClass, orientation: OrientationRule = .auto) throws {
    name = imageFile.deletingPathExtension().lastPathComponent
    let pair = try OwnPair(image: imageFile, mask: maskFile, label: info.label, orientation: orientation)
    (image, mask, note) = (pair.image, pair.mask, pair.note)
    self.info = info
    files = (imageFile, maskFile)
    self.orientation = orientation
  }

  /// The image's name with its class, for the names of files.
  var stem: String {
    let word = info.name.map { String($0.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" }) }
    return "\(name)_\(word ?? "\(info.index ?? 1)")"
  }

  /// The control image with every stage; `detector` is a weights file that replaces the library's own.
  /// Throws `CoreError.badSetting`, `GenerationError.noObject` and `.modelMissing`, and `ModelError`.
  public func condition(
    _ type: ConditionType, settings: ConditionSettings, models: ModelLibrary, detector: URL? = nil
  ) throws -> ControlImage {
    let edges = try type.detector(settings).map { kind -> any EdgeDetector in
      guard let detector else { return try models.detector(kind) { _ in } }
      let checkpoint = try Checkpoint(file: detector)
      return switch kind {
      case .hed: try HED(checkpoint) as any EdgeDetector
      case .pidinet: try PiDiNet(checkpoint)
      }
    }
    let maker = try ConditionMaker(type, settings: settings, palette: Palette(), detector: edges)
    return try maker.make(image: image, mask: mask, adeIndex: type == .mask ? info.colour() : 0)
  }
}
