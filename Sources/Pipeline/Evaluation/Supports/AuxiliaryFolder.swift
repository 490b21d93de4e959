import Foundation
import Render

/// A folder of pre-generated supports, read as DifFSS-BAM's loader does.
///
/// `ITEM_CLASS_K.jpg` is looked for, then `.png`; where there is neither the real support stands for it, silently in the published loader.
struct AuxiliaryFolder: Sendable {
  let url: URL

  /// Throws `PipelineError.unreadableFile` when there is no such folder.
  init(_ url: URL) throws {
    guard RootFolder.isFolder(url) else { throw PipelineError.unreadableFile(path: url.path, reason: "there is no such folder") }
    self.url = url
  }

  /// The picture of a generated support; nil when it is not there.
  func file(_ support: GeneratedSupport) -> URL? {
    guard RootFolder.staysInside(support.item.id) else { return nil }
    return ["jpg", "png"].map { url.appendingPathComponent("\(name(support)).\($0)") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// How many of some pictures are not there. Throws `PipelineError.unreadableFile` when it is all of them.
  func missing(_ wanted: [GeneratedSupport]) throws -> Int {
    let missing = wanted.count { file($0) == nil }
    if missing == wanted.count, let first = wanted.first {
      throw PipelineError.unreadableFile(path: url.path, reason: "none of its pictures is for these supports, such as \(name(first)).jpg or .png")
    }
    return missing
  }

  /// Names, sizes and times of change of some pictures: another state of the folder is another text.
  func state(_ wanted: [GeneratedSupport]) -> [String] {
    wanted.compactMap(file).map { file in
      var status = stat()
      stat(file.path, &status)
      return "\(file.lastPathComponent) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
  }

  private func name(_ support: GeneratedSupport) -> String { "\(support.item.id)_\(support.classIndex)_\(support.number)" }
}
