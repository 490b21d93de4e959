extension Image {
  /// 255 where a byte is strictly above `limit`, 0 elsewhere.
  public func thresholded(above limit: UInt8) -> Image {
    Image(width: width, height: height, channels: channels, pixels: pixels.map { $0 > limit ? 255 : 0 })
  }

  /// Every pixel times its mask value: the image where the mask is 1, black where it is 0. Sizes must be equal; products
  /// above 255 are cut.
  public func multiplied(by mask: LabelMask) -> Image {
    precondition(mask.width == width && mask.height == height)
    var out = pixels
    for (pixel, factor) in mask.labels.enumerated() where factor != 1 {
      for index in (pixel * channels)..<((pixel + 1) * channels) { out[index] = UInt8(min(255, Int(out[index]) * Int(factor))) }
    }
    return Image(width: width, height: height, channels: channels, pixels: out)
  }

  /// One channel: the smallest of each pixel's channels.
  public var channelMinimum: Image {
    if channels == 1 { return self }
    return Image(
      width: width, height: height, channels: 1,
      pixels: (0..<(width * height)).map { min(pixels[$0 * 3], pixels[$0 * 3 + 1], pixels[$0 * 3 + 2]) })
  }
}
