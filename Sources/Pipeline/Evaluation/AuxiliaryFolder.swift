import Foundation
import Render

/// A folder of pre-generated supports, read as DifFSS-BAM's loader does.
///
/// `ITEM_CLASS_K.jpg` is looked for, then `.png`; where there is neither the real support stands for it, silently in the published loader. A picture is
/// stretched to the size of its support by OpenCV's bilinear rule and has the support's own mask.
struct AuxiliaryFolder: Sendable {
  let url: URL

  /// Throws `PipelineError.unreadableFile` when there is no such folder.
  init(_ url: URL) throws {
    guard RootFolder.isFolder(url) else { throw PipelineError.unreadableFile(path: url.path, reason: "there is no such folder") }
    self.url = url
  }

  /// Generated picture `number` of a support; nil when it is not there.
  func file(_ item: DatasetItem, classIndex: Int, number: Int) -> URL? {
    guard RootFolder.staysInside(item.id) else { return nil }
    return ["jpg", "png"].map { url.appendingPathComponent("\(item.id)_\(classIndex)_\(number).\($0)") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// How many of some pictures are there. Throws `PipelineError.unreadableFile` when it is none.
  func count(_ wanted: [(item: DatasetItem, classIndex: Int, number: Int)]) throws -> Int {
    let found = wanted.count { file($0.item, classIndex: $0.classIndex, number: $0.number) != nil }
    if found == 0, let first = wanted.first {
      throw PipelineError.unreadableFile(
        path: url.path, reason: "none of its pictures is for these supports, such as \(first.item.id)_\(first.classIndex)_\(first.number).jpg or .png")
    }
    return found
  }

  /// The picture in a support's size.
  static func read(_ file: URL, support: Image) throws -> Image {
    try Image(pngOrJpeg: file).rgb.resized(width: support.width, height: support.height, .linear)
  }
}
