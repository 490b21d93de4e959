import Render

/// A generator that lets a hub's watchers look at its images while they are made. Those of evaluations have no jobs, whose runner does so.
public struct WatchedGenerator: SupportGenerator {
  private let generator: any SupportGenerator
  private let hub: EventHub

  public init(_ generator: any SupportGenerator, _ hub: EventHub) { (self.generator, self.hub) = (generator, hub) }

  public func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    var isNew = false
    let image = try generator.generate(request) { state in
      if state.step > 0 { isNew = true }
      if hub.isWatched, let preview = state.preview?() {
        hub.send(.evaluationStep(request, step: state.step, of: state.steps, preview))
      }
      return progress(state)
    }
    // One that was found in the store is no news.
    if isNew, hub.isWatched { hub.send(.generated(image)) }
    return image
  }

  public func jobs(for request: GenerationRequest) -> Int { generator.jobs(for: request) }

  public func isInterruption(_ error: any Error) -> Bool { generator.isInterruption(error) }

  public func prepare(stop: () -> Bool) throws { try generator.prepare(stop: stop) }
}
