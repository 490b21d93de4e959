import Core
import Data
import Foundation
import Generation
import Render
import Synchronization

/// Pre-generated supports in a folder or in archives, read as DifFSS-BAM's loader does.
///
/// `ITEM_CLASS_K.jpg` is looked for, then `.png`; where there is neither the real support stands for it, silently in the published loader.
struct AuxiliaryFolder: AuxiliarySource {
  let weights: [String: String] = [:]
  /// What the first of its images says.
  private(set) var demoWeights: [String]?
  private let files: SupportFiles
  private let dataset: any Dataset

  /// Throws `EvaluationError.noSupports` when there is none of the wanted images, those of `fold`.
  init(_ files: SupportFiles, of dataset: any Dataset, wanted: [GeneratedSupport], fold: Int) throws {
    self.files = files
    self.dataset = dataset
    guard wanted.contains(where: has) || wanted.isEmpty else {
      throw EvaluationError.noSupports(folder: files.url.path, example: wanted.first?.name ?? "", fold: fold)
    }
    guard let first = wanted.lazy.compactMap(file).first, let text = try? ImageText.of(first.bytes()) else { return }
    demoWeights = ImageMetadata(entries: text)?.demoWeights
  }

  func facts(_ wanted: [GeneratedSupport]) -> AuxiliaryFacts? { AuxiliaryFacts(wanted.lazy.compactMap(file)) }

  /// Names, sizes and times of change of the images, or of their archives.
  func state(_ wanted: [GeneratedSupport]) -> [String] { wanted.compactMap { file($0)?.state } }

  /// Nothing is generated into a folder.
  func prepare(_ wanted: [GeneratedSupport], stop: StopFlag, progress: (EvaluationProgress) -> Void) {}

  func has(_ support: GeneratedSupport) -> Bool { file(support) != nil }

  func image(_ support: GeneratedSupport) throws -> MaskedImage {
    guard let file = file(support) else { return .real(support.item, of: dataset) }
    return .generated(.file(file.path), from: support.item, of: dataset) { try file.image() }
  }

  private func file(_ support: GeneratedSupport) -> SupportFile? { files.support(support.name) }
}

/// The folder or archive that was evaluated last: a sweep's evaluations read the headers of its archives once.
final class AuxiliaryShelf: Sendable {
  private let held: Mutex<SupportFiles?> = Mutex(nil)

  /// What is in a folder or an archive; `report` hears what of it cannot be used. Throws what `SupportFiles` throws.
  func files(_ url: URL, report: ModelLibrary.Report) throws -> SupportFiles {
    try held.withLock { held in
      if let held, held.url == url, held.isCurrent { return held }
      let fresh = try SupportFiles(url)
      for remark in fresh.remarks { report(.remark(remark)) }
      held = fresh
      return fresh
    }
  }
}
