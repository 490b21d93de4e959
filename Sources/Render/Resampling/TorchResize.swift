extension FloatImage {
  /// torch's `interpolate(mode: "nearest")`.
  public func torchNearest(width: Int, height: Int) -> FloatImage {
    let shape = ResizeShape(self.width, self.height, to: width, height, channels: channels)
    return FloatImage(
      width: width, height: height, channels: channels,
      pixels: OpenCVResize.gather(
        pixels, shape, columns: torchNearestIndices(self.width, width), rows: torchNearestIndices(self.height, height)))
  }

  /// torch's `interpolate(mode: "bilinear")`, without smoothing when shrinking.
  public func torchBilinear(width: Int, height: Int, alignCorners: Bool) -> FloatImage {
    let columns = torchBilinearTaps(self.width, width, alignCorners)
    let rows = torchBilinearTaps(self.height, height, alignCorners)
    var out = [Float](repeating: 0, count: width * height * channels)
    for (y, row) in rows.enumerated() {
      let (upper, lower) = (row.first * self.width * channels, row.second * self.width * channels)
      for (x, column) in columns.enumerated() {
        let (left, right) = (column.first * channels, column.second * channels)
        for channel in 0..<channels {
          let above = pixels[upper + left + channel] * (1 - column.fraction) + pixels[upper + right + channel] * column.fraction
          let below = pixels[lower + left + channel] * (1 - column.fraction) + pixels[lower + right + channel] * column.fraction
          out[(y * width + x) * channels + channel] = above * (1 - row.fraction) + below * row.fraction
        }
      }
    }
    return FloatImage(width: width, height: height, channels: channels, pixels: out)
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

/// The two source indices of each target index and the weight of the second.
private func torchBilinearTaps(_ source: Int, _ target: Int, _ alignCorners: Bool) -> [(first: Int, second: Int, fraction: Float)] {
  let ratio = alignCorners ? (target > 1 ? Float(source - 1) / Float(target - 1) : 0) : Float(source) / Float(target)
  return (0..<target).map { index in
    let position = alignCorners ? Float(index) * ratio : max(0, (Float(index) + 0.5) * ratio - 0.5)
    let first = min(Int(position), source - 1)
    return (first, min(first + 1, source - 1), min(max(position - Float(first), 0), 1))
  }
}
