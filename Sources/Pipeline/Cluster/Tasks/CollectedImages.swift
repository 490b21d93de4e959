import Core
import Foundation
import Generation
import Models
import Render

/// Images that the tasks of a run have made and that are in the store: where one is missing it is not made here.
public struct CollectedImages: SupportGenerator {
  private let models: ModelLibrary
  private let store: Store

  public init(_ models: ModelLibrary, _ store: Store) {
    self.models = models
    self.store = store
  }

  public func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    let key = try request.key(weights: models.weights(request.models)), file = store.file(key)
    guard FileManager.default.fileExists(atPath: file.path) else { throw ClusterError.notMade(key: key) }
    return GeneratedImage(key: key, request: request, file: file, image: try Image(pngOrJpeg: file).rgb)
  }

  public func jobs(for request: GenerationRequest) -> Int { Compute.threads }
}
