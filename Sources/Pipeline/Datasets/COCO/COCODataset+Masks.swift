import Dispatch
import Foundation
import Render
import Synchronization

extension COCODataset {
  /// Writes every mask as `FOLDER/PART/NAME.png`, value = class index: the ready masks that other programs read. What is there is left.
  ///
  /// Returns how many were written and how many could not be painted. Throws `PipelineError.cannotWrite`, and
  /// `CancellationError` when `progress` says so.
  func writeMasks(to folder: URL, progress: DatasetProgress) throws -> (written: Int, failed: Int) {
    for part in Set(items.compactMap { $0.id.split(separator: "/").first }) {
      try AtomicFile.createFolder(folder.appendingPathComponent(String(part)))
    }
    let state = Mutex((done: 0, written: 0, failed: 0, goesOn: true, failure: PipelineError?.none))
    DispatchQueue.concurrentPerform(iterations: items.count) { number in
      guard state.withLock({ $0.goesOn && $0.failure == nil }) else { return }
      let file = folder.appendingPathComponent(items[number].id + ".png")
      var written = 0, failed = 0
      if !FileManager.default.fileExists(atPath: file.path) {
        do {
          try mask(items[number]).writePNG(to: file)
          written = 1
        } catch RenderError.unwritable(let path, let reason) {
          state.withLock { $0.failure = .cannotWrite(path: path, reason: reason) }
        } catch { failed = 1 }
      }
      state.withLock { state in
        state.done += 1
        state.written += written
        state.failed += failed
        if state.goesOn { state.goesOn = progress(state.done, items.count) }
      }
    }
    let end = state.withLock { $0 }
    if let failure = end.failure { throw failure }
    if !end.goesOn { throw CancellationError() }
    return (end.written, end.failed)
  }
}
