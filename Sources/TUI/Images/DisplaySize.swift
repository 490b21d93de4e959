import Render

/// Images are kept no larger than a screen can show, so that hundreds fit into memory.
enum DisplaySize {
  /// Longest side in pixels.
  static let limit = 768

  static func reduce(_ image: Image) -> Image {
    guard let size = reduced(image.width, image.height) else { return image.rgb }
    return image.rgb.resized(width: size.width, height: size.height, .area)
  }

  static func reduce(_ mask: LabelMask) -> LabelMask {
    guard let size = reduced(mask.width, mask.height) else { return mask }
    return mask.stretched(to: size)
  }

  private static func reduced(_ width: Int, _ height: Int) -> Size? {
    let longest = max(width, height)
    guard longest > limit else { return nil }
    return Size(width: max(1, width * limit / longest), height: max(1, height * limit / longest))
  }
}

extension LabelMask {
  /// The nearest label at another size.
  func stretched(to size: Size) -> LabelMask {
    if size.width == width && size.height == height { return self }
    var labels: [UInt8] = []
    labels.reserveCapacity(size.width * size.height)
    for y in 0..<size.height {
      let row = min(height - 1, (2 * y + 1) * height / (2 * size.height)) * width
      for x in 0..<size.width { labels.append(self.labels[row + min(width - 1, (2 * x + 1) * width / (2 * size.width))]) }
    }
    return LabelMask(width: size.width, height: size.height, labels: labels)
  }
}
