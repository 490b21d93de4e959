import Foundation
import Models

extension OwnImagePlan {
  /// An image in its file.
  public struct Written: Encodable, Sendable {
    public let file: String
    public let request: OwnImageRequest
  }

  /// Generates `count` images together, as `OwnImageRequest.generate`. Throws as that, and `ModelError` for weights that cannot be read.
  public func generate(
    count: Int, library: ModelLibrary, memory: StableDiffusion.Memory, engines: EnginePool? = nil, progress: (GenerationProgress) -> Bool
  ) throws -> [OwnImageRequest.Output] {
    try request.generate(
      controlImages: controlImages, weights: weights, digests: weights.digests(library), count: count, memory: memory,
      preview: library.smallDecoder?.url, engine: engines?.session(request.settings.precision), progress: progress)
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
      Written(file: try folder.add(png: output.png, name: "\(stem)_\(number).png").path, request: output.request)
    }
  }
}
