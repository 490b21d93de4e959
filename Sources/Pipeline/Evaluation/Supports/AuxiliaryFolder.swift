import Core
import Data
import Foundation
import Generation
import Render

/// A folder of pre-generated supports, read as DifFSS-BAM's loader does.
///
/// `ITEM_CLASS_K.jpg` is looked for, then `.png`; where there is neither the real support stands for it, silently in the published loader.
struct AuxiliaryFolder: AuxiliarySource {
  let weights: [String: String] = [:]
  /// What the first of its images says.
  private(set) var demoWeights: [String]?
  private let url: URL
  private let dataset: any Dataset

  /// Throws `CoreError.unreadableFile` when there is no such folder, or none of the wanted images in it.
  init(_ url: URL, of dataset: any Dataset, wanted: [GeneratedSupport]) throws {
    guard RootFolder.isFolder(url) else { throw CoreError.unreadableFile(path: url.path, reason: "there is no such folder") }
    self.url = url
    self.dataset = dataset
    guard wanted.contains(where: has) || wanted.isEmpty else {
      throw CoreError.unreadableFile(
        path: url.path, reason: "none of its images is for these supports, such as \(wanted.first?.name ?? "").jpg or .png")
    }
    guard let first = wanted.lazy.compactMap(file).first, let text = try? ImageText.of(FileBytes.read(first)) else { return }
    demoWeights = ImageMetadata(entries: text)?.demoWeights
  }

  /// Names, sizes and times of change of the images.
  func state(_ wanted: [GeneratedSupport]) -> [String] {
    wanted.compactMap(file).map { file in
      var status = stat()
      stat(file.path, &status)
      return "\(file.lastPathComponent) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
  }

  /// Nothing is generated into a folder.
  func prepare(_ wanted: [GeneratedSupport], stop: StopFlag, progress: (EvaluationProgress) -> Void) {}

  func has(_ support: GeneratedSupport) -> Bool { file(support) != nil }

  func image(_ support: GeneratedSupport) throws -> MaskedImage {
    guard let file = file(support) else { return .real(support.item, of: dataset) }
    return .generated(.file(file.path), from: support.item, of: dataset) { try Image(pngOrJpeg: file) }
  }

  private func file(_ support: GeneratedSupport) -> URL? {
    guard RootFolder.staysInside(support.item.id) else { return nil }
    return ["jpg", "png"].map { url.appendingPathComponent("\(support.name).\($0)") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}
