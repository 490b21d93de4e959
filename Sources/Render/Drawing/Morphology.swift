/// A neighbourhood for morphology, with the cell that is on the pixel itself.
public struct StructuringElement: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// Column and row of the cell on the pixel.
  public let anchorX: Int
  public let anchorY: Int
  /// `height * width` cells, 1 where the neighbour counts.
  public let cells: [UInt8]

  /// OpenCV's `getStructuringElement(MORPH_ELLIPSE, (width, height))` with its default anchor (width / 2, height / 2).
  ///
  /// Even sizes are not symmetric: the ellipse is drawn around the anchor and cut at the border.
  public static func ellipse(width: Int, height: Int) -> StructuringElement {
    precondition(width > 0 && height > 0)
    let (radiusX, radiusY) = (width / 2, height / 2)
    let inverse = radiusY > 0 ? 1 / Double(radiusY * radiusY) : 0
    var cells = [UInt8](repeating: 0, count: width * height)
    for row in 0..<height {
      let dy = row - radiusY
      guard abs(dy) <= radiusY else { continue }
      let reach = Double(radiusX) * (Double(radiusY * radiusY - dy * dy) * inverse).squareRoot()
      let dx = Int(reach.rounded(.toNearestOrEven))
      for column in max(radiusX - dx, 0)..<min(radiusX + dx + 1, width) { cells[row * width + column] = 1 }
    }
    return StructuringElement(width: width, height: height, anchorX: radiusX, anchorY: radiusY, cells: cells)
  }
}

extension StructuringElement {
  /// Cells side by side in one row.
  struct Run {
    let row: Int
    let column: Int
    let length: Int
  }

  /// The cells, row by row.
  var runs: [Run] {
    (0..<height).flatMap { row in
      (0..<width).filter { self[$0, row] && !self[$0 - 1, row] }.map { column in
        Run(row: row, column: column, length: (column..<width).first { !self[$0, row] }.map { $0 - column } ?? width - column)
      }
    }
  }

  private subscript(column: Int, row: Int) -> Bool { column >= 0 && cells[row * width + column] != 0 }
}

extension LabelMask {
  /// OpenCV's `dilate`, one iteration: the largest label under the element, which is not reflected; outside counts as 0.
  public func dilated(by element: StructuringElement) -> LabelMask {
    let runs = element.runs, stride = width + element.width
    // Level k holds the largest of the 2^k labels from each place on: two of them cover any run, however long.
    var levels = [[UInt8](repeating: 0, count: stride * height)]
    for y in 0..<height {
      let start = y * stride + element.anchorX
      levels[0].replaceSubrange(start..<(start + width), with: labels[(y * width)..<((y + 1) * width)])
    }
    for level in 0..<Self.level(of: runs.map(\.length).max() ?? 1) { levels.append(Self.largest(levels[level], apart: 1 << level)) }
    var out = [UInt8](repeating: 0, count: width * height)
    out.withUnsafeMutableBufferPointer { out in
      for run in runs {
        let level = Self.level(of: run.length), dy = run.row - element.anchorY
        levels[level].withUnsafeBufferPointer { source in
          guard let source = source.baseAddress, let out = out.baseAddress else { return }
          for y in max(0, -dy)..<max(max(0, -dy), min(height, height - dy)) {
            let target = out + y * width, left = source + (y + dy) * stride + run.column
            let right = left + run.length - (1 << level)
            for x in 0..<width { target[x] = max(target[x], max(left[x], right[x])) }
          }
        }
      }
    }
    return LabelMask(width: width, height: height, labels: out)
  }

  /// The largest k for which a run has 2^k cells.
  private static func level(of length: Int) -> Int { Int.bitWidth - 1 - length.leadingZeroBitCount }

  /// The larger of each label and the one `distance` further on.
  private static func largest(_ labels: [UInt8], apart distance: Int) -> [UInt8] {
    var out = labels
    labels.withUnsafeBufferPointer { labels in
      out.withUnsafeMutableBufferPointer { out in
        guard let near = labels.baseAddress, let out = out.baseAddress else { return }
        let far = near + distance
        for index in 0..<max(0, labels.count - distance) { out[index] = max(near[index], far[index]) }
      }
    }
    return out
  }
}
