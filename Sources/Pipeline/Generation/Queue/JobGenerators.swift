import Data
import Foundation
import Synchronization

/// Finds who generates a job: the data set that is open, or the job's own, opened for it.
public final class JobGenerators: Sendable {
  /// What is open already, and the generator that generates for it.
  public struct Own: Sendable {
    let dataset: String
    let origin: JobOrigin?
    let generator: any SupportGenerator

    public init(dataset: String, origin: JobOrigin?, generator: any SupportGenerator) {
      self.dataset = dataset
      self.origin = origin
      self.generator = generator
    }
  }

  private let own: Own?
  private let store: Store
  private let workers: GenerationWorkers
  private let report: ModelLibrary.Report
  /// The one opened last: jobs of one data set follow each other.
  private let opened: Mutex<(origin: JobOrigin, generator: any SupportGenerator)?> = Mutex(nil)

  /// `workers` generate images of data sets that are opened for their jobs.
  public init(own: Own? = nil, store: Store, workers: GenerationWorkers = GenerationWorkers(), report: @escaping ModelLibrary.Report) {
    self.own = own
    self.store = store
    self.workers = workers
    self.report = report
  }

  /// Opens the job's data set if need be. Throws what opening throws, and `DataError.unknownItem` for a job of another data set that
  /// does not say how it is opened.
  func generator(of job: Job) throws -> any SupportGenerator {
    if let own, job.origin == nil ? own.dataset == job.request.source.dataset : own.origin == job.origin { return own.generator }
    guard let origin = job.origin else {
      throw DataError.unknownItem(id: job.request.source.item, dataset: own?.dataset ?? "")
    }
    return try opened.withLock { opened in
      if let known = opened, known.origin == origin { return known.generator }
      // The old one's networks go before the new one's come.
      opened = nil
      let models = ModelLibrary(folders: origin.modelFolders, files: origin.files ?? GivenFiles(), for: origin.source.kind, memory: origin.memory)
      let chain = GenerationChain(try Datasets.open(origin.source), models: models, store: store, workers: workers, report: report)
      let generator = chain.diffusion
      opened = (origin, generator)
      return generator
    }
  }
}
