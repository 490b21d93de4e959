import Core
import Foundation
import Render

extension COCODataset {
  /// Writes every mask as `FOLDER/PART/NAME.png`, value = class index: the ready masks that other programs read. What is there is left.
  ///
  /// Returns how many were written and how many could not be rasterised. Throws `CoreError.cannotWrite`, and
  /// `CancellationError` when `progress` says so.
  func writeMasks(to folder: URL, progress: DatasetProgress) throws -> (written: Int, failed: Int) {
    for part in Set(items.compactMap { $0.id.split(separator: "/").first }) {
      try AtomicFile.createFolder(folder.appendingPathComponent(String(part)))
    }
    let outcomes = try ParallelWork.map(items.count, progress: progress) { number -> Outcome in
      let file = folder.appendingPathComponent(items[number].id + ".png")
      if FileManager.default.fileExists(atPath: file.path) { return .left }
      guard let mask = try? mask(items[number]) else { return .failed }
      do { try mask.writePNG(to: file) } catch RenderError.unwritable(let path, let reason) {
        throw CoreError.cannotWrite(path: path, reason: reason)
      }
      return .written
    }
    return (outcomes.count { $0 == .written }, outcomes.count { $0 == .failed })
  }

  private enum Outcome { case written, failed, left }
}
