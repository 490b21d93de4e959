import Foundation

/// Finds or paints the generated supports of an evaluation.
struct AuxiliaryPainter: Sendable {
  let requests: RequestMaker
  let generator: any SupportGenerator

  /// Every one of some supports, painted where the store lacks it.
  ///
  /// Throws `CancellationError` soon after `stop` is set, and what making requests and painting throw.
  func pictures(
    _ wanted: [GeneratedSupport], _ options: GenerationOptions, stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> [GeneratedSupport: GeneratedImage.Name] {
    struct Source: Hashable {
      let item: DatasetItem
      let classIndex: Int
    }
    var pictures: [GeneratedSupport: GeneratedImage.Name] = [:], made: [Source: [GenerationRequest]] = [:]
    let counts = Dictionary(grouping: wanted) { Source(item: $0.item, classIndex: $0.classIndex) }.mapValues { group in
      (group.map(\.number).max() ?? 0) + 1
    }
    for support in wanted {
      let source = Source(item: support.item, classIndex: support.classIndex)
      if made[source] == nil {
        // A picture is read once for all that are painted from it.
        made[source] = try requests.requests(
          item: support.item, classIndex: support.classIndex, options: options, count: counts[source] ?? 0)
      }
      guard let request = made[source]?[support.number] else { continue }
      let picture = try generator.generate(request) { state in
        progress(.generating(done: pictures.count, of: wanted.count, step: state.step, steps: state.steps))
        return !stop.isSet
      }
      if stop.isSet { throw CancellationError() }
      pictures[support] = picture.name
      progress(.generating(done: pictures.count, of: wanted.count, step: 0, steps: request.steps))
    }
    return pictures
  }
}

extension GeneratedImage {
  /// A picture of the store without its pixels.
  struct Name: Sendable {
    let key: String
    let file: URL
  }

  var name: Name { Name(key: key, file: file) }
}
