import Foundation
import Models

/// Networks in memory. A second caller for one that is being read waits for the first.
final class LoadedModels: @unchecked Sendable {
  /// ControlNets kept beside the diffusion model, the last used ones: one for each of the three conditions.
  private static let keptControlNets = 3
  /// Segmentation networks kept, the last used ones: every fold's of one, or one fold's of every.
  private static let keptSegmenters = 4

  // One lock a kind: a prediction does not wait for gigabytes of diffusion weights.
  private let diffusionLock = NSLock(), detectorLock = NSLock(), segmenterLock = NSLock()
  private var base: (key: String, model: StableDiffusion)?
  private var joined: [(key: String, model: StableDiffusion)] = []
  private var detectors: [String: any EdgeDetector] = [:]
  private var segmenters: [(key: String, network: any FewShotSegmenter)] = []

  /// The model `key` with one ControlNet or none. Another model takes the place of the one in memory, its ControlNets go with it.
  func diffusion(
    _ key: String, controlNet: (key: String, url: URL)?, load: () throws -> StableDiffusion,
    join: (StableDiffusion, URL) throws -> StableDiffusion
  ) throws -> StableDiffusion {
    try diffusionLock.withLock {
      let model: StableDiffusion
      if let base, base.key == key {
        model = base.model
      } else {
        (base, joined) = (nil, [])
        model = try load()
        base = (key, model)
      }
      guard let controlNet else { return model }
      let known = joined.firstIndex { $0.key == controlNet.key }.map { joined.remove(at: $0).model }
      let complete = try known ?? join(model, controlNet.url)
      joined.append((controlNet.key, complete))
      if joined.count > Self.keptControlNets { joined.removeFirst() }
      return complete
    }
  }

  func detector(_ key: String, load: () throws -> any EdgeDetector) throws -> any EdgeDetector {
    try detectorLock.withLock {
      if let known = detectors[key] { return known }
      let fresh = try load()
      detectors[key] = fresh
      return fresh
    }
  }

  func segmenter(_ key: String, load: () throws -> any FewShotSegmenter) throws -> any FewShotSegmenter {
    try segmenterLock.withLock {
      let known = segmenters.firstIndex { $0.key == key }.map { segmenters.remove(at: $0).network }
      let network = try known ?? load()
      segmenters.append((key, network))
      if segmenters.count > Self.keptSegmenters { segmenters.removeFirst() }
      return network
    }
  }
}
