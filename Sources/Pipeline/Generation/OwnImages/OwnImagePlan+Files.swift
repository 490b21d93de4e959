import Foundation
import Models

extension OwnImagePlan {
  /// An image in its file.
  public struct Written: Encodable, Sendable {
    public let file: String
    public let request: OwnImageRequest
  }

  /// Generates `count` images, so many of them `together`, as `OwnImageRequest.generate`, by engines where there are some; begun again where one is lost.
  /// What they took is remembered in the data folder `paces`, as that of other images, unless an engine made them. Throws as that, and `ModelError` for
  /// weights that cannot be read.
  public func generate(
    count: Int, together: Int = .max, library: ModelLibrary, memory: StableDiffusion.Memory, engines: EnginePool? = nil,
    paces: URL? = nil, progress: (GenerationProgress) -> Bool
  ) throws -> [OwnImageRequest.Output] {
    let digests = try weights.digests(library)
    func generate(_ engine: EngineSession?) throws -> [OwnImageRequest.Output] {
      try request.generate(
        controlImages: controlImages, weights: weights, digests: digests, count: count, together: together, memory: memory,
        preview: library.smallDecoder?.url, engine: engine,
        timed: { seconds, images in if engine == nil, let paces { learn(seconds, of: images, in: paces) } }, progress: progress)
    }
    return try engines?.making(min(count, together), request.settings.precision, generate) ?? generate(nil)
  }

  /// Leaves the control images beside the images, from where `verify` takes them. Returns why some could not be written: that costs nobody the images.
  public func writeControls(into folder: SupportFolder) -> [any Error] {
    zip(request.controls, controlImages).enumerated().compactMap { number, control in
      do {
        try OwnControlFiles.write(control.1, of: control.0, number: number, stem: stem, into: folder)
        return nil
      } catch { return error }
    }
  }

  /// Writes images as `STEM_0.png`, `STEM_1.png`, ... Throws `CoreError.cannotWrite`.
  public func write(_ outputs: [OwnImageRequest.Output], into folder: SupportFolder) throws -> [Written] {
    try outputs.enumerated().map { number, output in
      let name = "\(stem)_\(number).png"
      try folder.add(output.png, name: name)
      return Written(file: folder.location(name), request: output.request)
    }
  }
}
