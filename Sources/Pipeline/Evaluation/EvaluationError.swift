import Core
import Data

/// What can go wrong with evaluations and reports; each case carries the facts.
public enum EvaluationError: Explained, Hashable, Sendable {
  /// An episode's query is among its supports: its class, in words, has too few images for who drew it. `isOwn` says that the user imported it.
  case queryIsSupport(name: String, ofClass: String, isOwn: Bool)
  /// Not one episode of an evaluation could be evaluated; `reason` is the first one's.
  case nothingEvaluated(episodes: Int, first: String, reason: String, hint: String?)
  /// An image is so long that its shorter side vanishes in a network's input square.
  case tooNarrow(width: Int, height: Int, side: Int)
  /// A folder of pre-generated supports has none for a fold's episodes.
  case noSupports(folder: String, example: String, fold: Int)
  /// A report would hold no figure and no image.
  case nothingToReport(what: String)

  public var message: String {
    switch self {
    case .queryIsSupport(let name, let words, _): "\(name) is drawn as its own support: \(words) has too few images"
    case .nothingEvaluated(let episodes, let first, let reason, _):
      episodes == 1
        ? "the episode cannot be evaluated (\(first)): \(reason)"
        : "none of \(episodes) episodes can be evaluated, the first (\(first)): \(reason)"
    case .tooNarrow(let width, let height, let side): "an image of \(width)x\(height) pixels has no room in a square of \(side)"
    case .noSupports(let folder, let example, let fold):
      "\(folder) has no image for the supports of fold \(fold), such as \(example).jpg or .png"
    case .nothingToReport(let what): "there is nothing to report: \(what)"
    }
  }

  public var hint: String? {
    switch self {
    case .queryIsSupport(_, _, let isOwn):
      isOwn ? "import another image of the class" : "choose fewer shots, or a list with more images of the class"
    case .nothingEvaluated(_, _, _, let hint): hint ?? "look at the files with: diffss dataset info"
    case .tooNarrow: "leave it out, or choose a larger --size"
    case .noSupports(let folder, _, let fold): "make them with: diffss generate --fold \(fold) --out \(folder)"
    case .nothingToReport:
      "generate with `diffss generate` or measure with `diffss evaluate` first, or give --evaluation FILE or --images DIR"
    }
  }
}

extension Explained {
  /// Whether it says that one part of a larger work, a fold or a setting, comes to nothing, so that the others go on.
  public var leavesOutOnePart: Bool {
    switch self as any Error {
    case EvaluationError.nothingEvaluated, EvaluationError.noSupports, DataError.nothingToDraw: true
    default: false
    }
  }
}
