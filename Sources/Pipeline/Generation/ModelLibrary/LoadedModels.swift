import Core
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
  private var joined = BoundedCache<String, StableDiffusion>(limit: keptControlNets)
  private var detectors: [String: any EdgeDetector] = [:]
  private var segmenters = BoundedCache<SegmenterKey, any FewShotSegmenter>(limit: keptSegmenters)

  private struct SegmenterKey: Hashable {
    let id: String
    let precision: Precision
  }

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
        (base, joined) = (nil, BoundedCache(limit: Self.keptControlNets))
        model = try load()
        base = (key, model)
      }
      guard let controlNet else { return model }
      return try joined.value(controlNet.key) { try join(model, controlNet.url) }
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

  func segmenter(_ id: String, _ precision: Precision, load: () throws -> any FewShotSegmenter) throws -> any FewShotSegmenter {
    try segmenterLock.withLock { try segmenters.value(SegmenterKey(id: id, precision: precision), make: load) }
  }
}
