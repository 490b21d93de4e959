import Foundation
import Render

/// A picture and its mask as two files, by their paths.
struct FilePair: Hashable, Sendable {
  let image: String
  let mask: String

  /// The picture in three channels. Throws `PipelineError.sizeMismatch` when the mask's header says another size.
  func readImage() throws -> Image {
    let picture = try Image(pngOrJpeg: URL(fileURLWithPath: image))
    if let size = try? PictureSize(of: URL(fileURLWithPath: mask)), size != PictureSize(width: picture.width, height: picture.height) {
      throw PipelineError.sizeMismatch(
        image: image, imageSize: "\(picture.width)x\(picture.height)", mask: mask, maskSize: size.description)
    }
    return picture.rgb
  }

  /// What the headers of both files tell.
  func check(_ name: String, resizesMask: Bool = false) -> [DatasetProblem] {
    let pictureSize: PictureSize, maskSize: PictureSize
    do { pictureSize = try PictureSize(of: URL(fileURLWithPath: image)) } catch {
      let isThere = FileManager.default.fileExists(atPath: image)
      return [DatasetProblem(isThere ? .imageUnreadable : .imageMissing, name, "\(error)")]
    }
    do { maskSize = try PictureSize(of: URL(fileURLWithPath: mask)) } catch { return [] }
    return pictureSize == maskSize ? [] : [DatasetProblem(resizesMask ? .maskResized : .sizesDiffer, name, "image \(pictureSize), mask \(maskSize)")]
  }
}
