import Foundation
import Pipeline
import Render

/// Whatever happens to the explorer.
package enum Event: Sendable {
  case key(Key)
  case pointed(Pointer)
  case resized(Size)
  /// Seconds since the start.
  case tick(Double)
  /// An effect came to its end.
  case done(Effect, Outcome)
  /// How far the opening of the data set is: `done` of `of` masks are read.
  case opening(done: Int, of: Int)
  /// What the background queue says.
  case work(WorkEvent)
  case evaluationProgress(EvaluationProgress)
  /// The last frame had room for these.
  case wanted([PaintRequest])
  case said(Notice)
  /// SIGTERM or SIGHUP: leave without asking.
  case terminated(status: Int32)

  /// Whether somebody waits for the answer.
  var isOfUser: Bool {
    switch self {
    case .key, .pointed: true
    default: false
    }
  }
}

/// What an effect brought back.
package enum Outcome: Sendable {
  /// `secondsPerStep` is the pace of earlier pictures.
  case opened(Catalog, models: ModelMenu, secondsPerStep: Double?)
  case episodes([Episode])
  case episode(EpisodePictures)
  /// The control image; nil for the condition `none`.
  case condition(Image?)
  /// The requests of a plan and the pictures that are already painted.
  case plan([GenerationRequest], [GenerationRequest: FoundSupport])
  case survey([GenerationRequest], [GenerationRequest: FoundSupport], condition: Image?)
  case queued
  /// A stored picture; nil when it is gone.
  case generated(FoundSupport?)
  /// `rejected` are the plan's supports that were left out.
  case prediction(image: Image, mask: LabelMask, truth: LabelMask, iou: Double, rejected: Set<GenerationRequest> = [])
  /// 0...1, the mean over the plan's supports but the rejected ones.
  case drift(Double, rejected: Set<GenerationRequest> = [])
  case report(EvaluationReport)
  case reports([EvaluationReport])
  case painted([PaintedSupport])
  /// What lists say of a picture from now on.
  case judged(PaintedSupport)
  /// Settings of a request; `seed` is nil where only the picture's own one is known.
  case recalled(GenerationOptions, seed: UInt64?, own: UInt64)
  case imported(DatasetItem, turn: Orientation)
  /// All of the user's presets.
  case presets([OwnPreset])
  /// Something was written; what, in words.
  case written(String)
  case painting(Painting)
  /// The weights are in memory, as far as they were found.
  case preloaded
  /// The work was overtaken by newer wishes; it may be asked for again.
  case dropped
  case failed(Notice)
}

/// A generated support that was in the store.
package struct FoundSupport: Sendable {
  package let image: Image
  package let verdict: Verdict?
  package let file: URL?

  package init(image: Image, verdict: Verdict? = nil, file: URL? = nil) {
    self.image = image
    self.verdict = verdict
    self.file = file
  }
}

/// Supports and query of an episode, no larger than the screen can use.
package struct EpisodePictures: Sendable {
  /// A picture, and 1 inside the class.
  package struct Masked: Sendable {
    package let image: Image
    package let mask: LabelMask

    package init(_ image: Image, _ mask: LabelMask) {
      self.image = image
      self.mask = mask
    }
  }

  package let supports: [Masked]
  package let query: Masked

  package init(supports: [Masked], query: Masked) {
    self.supports = supports
    self.query = query
  }
}
