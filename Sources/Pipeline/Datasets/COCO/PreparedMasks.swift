import Dispatch
import Foundation
import Render
import Synchronization

/// Painted masks of a part of COCO, kept as PNG files in the cache by `diffss dataset prepare`.
struct PreparedMasks: Sendable {
  let folder: URL

  /// Nil when nothing is kept for this state of the annotation file.
  init?(_ source: DatasetSource, part: String, annotations: URL) {
    guard let folder = Self.folder(source, part: part, annotations: annotations), RootFolder.isFolder(folder) else { return nil }
    self.folder = folder
  }

  /// A change of the annotation file is another folder.
  static func folder(_ source: DatasetSource, part: String, annotations: URL) -> URL? {
    let stamp = Stamp(of: annotations.path)
    return source.cacheFile("masks \(part) \(stamp.size) \(stamp.time)")
  }

  /// The mask of a file name without extension; nil when it is not kept or broken: then it is painted again.
  func mask(_ base: String) -> LabelMask? { try? LabelMask(png: folder.appendingPathComponent(base + ".png")) }
}

extension COCODataset {
  /// Writes every mask as `FOLDER/PART/NAME.png`, value = class index: the community's ready masks. What is there is left.
  ///
  /// Goes to the cache, where `mask` finds them again, when `folder` is nil. Returns how many were written and how many could not be painted; throws
  /// `PipelineError.cannotWrite`, and `CancellationError` when `progress` says so.
  func prepare(_ source: DatasetSource, to folder: URL? = nil, progress: DatasetProgress) throws -> (written: Int, failed: Int) {
    let state = Mutex((done: 0, written: 0, failed: 0, goesOn: true, failure: Optional<any Error>.none))
    let targets = try targets(source, folder)
    DispatchQueue.concurrentPerform(iterations: targets.count) { number in
      guard state.withLock({ $0.goesOn && $0.failure == nil }) else { return }
      let target = targets[number]
      var written = 0, failed = 0
      if !FileManager.default.fileExists(atPath: target.file.path) {
        do {
          let png = try mask(target.item).image.pngData()
          do { try FileBytes.write(png, to: target.file) } catch {
            state.withLock { $0.failure = PipelineError.cannotWrite(path: target.file.path, reason: "\(error)") }
            return
          }
          written = 1
        } catch { failed = 1 }
      }
      state.withLock { state in
        state.done += 1
        state.written += written
        state.failed += failed
        if state.goesOn { state.goesOn = progress(state.done, targets.count) }
      }
    }
    let end = state.withLock { $0 }
    if let failure = end.failure { throw failure }
    if !end.goesOn { throw CancellationError() }
    return (end.written, end.failed)
  }

  /// Where each mask goes; makes the folders.
  private func targets(_ source: DatasetSource, _ folder: URL?) throws -> [(item: DatasetItem, file: URL)] {
    var folders: [String: URL] = [:]
    for (name, annotations) in annotationFiles {
      guard let target = folder?.appendingPathComponent(name) ?? PreparedMasks.folder(source, part: name, annotations: annotations) else { continue }
      try AtomicFile.createFolder(target)
      folders[name] = target
    }
    return items.compactMap { item in
      let parts = item.id.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, let target = folders[String(parts[0])] else { return nil }
      return (item, target.appendingPathComponent(parts[1] + ".png"))
    }
  }
}
