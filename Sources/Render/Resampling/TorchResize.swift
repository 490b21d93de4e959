extension FloatImage {
  /// torch's `interpolate(mode: "nearest")`.
  public func torchNearest(width: Int, height: Int) -> FloatImage {
    let shape = ResizeShape(self.width, self.height, to: width, height, channels: channels)
    return FloatImage(
      width: width, height: height, channels: channels,
      pixels: OpenCVResize.gather(
        pixels, shape, columns: torchNearestIndices(self.width, width), rows: torchNearestIndices(self.height, height)))
  }
}

extension LabelMask {
  /// torch's `interpolate(mode: "nearest")`, which differs from OpenCV's at a few sizes.
  public func torchNearest(width: Int, height: Int) -> LabelMask {
    let shape = ResizeShape(self.width, self.height, to: width, height, channels: 1)
    return LabelMask(
      width: width, height: height,
      labels: OpenCVResize.gather(
        labels, shape, columns: torchNearestIndices(self.width, width), rows: torchNearestIndices(self.height, height)))
  }
}

/// floor(d * ratio) with the ratio and the product in single precision.
private func torchNearestIndices(_ source: Int, _ target: Int) -> [Int] {
  let ratio = Float(source) / Float(target)
  return (0..<target).map { min(Int((Float($0) * ratio).rounded(.down)), source - 1) }
}
