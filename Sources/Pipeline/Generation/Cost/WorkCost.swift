import Core
import Data

/// Images that are made with the same settings, and supports of which some are made.
public struct ImageWork: Sendable {
  public let options: GenerationOptions
  /// Images in all.
  public let count: Int
  /// One of them stands for all: the first that can be read.
  public let samples: [Support]

  public init(_ options: GenerationOptions, count: Int, samples: [Support]) {
    self.options = options
    self.count = count
    self.samples = Array(samples.prefix(Self.mostSamples))
  }

  private static let mostSamples = 8
}

/// What images cost before they are made, as far as it can be reckoned.
public struct WorkCost: Encodable, Hashable, Sendable {
  /// The most: what is in the store is not made again.
  public let images: Int
  /// Further ones whose files are there: they are made again where their request is another.
  public var present = 0
  /// Pixels of one of them; nil where no support can be read.
  public let width: Int?
  public let height: Int?
  /// Of one image, and of all, on this machine or its engines; nil where nobody measured it.
  public let secondsPerImage: Double?
  public let seconds: Double?
  /// Bytes of the networks and of what is computed at a time; nil where engines have them, or the configurations cannot be read.
  public let memory: Int?
  /// Bytes of the files in the store, and of the copies outside it.
  public let stored: Int?
  public let written: Int?

  public init(
    images: Int, width: Int?, height: Int?, secondsPerImage: Double?, seconds: Double?, memory: Int?, stored: Int?, written: Int? = nil
  ) {
    self.images = images
    self.width = width
    self.height = height
    self.secondsPerImage = secondsPerImage
    self.seconds = seconds
    self.memory = memory
    self.stored = stored
    self.written = written
  }

  /// Bytes of an image's file for each pixel: the mean of 128 photographs (docs/scale.md).
  private static let bytesPerPixel: [ImageFormat: Double] = [.png: 1.66, .jpg: 0.434]

  /// About so many bytes do images of a size take.
  static func bytes(_ images: Int, width: Int, height: Int, _ format: ImageFormat) -> Int {
    Int(Double(images) * Double(width * height) * (bytesPerPixel[format] ?? 0))
  }

  /// In one line: images, time, memory, bytes. `hint` says what to do where the time is not known.
  public func text(hint: String) -> String {
    let size = width.flatMap { width in height.map { " of \(width)x\($0)" } } ?? ""
    var parts = ["\(images) image\(images == 1 ? "" : "s")\(size) at most"]
    if let seconds, let one = secondsPerImage {
      parts.append("about \(DurationText.estimate(seconds)) here" + (images > 1 ? " (\(DurationText.estimate(one)) an image)" : ""))
    }
    if let memory { parts.append("\(ByteText.decimal(memory)) of memory") }
    if let stored { parts.append("\(ByteText.decimal(stored + (written ?? 0))) of files") }
    if present > 0 { parts.append("\(present) more there and kept, unless their request is another") }
    return parts.joined(separator: ", ") + (seconds == nil && images > 0 ? "; how long is not known here yet: \(hint)" : "")
  }
}
