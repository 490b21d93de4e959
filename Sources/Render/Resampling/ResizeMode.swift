/// OpenCV's ways of resizing; the results match OpenCV 4 byte for byte (cubic on 8 bits: but for single roundings).
public enum ResizeMode: String, CaseIterable, Codable, Sendable {
  /// The source pixel under the upper left corner of the target pixel.
  case nearest
  /// Two taps an axis, no smoothing when shrinking.
  case linear
  /// Mean over the covered pixels when both axes shrink; a kind of linear as soon as one axis grows.
  case area
  /// Four taps an axis, a = -0.75.
  case cubic
  /// Eight taps an axis.
  case lanczos4
}

extension Image {
  /// The image at another size, as `cv2.resize(image, (width, height), interpolation: mode)`.
  public func resized(width: Int, height: Int, _ mode: ResizeMode) -> Image {
    Image(
      width: width, height: height, channels: channels,
      pixels: OpenCVResize.resize(pixels, ResizeShape(self.width, self.height, to: width, height, channels: channels), mode))
  }
}

extension FloatImage {
  /// The image at another size, as `cv2.resize` of a float32 array.
  public func resized(width: Int, height: Int, _ mode: ResizeMode) -> FloatImage {
    FloatImage(
      width: width, height: height, channels: channels,
      pixels: OpenCVResize.resize(pixels, ResizeShape(self.width, self.height, to: width, height, channels: channels), mode))
  }
}

extension LabelMask {
  /// The mask at another size by OpenCV's nearest rule, which mixes no labels.
  public func resized(width: Int, height: Int) -> LabelMask {
    LabelMask(
      width: width, height: height,
      labels: OpenCVResize.resize(labels, ResizeShape(self.width, self.height, to: width, height, channels: 1), .nearest))
  }
}

/// Source and target sizes with the number of interleaved channels.
struct ResizeShape {
  let sourceWidth: Int
  let sourceHeight: Int
  let width: Int
  let height: Int
  let channels: Int

  init(_ sourceWidth: Int, _ sourceHeight: Int, to width: Int, _ height: Int, channels: Int) {
    precondition(width > 0 && height > 0)
    (self.sourceWidth, self.sourceHeight, self.width, self.height) = (sourceWidth, sourceHeight, width, height)
    self.channels = channels
  }

  /// Source pixels per target pixel as OpenCV computes them: the reciprocal of the rounded ratio, not the ratio itself.
  var scaleX: Double { 1 / (Double(width) / Double(sourceWidth)) }
  var scaleY: Double { 1 / (Double(height) / Double(sourceHeight)) }
}

enum OpenCVResize {
  /// Chooses among the algorithms as `cv::resize` does.
  static func resize<Sample: ResizableSample>(_ source: [Sample], _ shape: ResizeShape, _ mode: ResizeMode) -> [Sample] {
    if shape.width == shape.sourceWidth && shape.height == shape.sourceHeight { return source }
    if mode == .nearest {
      return gather(
        source, shape, columns: nearestIndices(shape.sourceWidth, shape.width),
        rows: nearestIndices(shape.sourceHeight, shape.height))
    }
    let (blockX, blockY) = (shape.sourceWidth / shape.width, shape.sourceHeight / shape.height)
    let whole = blockX * shape.width == shape.sourceWidth && blockY * shape.height == shape.sourceHeight
    if whole && (mode == .area || mode == .linear && blockX == 2 && blockY == 2) {
      return AreaResize.blockMeans(source, shape, blockX, blockY)
    }
    if mode == .area && shape.scaleX >= 1 && shape.scaleY >= 1 { return AreaResize.coverage(source, shape) }
    return SeparableResize.resize(source, shape, mode)
  }

  /// Source index of each target index: floor(d * (1 / (target / source))) in doubles.
  static func nearestIndices(_ source: Int, _ target: Int) -> [Int] {
    let scale = 1 / (Double(target) / Double(source))
    return (0..<target).map { min(Int((Double($0) * scale).rounded(.down)), source - 1) }
  }

  /// Copies the pixels at the given source columns and rows.
  static func gather<Sample: ResizableSample>(_ source: [Sample], _ shape: ResizeShape, columns: [Int], rows: [Int]) -> [Sample] {
    let (channels, rowSamples) = (shape.channels, shape.width * shape.channels)
    return [Sample](unsafeUninitializedCapacity: rowSamples * shape.height) { out, count in
      for (y, row) in rows.enumerated() {
        let start = row * shape.sourceWidth * channels
        for (x, column) in columns.enumerated() {
          for channel in 0..<channels {
            out.initializeElement(at: y * rowSamples + x * channels + channel, to: source[start + column * channels + channel])
          }
        }
      }
      count = rowSamples * shape.height
    }
  }
}
