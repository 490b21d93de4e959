import Data
import Evaluation
import Generation
import Render

/// What an effect brought back.
public enum Outcome: Sendable {
  /// `secondsPerStep` is the pace of earlier images.
  case opened(Catalog, models: ModelMenu, secondsPerStep: Double?)
  case episodes([Episode])
  case episode(EpisodeImages)
  /// The control image; nil for the condition `none`.
  case condition(Image?)
  /// The requests of a plan and the images that are already generated.
  case plan([GenerationRequest], [GenerationRequest: FoundSupport])
  case survey([GenerationRequest], [GenerationRequest: FoundSupport], condition: Image?)
  case queued
  /// A stored image; nil when it is gone.
  case generated(FoundSupport?)
  /// `rejected` are the plan's supports that were left out.
  case prediction(image: Image, mask: LabelMask, truth: LabelMask, iou: Double, rejected: Set<GenerationRequest> = [])
  /// 0...1, the mean over the plan's supports but the rejected ones.
  case drift(Double, rejected: Set<GenerationRequest> = [])
  case report(EvaluationReport)
  case reports([EvaluationReport])
  case storedSupports([StoredSupport])
  /// What lists say of an image from now on.
  case rated(StoredSupport)
  /// Settings of a request; `seed` is nil where only the image's own one is known.
  case recalled(GenerationOptions, seed: UInt64?, own: UInt64)
  case imported(DatasetItem, turn: Orientation)
  /// All of the user's presets.
  case presets([OwnPreset])
  /// Something was written; what, in words.
  case written(String)
  case rendered(CellGrid)
  /// The bytes of an image that is shown as pixels.
  case encoded([UInt8])
  /// The weights are in memory, as far as they were found.
  case preloaded
  /// The work was overtaken by newer wishes; it may be asked for again.
  case dropped
  case failed(Notice)
}
