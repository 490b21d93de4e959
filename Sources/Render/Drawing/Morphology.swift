/// A neighbourhood for morphology, with the cell that lies on the pixel itself.
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

extension LabelMask {
  /// OpenCV's `dilate`, one iteration: the largest label under the element, which is not reflected; outside counts as 0.
  public func dilated(by element: StructuringElement) -> LabelMask {
    var out = [UInt8](repeating: 0, count: width * height)
    labels.withUnsafeBufferPointer { source in
      out.withUnsafeMutableBufferPointer { out in
        for row in 0..<element.height {
          let dy = row - element.anchorY
          for column in 0..<element.width where element.cells[row * element.width + column] != 0 {
            let dx = column - element.anchorX
            let (left, right) = (max(0, -dx), min(width, width - dx))
            guard left < right else { continue }
            for y in max(0, -dy)..<max(max(0, -dy), min(height, height - dy)) {
              let (to, from) = (y * width, (y + dy) * width + dx)
              for x in left..<right { out[to + x] = max(out[to + x], source[from + x]) }
            }
          }
        }
      }
    }
    return LabelMask(width: width, height: height, labels: out)
  }
}
