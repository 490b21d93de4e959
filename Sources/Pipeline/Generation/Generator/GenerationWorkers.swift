/// Who generates: this process, so many images side by side, or engines in its place.
public struct GenerationWorkers: Sendable {
  public var jobs: JobCount
  /// Nil where this process evaluates the networks itself.
  public var engines: EnginePool?

  public init(jobs: JobCount = .auto, engines: EnginePool? = nil) {
    self.jobs = jobs
    self.engines = engines
  }
}
