import Foundation
import Render

/// An image and its mask as two files, by their paths.
struct FilePair: Hashable, Sendable {
  let image: String
  let mask: String

  /// The image in three channels, turned by `rule`. Throws `DataError.sizeMismatch` when the mask's header says another size.
  ///
  /// `isOwn` says that the files are the user's, whose masks may be turned too.
  func readImage(_ rule: OrientationRule = .auto, isOwn: Bool = false) throws -> Image {
    let expected = maskSize(rule, isOwn), turned = try TurnedImage(URL(fileURLWithPath: image), rule: rule, mask: expected)
    if let expected, expected != turned.size {
      throw DataError.sizeMismatch(image: image, imageSize: turned.sizes, mask: mask, maskSize: expected.description)
    }
    return turned.image
  }

  var version: ItemVersion { ItemVersion(image: image, mask: mask) }

  /// What is done to the stored rows of an image of the user's own; upright where it cannot be read.
  func turn(_ rule: OrientationRule) -> Orientation { turn(rule, isOwn: true) }

  private func turn(_ rule: OrientationRule, isOwn: Bool) -> Orientation {
    let url = URL(fileURLWithPath: image)
    guard let asked = try? Orientation(ofFile: url), let size = try? ImageSize(of: url) else { return .upright }
    return rule.turn(asked, of: size, mask: maskSize(rule, isOwn))
  }

  /// What the headers of both files and the image's end tell.
  func check(_ name: String, _ rule: OrientationRule = .auto, isOwn: Bool = false, resizesMask: Bool = false) -> [DatasetProblem] {
    let imageSize: ImageSize
    do { imageSize = try ImageSize(ofWhole: URL(fileURLWithPath: image)) } catch {
      let isThere = FileManager.default.fileExists(atPath: image)
      return [DatasetProblem(isThere ? .imageUnreadable : .imageMissing, name, error.reason)]
    }
    guard let maskSize = maskSize(rule, isOwn) else { return [] }
    if !isOwn, !resizesMask, let asked = try? Orientation(ofFile: URL(fileURLWithPath: image)),
      let problem = asked.problem(name, stored: imageSize, mask: maskSize)
    {
      return [problem]
    }
    guard maskSize != imageSize else { return [] }
    let turned = imageSize.turned(turn(rule, isOwn: isOwn))
    return maskSize == turned ? [] : [DatasetProblem(resizesMask ? .maskResized : .sizesDiffer, name, "image \(turned), mask \(maskSize)")]
  }

  /// Of the mask, the right way up; nil where its header cannot be read.
  private func maskSize(_ rule: OrientationRule, _ isOwn: Bool) -> ImageSize? {
    let url = URL(fileURLWithPath: mask)
    guard let size = try? ImageSize(of: url) else { return nil }
    guard isOwn, rule != .ignore, let asked = try? Orientation(ofFile: url) else { return size }
    return size.turned(asked)
  }
}
