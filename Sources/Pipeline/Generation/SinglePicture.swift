import Foundation
import Render

/// A data set of one picture and its mask from two files, so that a single pair goes the same way as any data set's.
public struct SinglePicture: Dataset {
  public let name = "files"
  public let folds = 1
  public let classes: [ClassInfo]
  public let items: [DatasetItem]

  private let picture: Image
  private let labels: LabelMask

  /// Reads both files; `info.index` is the class's value in the mask.
  ///
  /// Throws `RenderError` for a file that cannot be read, and what `SupportMask.check` throws for a pair that does not fit.
  public init(image: URL, mask: URL, info: ClassInfo) throws {
    picture = try Image(pngOrJpeg: image).rgb
    let full = try LabelMask(png: mask)
    labels = try SupportMask.check(image: picture, mask: full, classIndex: info.index, name: image.lastPathComponent)
    classes = [info]
    items = [DatasetItem(id: image.deletingPathExtension().lastPathComponent, classes: [info.index])]
  }

  public func classes(inFold fold: Int) -> [Int] { fold == 0 ? classes.map(\.index) : [] }

  public func image(_ item: DatasetItem) throws -> Image { picture }

  /// The one class; all else is background.
  public func mask(_ item: DatasetItem) throws -> LabelMask {
    let index = UInt8(classes[0].index)
    return LabelMask(width: labels.width, height: labels.height, labels: labels.labels.map { $0 == 1 ? index : 0 })
  }
}
