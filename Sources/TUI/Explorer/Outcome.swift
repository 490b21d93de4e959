import Data
import Evaluation
import Foundation
import Generation
import Render

/// What an effect brought back.
public enum Outcome: Sendable {
  /// `secondsPerStep` is the pace of earlier images by whoever generates now.
  case opened(Catalog, models: ModelMenu, secondsPerStep: Double?)
  case episodes([Episode])
  case episode(EpisodeImages)
  /// The control image; nil for the condition `none`.
  case condition(Image?)
  /// The requests of a plan and the images that are already generated.
  case plan([GenerationRequest], [GenerationRequest: FoundSupport])
  case survey([GenerationRequest], [GenerationRequest: FoundSupport], condition: Image?)
  /// Images that were not in the queue before.
  case queued(Int)
  /// For people, a line an element.
  case clusterRuns([String])
  case resources(ResourceSample)
  case path(PathInsight)
  /// The data set that a folder is laid out like; nil for none.
  case identified(DatasetKind?)
  /// A stored image; nil when it is gone.
  case generated(FoundSupport?)
  /// `rejected` are the plan's supports that were left out.
  case prediction(image: Image, mask: LabelMask, truth: LabelMask, iou: Double, rejected: Set<GenerationRequest> = [])
  /// Not all of the plan's supports are there.
  case incomplete
  /// 0...1, the mean over the plan's supports but the rejected ones; and how far each of them agrees with its mask.
  case drift(Double, agreements: [GenerationRequest: Double] = [:], rejected: Set<GenerationRequest> = [])
  /// `date` is when it was saved.
  case report(EvaluationReport, date: Date? = nil)
  /// Newest first; `dates` are when they were saved, in the same order. `unfinished` are those that nobody works on and that have no report.
  case reports([EvaluationReport], dates: [Date] = [], unfinished: [UnfinishedEvaluation] = [])
  case storedSupports([StoredSupport])
  /// What lists say of an image from now on.
  case rated(StoredSupport)
  /// Settings of a request; `seed` is nil where only the image's own one is known.
  case recalled(GenerationOptions, seed: UInt64?, own: UInt64)
  case imports([ImportedImage])
  /// Where a list of episodes is.
  case episodeList(String)
  /// What has changed of the imported images; `ownClasses` are the user's own from now on, `turn` is what is done to the image's rows.
  case imported(ImportChange, ownClasses: [ClassInfo], turn: Orientation = .upright)
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
