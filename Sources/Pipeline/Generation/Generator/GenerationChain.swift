import Core
import Data
import Render

/// From a data set, models and a store to generated images: who reads supports, makes requests and control images of them, and generates.
public struct GenerationChain: Sendable {
  /// The data set with the images imported into it.
  public let dataset: ImportedDataset
  public let supports: SupportReader
  public let requests: RequestMaker
  public let controls: ControlImages
  public let diffusion: DiffusionGenerator

  /// `digest` is what requests know a support's pixels by.
  public init(
    _ dataset: any Dataset, models: ModelLibrary, store: Store, workers: GenerationWorkers = GenerationWorkers(),
    report: @escaping ModelLibrary.Report, digest: @escaping @Sendable (Image, LabelMask) -> String = Digest.hex(image:mask:)
  ) {
    self.dataset = ImportedDataset(dataset, folder: store.folder)
    supports = SupportReader(dataset: self.dataset, digest: digest)
    requests = RequestMaker(supports: supports, models: models)
    controls = ControlImages(supports: supports, models: models, report: report)
    diffusion = DiffusionGenerator(controls: controls, models: models, store: store, workers: workers, report: report)
  }
}
