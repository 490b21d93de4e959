import Foundation
import Models

/// Networks in memory. A second caller for one that is being read waits for the first.
final class LoadedModels: @unchecked Sendable {
  /// Diffusion models kept, the last used ones: the three conditions of one base model.
  private static let keptDiffusion = 3

  // One lock a kind: a prediction does not wait for gigabytes of diffusion weights.
  private let diffusionLock = NSLock(), detectorLock = NSLock(), segmenterLock = NSLock()
  private var diffusion: [(key: [String], model: StableDiffusion)] = []
  private var detectors: [String: any EdgeDetector] = [:]
  private var segmenters: [String: any FewShotSegmenter] = [:]

  func diffusion(_ key: [String], load: () throws -> StableDiffusion) throws -> StableDiffusion {
    try diffusionLock.withLock {
      let known = diffusion.firstIndex { $0.key == key }.map { diffusion.remove(at: $0).model }
      let model = try known ?? load()
      diffusion.append((key, model))
      if diffusion.count > Self.keptDiffusion { diffusion.removeFirst() }
      return model
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
      if let known = segmenters[key] { return known }
      let fresh = try load()
      segmenters[key] = fresh
      return fresh
    }
  }
}
