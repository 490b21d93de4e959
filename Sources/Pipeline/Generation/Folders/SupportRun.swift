import Data

/// What to generate for a data set: images for each support of a list, or of one shard of it.
public struct SupportRun: Sendable {
  public var supports: [Support]
  public var options: GenerationOptions
  /// Images for each support, 1....
  public var shots: Int
  public var shard: Shard
  public var format: ImageFormat
  /// Whether the published script's slips are repeated (`PublishedScript`).
  public var isAsPublished: Bool

  public init(
    supports: [Support], options: GenerationOptions, shots: Int = 4, shard: Shard = .whole, format: ImageFormat = .png,
    isAsPublished: Bool = false
  ) {
    self.supports = supports
    self.options = options
    self.shots = shots
    self.shard = shard
    self.format = format
    self.isAsPublished = isAsPublished
  }
}

/// What a run tells its watcher.
public enum SupportRunEvent: Sendable {
  /// `images` are to be generated or found; the published script leaves `leftOut` supports of the list out.
  case begun(images: Int, leftOut: Int)
  /// `step` of `steps` of the image `name` are done; told many times a step, of several images when they are generated side by side.
  case generating(name: String, step: Int, steps: Int)
  /// An image ended; told in the order of the list.
  case ended(SupportOutcome)
}

/// How an image of a run ended.
public struct SupportOutcome: Sendable {
  public enum Result: Sendable {
    /// It was there already, by the same request and weights.
    case kept
    case generated
    /// It took the place of one by another request or weights, or of a damaged one.
    case replaced
    case failed(any Error)
  }

  /// The file's name in the folder. That of the support, `ITEM_CLASS`, when none of its images could be begun.
  public let name: String
  /// Images that it speaks of: all of a support that could not be begun; 0 for a control image, told only when it fails.
  public let images: Int
  public let result: Result
  /// Nil when there is none, for a support that could not be read.
  public let request: GenerationRequest?
  /// `GenerationRequest.key(weights:)` of an image that is there.
  public let key: String?

  public init(name: String, images: Int, result: Result, request: GenerationRequest?, key: String?) {
    self.name = name
    self.images = images
    self.result = result
    self.request = request
    self.key = key
  }
}
