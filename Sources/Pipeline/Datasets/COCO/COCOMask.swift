/// Painting of COCO segmentations, equal to pycocotools to the pixel.
enum COCOMask {
  /// Largest coordinate that is believed, far beyond any picture.
  private static let farthest = 1e6
  /// Most boundary steps of one ring; a lying file must not keep us busy for hours.
  private static let mostSteps = 1 << 26

  /// Paints `label` wherever the segmentation is set; rings of a polygon unite.
  ///
  /// `cursor` stands before the segmentation: a list of rings `[x, y, ...]`, or `{"counts": ..., "size": [h, w]}` with
  /// run lengths as a list or as COCO's compressed string. Throws `JSONCursor.Problem`.
  static func paint(_ cursor: JSONCursor, label: UInt8, on canvas: inout MaskCanvas) throws {
    var cursor = cursor
    let (width, height) = (canvas.width, canvas.height)
    if try cursor.peek() == UInt8(ascii: "{") {
      let spans = try runLengths(&cursor, width: width, height: height)
      canvas.fill(spans, label: label)
      return
    }
    try cursor.elements { cursor in
      var ring: [Double] = []
      try cursor.elements { ring.append(try $0.double()) }
      guard ring.count >= 6 || ring.count == 4 else { throw cursor.problem("a polygon has \(ring.count / 2) points") }
      guard ring.allSatisfy({ abs($0) <= farthest }) else { throw cursor.problem("a polygon has a point far outside") }
      if ring.count == 4 {  // pycocotools takes four numbers for a box: x, y, width, height
        let (x0, y0, x1, y1) = (ring[0], ring[1], ring[0] + ring[2], ring[1] + ring[3])
        ring = [x0, y0, x0, y1, x1, y1, x1, y0]
      }
      guard let spans = polygon(ring, width: width, height: height) else {
        throw cursor.problem("a polygon's outline is too long")
      }
      canvas.fill(spans, label: label)
    }
  }

  /// Column-major positions inside a ring (`rleFrPoly` of maskApi.c); nil when the outline has too many steps.
  ///
  /// The outline is walked in fifths of a pixel; wherever it crosses the middle of a column, the column is toggled
  /// from there on. Between two toggles lie pixels of the ring.
  private static func polygon(_ ring: [Double], width: Int, height: Int) -> [Range<Int>]? {
    let scale = 5.0
    let count = ring.count / 2
    func corner(_ index: Int) -> (x: Int, y: Int) {
      let at = index % count * 2
      return (Int(scale * ring[at] + 0.5), Int(scale * ring[at + 1] + 0.5))
    }
    var toggles: [Int] = []
    var last: (u: Int, v: Int)?
    var steps = 0
    func visit(_ u: Int, _ v: Int) {
      defer { last = (u, v) }
      guard let last, last.u != u else { return }
      let x = (Double(u < last.u ? u : u - 1) + 0.5) / scale - 0.5
      guard x.rounded(.down) == x, x >= 0, x <= Double(width - 1) else { return }
      let y = min(max((Double(min(v, last.v)) + 0.5) / scale - 0.5, 0), Double(height)).rounded(.up)
      toggles.append(Int(x) * height + Int(y))
    }
    for index in 0..<count {
      var (start, stop) = (corner(index), corner(index + 1))
      let (dx, dy) = (abs(stop.x - start.x), abs(stop.y - start.y))
      steps += max(dx, dy)
      if steps > mostSteps { return nil }
      let flipped = (dx >= dy && start.x > stop.x) || (dx < dy && start.y > stop.y)
      if flipped { swap(&start, &stop) }
      if dx >= dy {
        let slope = dx == 0 ? 0 : Double(stop.y - start.y) / Double(dx)
        for d in 0...dx {
          let t = flipped ? dx - d : d
          visit(t + start.x, Int(Double(start.y) + slope * Double(t) + 0.5))
        }
      } else {
        let slope = Double(stop.x - start.x) / Double(dy)
        for d in 0...dy {
          let t = flipped ? dy - d : d
          visit(Int(Double(start.x) + slope * Double(t) + 0.5), t + start.y)
        }
      }
    }
    toggles.append(width * height)
    toggles.sort()
    return stride(from: 0, to: toggles.count - 1, by: 2).map { toggles[$0]..<toggles[$0 + 1] }
  }

  /// Set positions of run lengths, which are column-major and begin with background.
  private static func runLengths(_ cursor: inout JSONCursor, width: Int, height: Int) throws -> [Range<Int>] {
    var counts: [Int]?
    var size: [Int] = []
    try cursor.members { key, cursor in
      switch key {
      case "size": try cursor.elements { size.append(try $0.integer()) }
      case "counts" where try cursor.peek() == UInt8(ascii: "["):
        var list: [Int] = []
        try cursor.elements { list.append(try $0.integer()) }
        counts = list
      case "counts":
        let text = try cursor.string()
        guard let list = decompress(text) else { throw cursor.problem("the compressed run lengths are broken") }
        counts = list
      default: try cursor.skip()
      }
    }
    guard let counts else { throw cursor.problem("a segmentation has no run lengths") }
    guard size == [height, width] else {
      throw cursor.problem("run lengths are for \(size) (height, width), the picture is [\(height), \(width)]")
    }
    var spans: [Range<Int>] = []
    var position = 0
    for (index, run) in counts.enumerated() {
      guard run >= 0, run <= width * height - position else {
        throw cursor.problem("run lengths go beyond the \(width * height) pixels of the picture")
      }
      if index % 2 == 1 { spans.append(position..<(position + run)) }
      position += run
    }
    return spans
  }

  /// COCO's compressed run lengths (`rleFrString`): five bits a character, from the third on differences to the one before last.
  private static func decompress(_ text: String) -> [Int]? {
    var counts: [Int] = []
    var value = 0
    var shift = 0
    for byte in text.utf8 {
      guard byte >= 48, byte < 48 + 64, shift <= 55 else { return nil }
      let bits = Int(byte) - 48
      value |= (bits & 0x1F) << shift
      shift += 5
      if bits & 0x20 != 0 { continue }
      if bits & 0x10 != 0 { value |= -1 << shift }
      if counts.count > 2 {
        let (sum, overflow) = value.addingReportingOverflow(counts[counts.count - 2])
        if overflow { return nil }
        value = sum
      }
      counts.append(value)
      value = 0
      shift = 0
    }
    return shift == 0 ? counts : nil
  }
}
