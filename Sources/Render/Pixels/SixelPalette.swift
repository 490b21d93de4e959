/// Palettes for sixels: Wu-like splits of the colour cube at greatest variance, then k-means over its cells.
enum SixelPalette {
  /// A register's percents.
  struct Color: Hashable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ red: Int, _ green: Int, _ blue: Int) {
      func percent(_ value: Int) -> UInt8 { UInt8((value * 100 + 127) / 255) }
      (self.red, self.green, self.blue) = (percent(red), percent(green), percent(blue))
    }

    /// What the terminal shows, 0...255 a channel.
    var shown: SIMD4<Int32> {
      func value(_ percent: UInt8) -> Int32 { (Int32(percent) * 255 + 50) / 100 }
      return SIMD4(value(red), value(green), value(blue), 0)
    }
  }

  /// At most `colors` registers and the register of each pixel of an RGB image.
  static func quantise(_ image: Image, colors: Int) -> (palette: [Color], indices: [UInt8]) {
    if let exact = few(image, colors: colors) { return exact }
    let cells = histogram(image)
    var centres = split(cells, colors: colors)
    for _ in 0..<4 { centres = refined(centres, cells) }
    var palette: [Color] = []
    var seen = Set<Color>()
    for centre in centres {
      let color = Color(Int(centre.x.rounded()), Int(centre.y.rounded()), Int(centre.z.rounded()))
      if seen.insert(color).inserted { palette.append(color) }
    }
    return (palette, nearest(image, palette))
  }

  /// Every colour of its own, in the order they appear; nil where there are more than `colors`.
  private static func few(_ image: Image, colors: Int) -> (palette: [Color], indices: [UInt8])? {
    var numbers: [UInt32: UInt8] = [:]
    var palette: [Color] = []
    var indices: [UInt8] = []
    indices.reserveCapacity(image.width * image.height)
    var (lastKey, lastNumber) = (UInt32.max, UInt8(0))
    for at in stride(from: 0, to: image.pixels.count, by: 3) {
      let (red, green, blue) = (image.pixels[at], image.pixels[at + 1], image.pixels[at + 2])
      let key = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
      if key != lastKey {
        if let known = numbers[key] {
          lastNumber = known
        } else {
          guard palette.count < colors else { return nil }
          lastNumber = UInt8(palette.count)
          numbers[key] = lastNumber
          palette.append(Color(Int(red), Int(green), Int(blue)))
        }
        lastKey = key
      }
      indices.append(lastNumber)
    }
    return (palette, indices)
  }

  /// The pixels whose channels agree in their upper five bits: their mean and number.
  private struct HistogramCell {
    var mean: SIMD4<Float>
    var count: Float
  }

  private static func histogram(_ image: Image) -> [HistogramCell] {
    var sums = [SIMD4<Int32>](repeating: .zero, count: 1 << 15)
    for at in stride(from: 0, to: image.pixels.count, by: 3) {
      let (red, green, blue) = (Int32(image.pixels[at]), Int32(image.pixels[at + 1]), Int32(image.pixels[at + 2]))
      sums[Int((red >> 3) << 10 | (green >> 3) << 5 | blue >> 3)] &+= SIMD4(red, green, blue, 1)
    }
    return sums.compactMap { sum in
      guard sum.w > 0 else { return nil }
      let count = Float(sum.w)
      var mean = SIMD4<Float>(sum) / count
      mean.w = 0
      return HistogramCell(mean: mean, count: count)
    }
  }

  /// A range of cells with its weighted mean and the squared distance to it along each channel.
  private struct Box {
    var range: Range<Int>
    var mean: SIMD4<Float>
    var spread: SIMD4<Float>

    init(_ cells: [HistogramCell], _ range: Range<Int>) {
      self.range = range
      var (sum, count) = (SIMD4<Float>.zero, Float(0))
      for cell in cells[range] {
        sum += cell.mean * cell.count
        count += cell.count
      }
      mean = sum / count
      spread = .zero
      for cell in cells[range] {
        let distance = cell.mean - mean
        spread += distance * distance * cell.count
      }
    }

    var axis: Int { spread.x >= spread.y && spread.x >= spread.z ? 0 : (spread.y >= spread.z ? 1 : 2) }
  }

  /// The box that is spread most is cut at its mean, until there are enough.
  private static func split(_ cells: [HistogramCell], colors: Int) -> [SIMD4<Float>] {
    var cells = cells
    var boxes = [Box(cells, cells.indices)]
    while boxes.count < colors {
      let candidates = boxes.indices.filter { boxes[$0].range.count > 1 && boxes[$0].spread.max() > 0 }
      guard let widest = candidates.max(by: { boxes[$0].spread.max() < boxes[$1].spread.max() }) else { break }
      let box = boxes[widest], axis = box.axis
      let middle = cells[box.range].partition { $0.mean[axis] > box.mean[axis] }
      guard middle > box.range.lowerBound, middle < box.range.upperBound else {
        boxes[widest].spread = .zero  // Rounding left all on one side of the mean.
        continue
      }
      boxes[widest] = Box(cells, box.range.lowerBound..<middle)
      boxes.append(Box(cells, middle..<box.range.upperBound))
    }
    return boxes.map(\.mean)
  }

  /// One step of k-means (Lloyd 1982); a centre that nothing is near stays.
  private static func refined(_ centres: [SIMD4<Float>], _ cells: [HistogramCell]) -> [SIMD4<Float>] {
    var sums = [SIMD4<Float>](repeating: .zero, count: centres.count)
    for cell in cells {
      var (best, least) = (0, Float.infinity)
      for (number, centre) in centres.enumerated() {
        let difference = centre - cell.mean
        let distance = (difference * difference).sum()
        if distance < least { (best, least) = (number, distance) }
      }
      var weighted = cell.mean * cell.count
      weighted.w = cell.count
      sums[best] += weighted
    }
    return sums.indices.map { number in
      var mean = sums[number] / max(sums[number].w, 1)
      mean.w = 0
      return sums[number].w > 0 ? mean : centres[number]
    }
  }

  /// The nearest register of each pixel, looked for once for all pixels that agree in the upper six bits of each channel.
  private static func nearest(_ image: Image, _ palette: [Color]) -> [UInt8] {
    let shown = palette.map(\.shown)
    var known = [Int16](repeating: -1, count: 1 << 18)
    var indices: [UInt8] = []
    indices.reserveCapacity(image.width * image.height)
    for at in stride(from: 0, to: image.pixels.count, by: 3) {
      let (red, green, blue) = (Int32(image.pixels[at]), Int32(image.pixels[at + 1]), Int32(image.pixels[at + 2]))
      let cell = Int((red >> 2) << 12 | (green >> 2) << 6 | blue >> 2)
      if known[cell] < 0 {
        let middle = SIMD4<Int32>(red & ~3 | 2, green & ~3 | 2, blue & ~3 | 2, 0)
        var (best, least) = (0, Int32.max)
        for (number, color) in shown.enumerated() {
          let difference = color &- middle
          let distance = (difference &* difference).wrappedSum()
          if distance < least { (best, least) = (number, distance) }
        }
        known[cell] = Int16(best)
      }
      indices.append(UInt8(known[cell]))
    }
    return indices
  }
}
