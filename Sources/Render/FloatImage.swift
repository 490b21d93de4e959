/// An image of 32-bit floats: rows top to bottom, any number of interleaved channels, any range.
public struct FloatImage: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public let channels: Int
  /// `height * width * channels` values.
  public var pixels: [Float]

  /// An image from its values; their number must be `width * height * channels`.
  public init(width: Int, height: Int, channels: Int, pixels: [Float]) {
    precondition(width > 0 && height > 0 && channels > 0 && pixels.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// The bytes of an 8-bit image as floats, 0...255.
  public init(_ image: Image) {
    self.init(width: image.width, height: image.height, channels: image.channels, pixels: image.pixels.map(Float.init))
  }

  public subscript(x: Int, y: Int, channel: Int) -> Float {
    get { pixels[(y * width + x) * channels + channel] }
    set { pixels[(y * width + x) * channels + channel] = newValue }
  }
}
