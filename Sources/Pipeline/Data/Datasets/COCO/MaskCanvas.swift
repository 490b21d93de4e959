import Render

/// A class mask that is being rasterised, with the number of pixels of each label so far.
struct MaskCanvas {
  let width: Int
  let height: Int
  private(set) var labels: [UInt8]
  /// By label 0...255.
  private(set) var counts: [Int]

  /// All background.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    labels = [UInt8](repeating: 0, count: width * height)
    counts = [Int](repeating: 0, count: 256)
    counts[0] = labels.count
  }

  /// Rasterises `label` over ranges of column-major positions.
  mutating func fill(_ spans: [Range<Int>], label: UInt8) {
    for span in spans where !span.isEmpty {
      var x = span.lowerBound / height, y = span.lowerBound % height
      for _ in span {
        let at = y * width + x
        counts[Int(labels[at])] -= 1
        labels[at] = label
        y += 1
        if y == height {
          y = 0
          x += 1
        }
      }
      counts[Int(label)] += span.count
    }
  }

  var mask: LabelMask { LabelMask(width: width, height: height, labels: labels) }
}
