import Foundation
import Render

/// A picture and its mask as two files.
struct FilePair: Sendable {
  let image: URL
  let mask: URL

  /// The picture in three channels. Throws `PipelineError.sizeMismatch` when the mask's header says another size.
  func readImage() throws -> Image {
    let picture = try Image(pngOrJpeg: image)
    if let size = Self.pngSize(mask), size != (picture.width, picture.height) {
      throw PipelineError.sizeMismatch(
        image: image.path, imageSize: "\(picture.width)x\(picture.height)", mask: mask.path,
        maskSize: "\(size.width)x\(size.height)")
    }
    return picture.rgb
  }

  /// Width and height in a PNG file's header; nil when there is none to be read, which reading the mask will report.
  private static func pngSize(_ url: URL) -> (width: Int, height: Int)? {
    guard let handle = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? handle.close() }
    guard let head = try? handle.read(upToCount: 24), head.count == 24, head.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
      return nil
    }
    func number(_ offset: Int) -> Int { head[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }
}
