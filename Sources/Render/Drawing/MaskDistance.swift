extension LabelMask {
  /// For each pixel of a label the steps, up, down, left or right, to the nearest pixel of another one; 0 elsewhere. `isClosed` says
  /// whether what is outside of the image counts as another one.
  public func depths(of label: UInt8, isClosed: Bool = true) -> [Int32] {
    let far = Int32(width + height), outside: Int32 = isClosed ? 0 : far
    var depths = labels.map { $0 == label ? far : 0 }
    func near(_ other: Int32) -> Int32 { min(far, other + 1) }
    depths.withUnsafeMutableBufferPointer { depths in
      for y in 0..<height {
        for x in 0..<width where depths[y * width + x] > 0 {
          let at = y * width + x
          depths[at] = min(near(x > 0 ? depths[at - 1] : outside), near(y > 0 ? depths[at - width] : outside))
        }
      }
      for y in (0..<height).reversed() {
        for x in (0..<width).reversed() where depths[y * width + x] > 0 {
          let at = y * width + x
          let right = near(x + 1 < width ? depths[at + 1] : outside), below = near(y + 1 < height ? depths[at + width] : outside)
          depths[at] = min(depths[at], min(right, below))
        }
      }
    }
    return depths
  }

  /// Whether each pixel is at most `reach` steps from the border between a label and all others, inside or outside. The image's edge is
  /// none.
  public func isNearBorder(of label: UInt8, reach: Int) -> [Bool] {
    let inside = depths(of: label, isClosed: false), outside = binary(not: label).depths(of: 1, isClosed: false)
    return inside.indices.map { max(inside[$0], outside[$0]) <= Int32(reach) }
  }

  /// 1 where the label is another one.
  private func binary(not label: UInt8) -> LabelMask {
    LabelMask(width: width, height: height, labels: labels.map { $0 == label ? 0 : 1 })
  }

  /// For each pixel of a label which of its connected pieces it belongs to, from 0; -1 elsewhere.
  func pieces(of label: UInt8) -> (numbers: [Int32], count: Int) {
    // -2 for what is still to be reached.
    var numbers = labels.map { $0 == label ? Int32(-2) : -1 }, count = 0, waiting: [Int] = []
    for start in labels.indices where numbers[start] == -2 {
      numbers[start] = Int32(count)
      waiting.append(start)
      while let at = waiting.popLast() {
        let x = at % width
        func reach(_ other: Int) {
          guard numbers[other] == -2 else { return }
          numbers[other] = Int32(count)
          waiting.append(other)
        }
        if x > 0 { reach(at - 1) }
        if x + 1 < width { reach(at + 1) }
        if at >= width { reach(at - width) }
        if at + width < numbers.count { reach(at + width) }
      }
      count += 1
    }
    return (numbers, count)
  }
}
