/// OpenCV's averaging over covered pixels, for shrinking on both axes.
enum AreaResize {
  /// Whole-number shrinking: the mean of `blockX` x `blockY` pixels. Blocks of 2x2 bytes round halves up, others to even.
  static func blockMeans<Sample: ResizableSample>(
    _ source: [Sample], _ shape: ResizeShape, _ blockX: Int, _ blockY: Int
  ) -> [Sample] {
    let channels = shape.channels
    let rowSamples = shape.width * channels
    let scale = 1 / Float(blockX * blockY)
    let halfUp = blockX == 2 && blockY == 2 && Sample.self == UInt8.self
    var sums = [Float](repeating: 0, count: rowSamples)
    return [Sample](unsafeUninitializedCapacity: rowSamples * shape.height) { out, count in
      source.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          for y in 0..<shape.height {
            for index in 0..<rowSamples { sums[index] = 0 }
            for row in (y * blockY)..<((y + 1) * blockY) {
              var at = row * shape.sourceWidth * channels
              for x in 0..<shape.width {
                for _ in 0..<blockX {
                  for channel in 0..<channels { sums[x * channels + channel] += source[at + channel].float }
                  at += channels
                }
              }
            }
            for index in 0..<rowSamples {
              // Sums of bytes are exact in floats up to blocks of 256x256; a half is then exact as well.
              let mean = halfUp ? ((sums[index] + 2) * 0.25).rounded(.down) : sums[index] * scale
              out.initializeElement(at: y * rowSamples + index, to: Sample.rounded(mean))
            }
          }
        }
      }
      count = rowSamples * shape.height
    }
  }

  /// Any other shrinking: pixels weighted by how much of them is covered, in floats, row by row in OpenCV's order.
  static func coverage<Sample: ResizableSample>(_ source: [Sample], _ shape: ResizeShape) -> [Sample] {
    let columns = shares(source: shape.sourceWidth, target: shape.width, scale: shape.scaleX)
    let rows = shares(source: shape.sourceHeight, target: shape.height, scale: shape.scaleY)
    let channels = shape.channels
    let rowSamples = shape.width * channels
    var line = [Float](repeating: 0, count: rowSamples)
    var sums = [Float](repeating: 0, count: rowSamples)
    return [Sample](unsafeUninitializedCapacity: rowSamples * shape.height) { out, count in
      source.withUnsafeBufferPointer { source in
        columns.withUnsafeBufferPointer { columns in
          line.withUnsafeMutableBufferPointer { line in
            sums.withUnsafeMutableBufferPointer { sums in
              var next = 0
              for y in 0..<shape.height {
                for index in 0..<rowSamples { sums[index] = 0 }
                while next < rows.count && rows[next].target == y {
                  for index in 0..<rowSamples { line[index] = 0 }
                  let start = rows[next].source * shape.sourceWidth * channels
                  for share in columns {
                    let (to, from) = (share.target * channels, start + share.source * channels)
                    for channel in 0..<channels { line[to + channel] += source[from + channel].float * share.weight }
                  }
                  let weight = rows[next].weight
                  for index in 0..<rowSamples { sums[index] += line[index] * weight }
                  next += 1
                }
                for index in 0..<rowSamples {
                  out.initializeElement(at: y * rowSamples + index, to: Sample.rounded(sums[index]))
                }
              }
            }
          }
        }
      }
      count = rowSamples * shape.height
    }
  }

  /// How much of a source index falls to a target index.
  struct Share {
    let target: Int
    let source: Int
    let weight: Float
  }

  /// `computeResizeAreaTab` of OpenCV, ordered by target, then source.
  static func shares(source: Int, target: Int, scale: Double) -> [Share] {
    var shares: [Share] = []
    for index in 0..<target {
      let start = Double(index) * scale
      let end = start + scale
      let width = min(scale, Double(source) - start)
      let last = min(Int(end.rounded(.down)), source - 1)
      let first = min(Int(start.rounded(.up)), last)
      // Slivers below a thousandth of a pixel are left out, as OpenCV does.
      if Double(first) - start > 1e-3 {
        shares.append(Share(target: index, source: first - 1, weight: Float((Double(first) - start) / width)))
      }
      for whole in first..<max(first, last) { shares.append(Share(target: index, source: whole, weight: Float(1 / width))) }
      if end - Double(last) > 1e-3 {
        let covered = min(min(end - Double(last), 1), width)
        shares.append(Share(target: index, source: last, weight: Float(covered / width)))
      }
    }
    return shares
  }
}
