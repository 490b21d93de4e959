extension Image {
  /// Pillow's `resize((width, height), BILINEAR)`: a triangle as wide as the shrink factor, weights in 22-bit fixed point,
  /// bytes between the two passes.
  ///
  /// Pillow 9, which the published pipelines used, always runs the horizontal pass first; `verticalFirst` gives what recent
  /// versions do when the width grows while the height shrinks.
  public func pillowBilinear(width: Int, height: Int, verticalFirst: Bool = false) -> Image {
    let columns = width == self.width ? nil : PillowTaps(source: self.width, target: width)
    let rows = height == self.height ? nil : PillowTaps(source: self.height, target: height)
    if verticalFirst { return filteredRows(rows).filteredColumns(columns) }
    return filteredColumns(columns).filteredRows(rows)
  }

  private func filteredColumns(_ taps: PillowTaps?) -> Image {
    guard let taps else { return self }
    let target = taps.starts.count
    var out = [UInt8](repeating: 0, count: target * height * channels)
    pixels.withUnsafeBufferPointer { pixels in
      for y in 0..<height {
        for x in 0..<target {
          let weights = taps.weights[x]
          for channel in 0..<channels {
            var sum: Int32 = 1 << 21
            var at = (y * width + taps.starts[x]) * channels + channel
            for weight in weights {
              sum &+= Int32(pixels[at]) &* weight
              at += channels
            }
            out[(y * target + x) * channels + channel] = PillowTaps.byte(sum)
          }
        }
      }
    }
    return Image(width: target, height: height, channels: channels, pixels: out)
  }

  private func filteredRows(_ taps: PillowTaps?) -> Image {
    guard let taps else { return self }
    let target = taps.starts.count
    let rowSamples = width * channels
    var out = [UInt8](repeating: 0, count: rowSamples * target)
    var sums = [Int32](repeating: 0, count: rowSamples)
    pixels.withUnsafeBufferPointer { pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        for y in 0..<target {
          for index in 0..<rowSamples { sums[index] = 1 << 21 }
          for (tap, weight) in taps.weights[y].enumerated() {
            let start = (taps.starts[y] + tap) * rowSamples
            for index in 0..<rowSamples { sums[index] &+= Int32(pixels[start + index]) &* weight }
          }
          for index in 0..<rowSamples { out[y * rowSamples + index] = PillowTaps.byte(sums[index]) }
        }
      }
    }
    return Image(width: width, height: target, channels: channels, pixels: out)
  }
}

/// `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow for one axis.
private struct PillowTaps {
  let starts: [Int]
  /// Weights in 1/2^22.
  let weights: [[Int32]]

  init(source: Int, target: Int) {
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    var starts: [Int] = []
    var weights: [[Int32]] = []
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let end = min(source, Int(center + support + 0.5))
      let triangle = (first..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) * (1 / support))) }
      let sum = triangle.reduce(0, +)
      starts.append(first)
      weights.append(triangle.map { Int32(0.5 + $0 / sum * Double(1 << 22)) })
    }
    (self.starts, self.weights) = (starts, weights)
  }

  @inline(__always) static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(sum >> 22, 0), 255)) }
}
