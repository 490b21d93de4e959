import Foundation
import Models
import Render

/// A picture of the user's own with its mask and the class meant in it, outside any data set.
public struct OwnPicture: Sendable {
  /// The picture's file name without its extension.
  public let name: String
  public let image: Image
  /// 1 where the class is, 0 elsewhere, 255 where the mask says to ignore.
  public let mask: LabelMask
  public let info: ClassInfo

  /// Reads both files and checks that they belong together.
  ///
  /// `info.index` is the class's label in the mask. Throws `RenderError` for unreadable files, `PipelineError.sizeMismatch`,
  /// `.emptyMask` or `.classAbsent`.
  public init(image imageFile: URL, mask maskFile: URL, info: ClassInfo) throws {
    name = imageFile.deletingPathExtension().lastPathComponent
    image = try Image(pngOrJpeg: imageFile).rgb
    mask = try SupportMask.check(
      image: image, mask: LabelMask(png: maskFile), classIndex: info.index, imageName: imageFile.path, maskName: maskFile.path)
    self.info = info
  }

  /// The control image with every stage; `detector` is a weights file that replaces the library's own.
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
    return try maker.make(image: image, mask: mask, adeIndex: info.adeIndex)
  }
}
