/// Integrals of an image over the regions of cells, exact for pixels that are cut by cell borders.
///
/// One line of cells at a time: the band of pixels under it is summed from the upper left corner, the sums are interpolated
/// at the heights and then at the columns where regions begin and end.
struct RegionSampler {
  typealias Color = SIMD4<Float>
  let image: Image
  let columns: Int
  let rows: Int
  /// Corners of each region as indices into the corners, in the order upper left, upper right, lower left, lower right; the last is the whole cell.
  let regionCorners: [(Int, Int, Int, Int)]
  /// A place in the cell: index of the height in `heights`, index of the position in `positions`.
  private let corners: [(height: Int, position: Int)]
  /// Heights in 1/24 cell.
  private let heights: [Int]
  /// For each column and each position used, the pixel and the fraction behind it.
  private let places: [(pixel: Int, fraction: Float)]
  private let positionCount: Int
  /// One over a cell's area in pixels.
  let scale: Float
  private var band: [Color] = []
  private var lines: [Color] = []
  private var sums: [Color]

  /// How many corners the regions have.
  var cornerCount: Int { corners.count }

  init(_ image: Image, columns: Int, rows: Int, regions: [CellRect]) {
    (self.image, self.columns, self.rows) = (image, columns, rows)
    let positions = Set(regions.flatMap { [$0.left, $0.right] } + [0, 8]).sorted()
    let heights = Set(regions.flatMap { [$0.top, $0.bottom] } + [0, 24]).sorted()
    var corners: [(height: Int, position: Int)] = []
    var known = [Int?](repeating: nil, count: 9 * 25)
    func corner(_ x: Int, _ y: Int) -> Int {
      if let index = known[y * 9 + x] { return index }
      corners.append((heights.firstIndex(of: y) ?? 0, positions.firstIndex(of: x) ?? 0))
      known[y * 9 + x] = corners.count - 1
      return corners.count - 1
    }
    // The whole cell is the last region.
    regionCorners = (regions + [CellRect(left: 0, top: 0, right: 8, bottom: 24)]).map {
      (corner($0.left, $0.top), corner($0.right, $0.top), corner($0.left, $0.bottom), corner($0.right, $0.bottom))
    }
    (self.corners, self.heights, positionCount) = (corners, heights, positions.count)
    places = (0..<columns).flatMap { column in
      positions.map { position in
        Self.place(Double(column) + Double(position) / 8, of: columns, pixels: image.width)
      }
    }
    scale = 1 / Float(Double(image.width) * Double(image.height) / (Double(columns) * Double(rows)))
    sums = [Color](repeating: .zero, count: corners.count)
  }

  private static func place(_ cell: Double, of cells: Int, pixels: Int) -> (pixel: Int, fraction: Float) {
    let position = cell * Double(pixels) / Double(cells)
    let pixel = min(Int(position), pixels - 1)
    return (pixel, Float(position - Double(pixel)))
  }

  /// Prepares a line of cells.
  mutating func begin(row: Int) {
    let levels = heights.map { Self.place(Double(row) + Double($0) / 24, of: rows, pixels: image.height) }
    let first = levels[0].pixel
    let count = levels[levels.count - 1].pixel + 1 - first
    let stride = image.width + 1
    let needed = (count + 1) * stride
    if band.count < needed { band = [Color](repeating: .zero, count: needed) }
    if lines.count < levels.count * stride { lines = [Color](repeating: .zero, count: levels.count * stride) }
    band.withUnsafeMutableBufferPointer { band in
      image.pixels.withUnsafeBufferPointer { pixels in
        for x in 0..<stride { band[x] = .zero }
        for y in 0..<count {
          var running = Color.zero
          let (above, here) = (y * stride, (y + 1) * stride)
          band[here] = .zero
          var at = (first + y) * image.width * image.channels
          if image.channels == 3 {
            for x in 1..<stride {
              running += Color(Float(pixels[at]), Float(pixels[at + 1]), Float(pixels[at + 2]), 0)
              band[here + x] = band[above + x] + running
              at += 3
            }
          } else {
            for x in 1..<stride {
              running += Color(SIMD3(repeating: Float(pixels[at])), 0)
              band[here + x] = band[above + x] + running
              at += 1
            }
          }
        }
      }
      lines.withUnsafeMutableBufferPointer { lines in
        for (index, level) in levels.enumerated() {
          let upper = (level.pixel - first) * stride
          for x in 0..<stride {
            lines[index * stride + x] = band[upper + x] + (band[upper + stride + x] - band[upper + x]) * level.fraction
          }
        }
      }
    }
  }

  /// Means over the regions of a cell of the prepared line, times their share of the cell; the last is the whole cell.
  mutating func sample(column: Int, into out: inout [Color]) {
    let stride = image.width + 1
    lines.withUnsafeBufferPointer { lines in
      places.withUnsafeBufferPointer { places in
        sums.withUnsafeMutableBufferPointer { sums in
          for (index, corner) in corners.enumerated() {
            let place = places[column * positionCount + corner.position]
            let at = corner.height * stride + place.pixel
            sums[index] = lines[at] + (lines[at + 1] - lines[at]) * place.fraction
          }
          out.withUnsafeMutableBufferPointer { out in
            for (index, corner) in regionCorners.enumerated() {
              out[index] = (sums[corner.3] - sums[corner.2] - (sums[corner.1] - sums[corner.0])) * scale
            }
          }
        }
      }
    }
  }

  /// The sums of light up to each corner of sixteen cells from `column` on, `[corners][3][16]`; beyond the last column they are whatever they were.
  mutating func sumCorners(from column: Int, into out: inout [SIMD4<Float>]) {
    let stride = image.width + 1, last = columns - 1
    lines.withUnsafeBufferPointer { lines in
      places.withUnsafeBufferPointer { places in
        out.withUnsafeMutableBufferPointer { out in
          corners.withUnsafeBufferPointer { corners in
            for four in 0..<min(4, (columns - column + 3) / 4) {
              let first = column + 4 * four
              let (a, b) = (first * positionCount, min(first + 1, last) * positionCount)
              let (c, d) = (min(first + 2, last) * positionCount, min(first + 3, last) * positionCount)
              for index in 0..<corners.count {
                let corner = corners[index]
                @inline(__always) func sum(_ cell: Int) -> Color {
                  let place = places[cell + corner.position], at = corner.height * stride + place.pixel
                  return lines[at] + (lines[at + 1] - lines[at]) * place.fraction
                }
                let (p, q, r, s) = (sum(a), sum(b), sum(c), sum(d))
                out[index * 12 + four] = Color(p[0], q[0], r[0], s[0])
                out[index * 12 + 4 + four] = Color(p[1], q[1], r[1], s[1])
                out[index * 12 + 8 + four] = Color(p[2], q[2], r[2], s[2])
              }
            }
          }
        }
      }
    }
  }
}
