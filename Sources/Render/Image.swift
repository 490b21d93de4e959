/// An 8-bit image: rows top to bottom, `channels` interleaved bytes a pixel (1 grey, 3 RGB).
public struct Image: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public let channels: Int
  /// `height * width * channels` bytes.
  public var pixels: [UInt8]

  /// An image from its bytes; their number must be `width * height * channels`.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
    precondition(pixels.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// An image of one colour, `color` holding one byte a channel.
  public init(width: Int, height: Int, color: [UInt8]) {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * color.count)
    for _ in 0..<(width * height) { pixels.append(contentsOf: color) }
    self.init(width: width, height: height, channels: color.count, pixels: pixels)
  }

  /// One byte of the image.
  public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { pixels[(y * width + x) * channels + channel] }
    set { pixels[(y * width + x) * channels + channel] = newValue }
  }

  /// Three equal channels from a grey image; a colour image as it is.
  public var rgb: Image {
    if channels == 3 { return self }
    let tripled = [UInt8](unsafeUninitializedCapacity: pixels.count * 3) { out, count in
      for (index, value) in pixels.enumerated() {
        for channel in 0..<3 { out.initializeElement(at: index * 3 + channel, to: value) }
      }
      count = pixels.count * 3
    }
    return Image(width: width, height: height, channels: 3, pixels: tripled)
  }
}
