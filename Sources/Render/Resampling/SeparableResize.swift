/// OpenCV's filters with 2, 4 or 8 taps an axis: rows first, then columns, edge pixels repeated outside.
enum SeparableResize {
  static func resize<Sample: ResizableSample>(_ source: [Sample], _ shape: ResizeShape, _ mode: ResizeMode) -> [Sample] {
    let areaRule = mode == .area
    let columns = ResizeTaps(
      source: shape.sourceWidth, target: shape.width, mode: mode, areaRule: areaRule, clampFraction: true)
    let rows = ResizeTaps(
      source: shape.sourceHeight, target: shape.height, mode: mode, areaRule: areaRule, clampFraction: false)
    let columnWeights = columns.weights.map(Sample.weight)
    let rowWeights = rows.weights.map(Sample.weight)
    let rowSamples = shape.width * shape.channels
    var filter = RowFilter<Sample>(shape, columns, columnWeights)

    // The rows under the vertical filter, kept in as many slots as it has taps: neighbours never share one.
    let slots = UnsafeMutablePointer<Sample.Sum>.allocate(capacity: rowSamples * rows.count)
    slots.initialize(repeating: .zero, count: rowSamples * rows.count)
    defer { slots.deallocate() }
    var held = [Int](repeating: -1, count: rows.count)

    return [Sample](unsafeUninitializedCapacity: rowSamples * shape.height) { out, count in
      guard let target = out.baseAddress else { return }
      var window: [UnsafePointer<Sample.Sum>] = []
      for y in 0..<shape.height {
        window.removeAll(keepingCapacity: true)
        for tap in 0..<rows.count {
          let row = min(max(rows.starts[y] + tap, 0), shape.sourceHeight - 1)
          let slot = slots + row % rows.count * rowSamples
          if held[row % rows.count] != row {
            held[row % rows.count] = row
            filter.run(source, row: row, into: slot)
          }
          window.append(UnsafePointer(slot))
        }
        rowWeights.withUnsafeBufferPointer { weights in
          guard let base = weights.baseAddress else { return }
          Sample.finish(window, base + y * rows.count, into: target + y * rowSamples, count: rowSamples)
        }
      }
      count = rowSamples * shape.height
    }
  }
}

/// The horizontal step on one row.
private struct RowFilter<Sample: ResizableSample> {
  typealias Sum = Sample.Sum
  let shape: ResizeShape
  let taps: Int
  /// First sample of each target pixel in the padded row.
  let starts: [Int]
  let weights: [Sum]
  /// The row with its edge pixels repeated, so that no tap has to look where it is.
  var padded: [Sum]
  private static var padding: Int { 8 }

  init(_ shape: ResizeShape, _ taps: ResizeTaps, _ weights: [Sum]) {
    self.shape = shape
    self.taps = taps.count
    self.weights = weights
    starts = taps.starts.map { (min(max($0, -Self.padding), shape.sourceWidth) + Self.padding) * shape.channels }
    // Four more samples, because pixels of three channels are read four at a time.
    padded = [Sum](repeating: .zero, count: (shape.sourceWidth + 2 * Self.padding) * shape.channels + 4)
  }

  mutating func run(_ source: [Sample], row: Int, into out: UnsafeMutablePointer<Sum>) {
    let channels = shape.channels
    let length = shape.sourceWidth * channels
    source.withUnsafeBufferPointer { source in
      padded.withUnsafeMutableBufferPointer { padded in
        let body = Self.padding * channels
        for index in 0..<length { padded[body + index] = source[row * length + index].sum }
        for index in 0..<body {
          padded[index] = padded[body + index % channels]
          padded[body + length + index] = padded[body + length - channels + index % channels]
        }
      }
    }
    padded.withUnsafeBufferPointer { padded in
      starts.withUnsafeBufferPointer { starts in
        weights.withUnsafeBufferPointer { weights in
          guard let values = padded.baseAddress, let weights = weights.baseAddress else { return }
          if channels == 3 {
            Sum.sumTriples(values, starts, weights, taps: taps, into: out)
          } else {
            sumChannels(values, starts, weights, into: out)
          }
        }
      }
    }
  }

  @inline(__always) private func sumChannels(
    _ values: UnsafePointer<Sum>, _ starts: UnsafeBufferPointer<Int>, _ weights: UnsafePointer<Sum>,
    into out: UnsafeMutablePointer<Sum>
  ) {
    let channels = shape.channels
    for x in 0..<starts.count {
      let weight = weights + x * taps
      for channel in 0..<channels {
        let from = values + starts[x] + channel
        var sum = Sum.zero
        for tap in 0..<taps { sum = Sum.multiplyAdd(sum, from[tap * channels], weight[tap]) }
        out[x * channels + channel] = sum
      }
    }
  }
}
