import Core
import Foundation
import Render

extension Store {
  /// Takes over PNGs that other processes generated, each once: what they say of themselves is what is recorded. Returns how many were
  /// new.
  ///
  /// Where `isLinked` an image on the same file system gets a second name and takes no further room: for files that nobody but this program
  /// touches. What is no whole image of this program, or was altered, is passed over. Throws `CoreError.cannotWrite`, `GenerationError.storeUnusable` or `.storeDamaged`.
  @discardableResult
  public func adopt(_ files: [URL], isLinked: Bool) throws -> Int {
    var adopted = 0
    for start in stride(from: 0, to: files.count, by: 256) {
      var found: [ImageMetadata] = []
      for url in files[start..<min(start + 256, files.count)] {
        guard let metadata = Self.metadata(url), isWhole(url, metadata) else { continue }
        let target = file(metadata.key)
        if !isWhole(target, metadata) {
          try take(url, to: target, isLinked)
          adopted += 1
        }
        found.append(metadata)
      }
      try record(found)
    }
    return adopted
  }

  private func isWhole(_ image: URL, _ metadata: ImageMetadata) -> Bool {
    (try? ImageSize(ofWhole: image)) == ImageSize(width: metadata.request.width, height: metadata.request.height)
  }

  private func take(_ url: URL, to target: URL, _ isLinked: Bool) throws {
    try AtomicFile.createFolder(target.deletingLastPathComponent())
    unlink(target.path)
    if isLinked, link(url.path, target.path) == 0 { return }
    try AtomicFile.write(FileBytes.read(url), to: target)
  }
}
