extension Image {
  /// Canny's edges, grey 0 or 255, byte for byte as `cv2.Canny(image, low, high)`: 3x3 Sobel, |dx| + |dy| for the slope.
  ///
  /// A pixel steeper than `high` is an edge, and so is one steeper than `low` that hangs together with it. `low` is at most `high`.
  public func canny(low: Int, high: Int) -> Image {
    precondition(low <= high)
    let slopes = SobelSlopes(self)
    let (width, height, stride) = (width, height, slopes.stride)
    // Padded like the slopes: neighbours outside are no candidates.
    var marks = [Mark](repeating: .none, count: slopes.steepness.count)
    var open: [Int] = []
    slopes.forEachRidge(above: low) { index, steepness in
      marks[index] = steepness > high ? .edge : .candidate
      if steepness > high { open.append(index) }
    }
    while let index = open.popLast() {
      for row in [index - stride, index, index + stride] {
        for neighbour in (row - 1)...(row + 1) where marks[neighbour] == .candidate {
          marks[neighbour] = .edge
          open.append(neighbour)
        }
      }
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
      for y in 0..<height {
        for x in 0..<width {
          out.initializeElement(at: y * width + x, to: marks[(y + 1) * stride + x + 1] == .edge ? 255 : 0)
        }
      }
      count = width * height
    }
    return Image(width: width, height: height, channels: 1, pixels: pixels)
  }
}

private enum Mark: UInt8 { case none, candidate, edge }

/// Sobel's derivatives of each pixel; of a colour image those of the channel with the largest |dx| + |dy|, the first of equal ones.
private struct SobelSlopes {
  let width: Int
  let height: Int
  /// Samples a row of the fields below, which have one pixel of zeros around the image.
  let stride: Int
  private(set) var dx: [Int16]
  private(set) var dy: [Int16]
  /// |dx| + |dy|.
  private(set) var steepness: [Int16]

  init(_ image: Image) {
    (width, height, stride) = (image.width, image.height, image.width + 2)
    let channels = image.channels, samples = image.width * channels
    dx = [Int16](repeating: 0, count: stride * (height + 2))
    (dy, steepness) = (dx, dx)
    // The three rows' weighted sum and their difference, with the edge pixels repeated on both sides.
    var sums = [Int16](repeating: 0, count: samples + 2 * channels), differences = sums
    for y in 0..<height {
      image.pixels.withUnsafeBufferPointer { pixels in
        let (above, row, below) = (max(y - 1, 0) * samples, y * samples, min(y + 1, height - 1) * samples)
        for index in 0..<samples {
          let (first, last) = (Int16(pixels[above + index]), Int16(pixels[below + index]))
          sums[channels + index] = first &+ 2 &* Int16(pixels[row + index]) &+ last
          differences[channels + index] = last &- first
        }
      }
      for channel in 0..<channels {
        sums[channel] = sums[channels + channel]
        differences[channel] = differences[channels + channel]
        sums[channels + samples + channel] = sums[samples + channel]
        differences[channels + samples + channel] = differences[samples + channel]
      }
      takeRow(y, sums, differences, channels)
    }
  }

  private mutating func takeRow(_ y: Int, _ sums: [Int16], _ differences: [Int16], _ channels: Int) {
    let start = (y + 1) * stride + 1
    for x in 0..<width {
      var best = (dx: Int16(0), dy: Int16(0), steepness: Int16(-1))
      for index in (x * channels)..<((x + 1) * channels) {
        let dx = sums[index + 2 * channels] &- sums[index]
        let dy = differences[index] &+ 2 &* differences[index + channels] &+ differences[index + 2 * channels]
        let steepness = abs(dx) &+ abs(dy)
        if steepness > best.steepness { best = (dx, dy, steepness) }
      }
      (dx[start + x], dy[start + x], steepness[start + x]) = best
    }
  }

  /// The pixels steeper than `limit` and than their two neighbours along the slope, which counts as one of four directions.
  func forEachRidge(above limit: Int, _ body: (_ index: Int, _ steepness: Int) -> Void) {
    for y in 0..<height {
      for index in ((y + 1) * stride + 1)..<((y + 1) * stride + 1 + width) where Int(steepness[index]) > limit {
        if isRidge(index) { body(index, Int(steepness[index])) }
      }
    }
  }

  private func isRidge(_ index: Int) -> Bool {
    let own = steepness[index]
    let (x, y) = (abs(Int(dx[index])), abs(Int(dy[index])) << 15)
    // OpenCV's tan(22.5°) in 15 bits; tan(67.5°) is 2 more.
    let flat = x * 13573
    if y < flat { return own > steepness[index - 1] && own >= steepness[index + 1] }
    if y > flat + (x << 16) { return own > steepness[index - stride] && own >= steepness[index + stride] }
    let side = (dx[index] ^ dy[index]) < 0 ? -1 : 1
    return own > steepness[index - stride - side] && own > steepness[index + stride + side]
  }
}
