import Core
import Data
import Foundation
import Generation
import Render

/// Generated supports found in the store, or generated into it.
struct GeneratedAuxiliaries: AuxiliarySource {
  let weights: [String: String]
  private let options: GenerationOptions
  private let requests: RequestMaker
  private let generator: any SupportGenerator
  private let dataset: any Dataset
  /// Only names are kept, a benchmark's worth of pixels would not fit into memory.
  private var names: [GeneratedSupport: GeneratedImage.Name] = [:]
  /// Why some could not be generated.
  private var failures: [GeneratedSupport: any Error] = [:]

  init(
    _ options: GenerationOptions, weights: [String: String], requests: RequestMaker, generator: any SupportGenerator, dataset: any Dataset
  ) {
    self.weights = weights
    self.options = options
    self.requests = requests
    self.generator = generator
    self.dataset = dataset
  }

  func state(_ wanted: [GeneratedSupport]) -> [String] { [] }

  func has(_ support: GeneratedSupport) -> Bool { names[support] != nil }

  mutating func prepare(_ wanted: [GeneratedSupport], stop: StopFlag, progress: (EvaluationProgress) -> Void) throws {
    let counts = Dictionary(grouping: wanted, by: \.support).mapValues { ($0.map(\.number).max() ?? 0) + 1 }
    // An image is read once for all that are generated from it.
    var made: [Support: Result<[GenerationRequest], any Error>] = [:]
    for (done, support) in wanted.enumerated() {
      let own =
        made[support.support]
        ?? Result {
          try requests.requests(
            item: support.item, classIndex: support.classIndex, options: options, count: counts[support.support] ?? 0)
        }
      made[support.support] = own
      do {
        let own = try own.get()
        guard own.indices.contains(support.number) else { continue }
        let image = try generator.attempt(own[support.number], stop: { stop.isSet }) { state in
          progress(.generating(done: done, of: wanted.count, step: state.step, steps: state.steps))
        }.get()
        names[support] = image.name
      } catch let error where EpisodeFailure.isOfImages(error) { failures[support] = error }
      if stop.isSet { throw CancellationError() }
      progress(.generating(done: done + 1, of: wanted.count, step: 0, steps: options.steps))
    }
  }

  func image(_ support: GeneratedSupport) throws -> MaskedImage {
    guard let name = names[support] else {
      throw failures[support] ?? DataError.unknownItem(id: support.item.id, dataset: dataset.name)
    }
    return .generated(.generated(key: name.key), from: support.item, of: dataset) { try Image(pngOrJpeg: name.file) }
  }
}

extension GeneratedImage {
  /// An image of the store without its pixels.
  struct Name: Sendable {
    let key: String
    let file: URL
  }

  var name: Name { Name(key: key, file: file) }
}
