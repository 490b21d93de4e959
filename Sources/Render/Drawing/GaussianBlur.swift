import Foundation

extension Image {
  /// The image smoothed, byte for byte as `cv2.GaussianBlur(image, (0, 0), sigma)`; `sigma` in pixels, 0 leaves it as it is.
  ///
  /// Outside, the image is mirrored at its edge pixels, which are not repeated (BORDER_REFLECT_101).
  public func blurred(sigma: Double) -> Image {
    let weights = Self.gaussianWeights(sigma: sigma)
    if weights.count == 1 { return self }
    let radius = weights.count / 2, samples = width * channels
    let columns = (-radius..<(width + radius)).map { Self.mirrored($0, width) }
    let rows = (-radius..<(height + radius)).map { Self.mirrored($0, height) }
    // Rows first; with weights that sum to 256 neither step can overflow.
    var line = [UInt16](repeating: 0, count: columns.count * channels)
    var smooth = [UInt16](repeating: 0, count: samples * height)
    for y in 0..<height {
      for (x, column) in columns.enumerated() {
        for channel in 0..<channels { line[x * channels + channel] = UInt16(pixels[y * samples + column * channels + channel]) }
      }
      line.withUnsafeBufferPointer { line in
        smooth.withUnsafeMutableBufferPointer { smooth in
          guard let line = line.baseAddress, let target = smooth.baseAddress.map({ $0 + y * samples }) else { return }
          for (tap, weight) in weights.enumerated() where weight != 0 {
            let source = line + tap * channels
            for index in 0..<samples { target[index] &+= source[index] &* weight }
          }
        }
      }
    }
    var sums = [UInt32](repeating: 0, count: samples)
    var out = [UInt8](repeating: 0, count: samples * height)
    for y in 0..<height {
      smooth.withUnsafeBufferPointer { smooth in
        sums.withUnsafeMutableBufferPointer { sums in
          guard let smooth = smooth.baseAddress, let sums = sums.baseAddress else { return }
          for index in 0..<samples { sums[index] = 1 << 15 }
          for (tap, weight) in weights.enumerated() where weight != 0 {
            let source = smooth + rows[y + tap] * samples, weight = UInt32(weight)
            for index in 0..<samples { sums[index] &+= UInt32(source[index]) &* weight }
          }
        }
      }
      for index in 0..<samples { out[y * samples + index] = UInt8(truncatingIfNeeded: sums[index] >> 16) }
    }
    return Image(width: width, height: height, channels: channels, pixels: out)
  }

  /// OpenCV's weights for 8 bits in 256ths, an odd number of them: each takes over the rounding error of the one before, the middle one
  /// makes the sum 256.
  private static func gaussianWeights(sigma: Double) -> [UInt16] {
    precondition(sigma >= 0 && sigma <= 1000)
    let count = Int((sigma * 6 + 1).rounded(.toNearestOrEven)) | 1
    let half = (0..<(count / 2)).map { index in
      let distance = Double(2 * index + 1 - count)
      return exp(distance * distance * -0.125 / (sigma * sigma))
    }
    let scale = 1 / (2 * half.reduce(0, +) + 1)
    var error = 0.0
    let weights = half.map { value in
      let exact = value * scale * 256 + error, rounded = exact.rounded(.toNearestOrEven)
      error = exact - rounded
      return UInt16(rounded)
    }
    return weights + [256 - 2 * weights.reduce(0, +)] + weights.reversed()
  }

  private static func mirrored(_ index: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1), place = ((index % period) + period) % period
    return min(place, period - place)
  }
}
