import Core
import Render

/// Queries of evaluations with what the network finds in them, small enough for a page.
public struct PredictionGallery: Sendable {
  /// A prediction over its query: hits, false alarms and misses in colours, the truth outlined.
  public struct Shown: Sendable {
    /// RGB.
    public let image: Image
    /// Foreground IoU, percent.
    public let iou: Double
    /// Pixels where they are compared: object in both, in the prediction alone, in the truth alone.
    public let hits: Int
    public let falseAlarms: Int
    public let misses: Int

    /// Both masks hold 1 on the object, the truth 255 where nothing counts. `image` is the query's, `fit` how the network sees it.
    init(_ prediction: Prediction, over query: Image, _ fit: NetworkInput.Fit) {
      let (mask, truth) = (prediction.mask, prediction.truth)
      let pairs = zip(mask.labels, truth.labels)
      hits = pairs.count { $0 == 1 && $1 == 1 }
      falseAlarms = pairs.count { $0 == 1 && $1 != 1 && $1 != 255 }
      misses = pairs.count { $0 != 1 && $1 == 1 }
      iou = prediction.iou
      func fitted(_ mask: LabelMask) -> LabelMask {
        mask.uncovering(width: query.width, height: query.height, of: fit).resized(width: query.small.width, height: query.small.height)
      }
      image = query.small.errorView(prediction: fitted(mask), truth: fitted(truth)).outlined(bothSides: fitted(truth))
    }
  }

  /// An episode.
  public struct Row: Sendable {
    /// Place of its evaluation among those that were asked for.
    let evaluation: Int
    /// Episode, class, query and difference, in words.
    public let title: String
    /// The first real support with its mask outlined, and the query with the truth.
    public let support: Image
    public let query: Image
    /// With the real supports alone.
    public let baseline: Shown
    /// With the generated ones added; nil where they are not at hand, or none were asked for.
    public let augmented: Shown?
    /// `1-shot`, `1+4`.
    public let names: (baseline: String, augmented: String)
    public let remarks: [String]
  }

  /// What is not shown and why, in words; of which evaluation, nil for several.
  struct Remark: Sendable {
    let evaluation: Int?
    let text: String
  }

  public let rows: [Row]
  let remarks: [Remark]

  /// Without any query.
  public static let empty = PredictionGallery(rows: [], remarks: [])
}

extension LabelMask {
  /// What of a mask at the size where it is compared lies over an image of an extent: a letterbox's square has padding right or below.
  fileprivate func uncovering(width: Int, height: Int, of fit: NetworkInput.Fit) -> LabelMask {
    guard fit == .letterbox, self.width == self.height, width != height else { return self }
    let side = self.width, own = (width: max(1, side * width / max(width, height)), height: max(1, side * height / max(width, height)))
    let covered = (0..<own.height).flatMap { y in Array(labels[y * side..<y * side + own.width]) }
    return LabelMask(width: own.width, height: own.height, labels: covered)
  }
}
