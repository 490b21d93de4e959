import Core
import Data
import Foundation
import Generation
import Render
import Synchronization

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
    let made = MadeRequests(wanted, options, requests), generator = generator
    if !wanted.isEmpty { try generator.prepare { stop.isSet } }
    let jobs = wanted.lazy.compactMap { try? made.request($0) }.first.map(generator.jobs) ?? 1
    var ended = 0, steps: [Int: Int] = [:]
    func tell() {
      progress(.generating(done: ended, of: wanted.count, step: steps.values.reduce(0, +), steps: options.steps))
    }
    try SideBySide.each(wanted.count, jobs: jobs) { position, turn in
      if stop.beginsNothing && !stop.isSet { return Made.nothing }
      do {
        guard let request = try made.request(wanted[position]) else { return Made.nothing }
        return .image(
          try generator.attempt(request, stop: { stop.isSet || turn.isOver }) { turn.tell($0.step) }.get().name)
      } catch let error where EpisodeFailure.isOfImages(error) { return .failure(error) }
    } news: { position, step in
      steps[position] = step
      tell()
    } ended: { position, made in
      switch made {
      case .image(let name): names[wanted[position]] = name
      case .failure(let error): failures[wanted[position]] = error
      case .nothing: break
      }
      steps[position] = nil
      ended += 1
      tell()
    }
    if stop.beginsNothing { throw CancellationError() }
  }

  /// What the work on a wanted support came to.
  private enum Made: Sendable {
    case image(GeneratedImage.Name)
    case failure(any Error)
    case nothing
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

/// The requests for the wanted supports of an evaluation: an image is read once for all that are generated from it.
private final class MadeRequests: Sendable {
  private let counts: [Support: Int]
  private let options: GenerationOptions
  private let requests: RequestMaker
  private let made: Mutex<[Support: Result<[GenerationRequest], any Error>]> = Mutex([:])

  init(_ wanted: [GeneratedSupport], _ options: GenerationOptions, _ requests: RequestMaker) {
    counts = Dictionary(grouping: wanted, by: \.support).mapValues { ($0.map(\.number).max() ?? 0) + 1 }
    (self.options, self.requests) = (options, requests)
  }

  /// Nil where there is none of that number. Throws what making the support's requests does.
  func request(_ support: GeneratedSupport) throws -> GenerationRequest? {
    let own = made.withLock { made in
      let own =
        made[support.support]
        ?? Result {
          try requests.requests(
            item: support.item, classIndex: support.classIndex, options: options, count: counts[support.support] ?? 0)
        }
      made[support.support] = own
      return own
    }
    let all = try own.get()
    return all.indices.contains(support.number) ? all[support.number] : nil
  }
}
