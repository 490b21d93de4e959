import Core
import Foundation
import Generation
import Render
import Synchronization

/// Copies the support's own image, turned dark: fast, and different for each seed.
final class CopyingGenerator: SupportGenerator {
  let store: Mutex<Store?> = Mutex(nil)
  let generated = Mutex(0)
  private let sideBySide: Int

  init(jobs: Int = 1) { sideBySide = jobs }

  func jobs(for request: GenerationRequest) -> Int { sideBySide }

  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    guard progress(GenerationProgress(step: 0, steps: request.steps)) else { throw CancellationError() }
    let key = "\(request.source.item)-\(request.source.classIndex)-\(request.source.number)"
    let image = Image(width: 64, height: 64, color: [UInt8(request.seed % 200), 40, 90])
    guard let store = store.withLock({ $0 }) else { throw CancellationError() }
    if !FileManager.default.fileExists(atPath: store.file(key).path) {
      generated.withLock { $0 += 1 }
      try AtomicFile.write(image.pngData(), to: store.file(key))
    }
    return GeneratedImage(key: key, request: request, file: store.file(key), image: image)
  }
}
