import Core

/// Rasterising of COCO segmentations, equal to pycocotools to the pixel.
enum COCOMask {
  /// Largest coordinate that is believed, far beyond any image.
  private static let farthest = 1e6
  /// Most boundary steps of one ring; a lying file must not keep us busy for hours.
  private static let mostSteps = 1 << 26

  /// What became of a segmentation.
  struct Outcome {
    /// What is wrong with it.
    var faults: [String] = []
    /// Whether nothing of it is known: pycocotools refuses it, and none of its rings is sound.
    var isRefused = false
  }

  /// Rasterises `label` wherever the segmentation is set; rings of a polygon unite.
  ///
  /// `cursor` is before the segmentation: a list of rings `[x, y, ...]`, or `{"counts": ..., "size": [h, w]}` with
  /// run lengths as a list or as COCO's compressed string. What is sound of it is rasterised.
  static func rasterise(_ cursor: JSONCursor, label: UInt8, on canvas: inout MaskCanvas) -> Outcome {
    var cursor = cursor, outcome = Outcome(isRefused: true)
    do {
      switch try cursor.peek() {
      case UInt8(ascii: "{"):
        let (spans, fault) = try runLengths(&cursor, width: canvas.width, height: canvas.height)
        canvas.fill(spans, label: label)
        return Outcome(faults: fault.map { [$0] } ?? [], isRefused: fault != nil)
      case UInt8(ascii: "["): break
      case UInt8(ascii: "n"): throw cursor.problem("its segmentation is null")
      default: throw cursor.problem("its segmentation is neither a list of rings nor run lengths")
      }
      var rings = 0
      try cursor.elements { cursor in
        let ring = try rasteriseRing(&cursor, label: label, on: &canvas)
        // Two points and half a third are a polygon for pycocotools, if an empty one.
        if ring.isDrawn || (rings == 0 && ring.numbers == 5) { outcome.isRefused = false }
        if let fault = ring.fault, !outcome.faults.contains(fault) { outcome.faults.append(fault) }
        rings += 1
      }
      if rings == 0 { throw cursor.problem("its segmentation is empty") }
    } catch { outcome.faults.append((error as? JSONCursor.Problem)?.reason ?? "\(error)") }
    return outcome
  }

  private struct Ring {
    var numbers = 0
    var isDrawn = false
    var fault: String?
  }

  /// One ring of a polygon. Throws only where the text behind it cannot be found.
  private static func rasteriseRing(_ cursor: inout JSONCursor, label: UInt8, on canvas: inout MaskCanvas) throws -> Ring {
    let first = try cursor.peek()
    guard first == UInt8(ascii: "[") else {
      try cursor.skip()
      let isNumber = first == UInt8(ascii: "-") || (0x30...0x39).contains(first)
      return Ring(fault: isNumber ? "its segmentation is a flat list of numbers, not a list of rings" : "one of its rings is no list of numbers")
    }
    let start = cursor
    var ring: [Double] = []
    do { try cursor.elements { ring.append(try coordinate(&$0)) } } catch let problem as JSONCursor.Problem {
      cursor = start
      try cursor.skip()
      return Ring(fault: "one of its rings is no list of numbers: \(problem.reason)")
    }
    func bad(_ fault: String) -> Ring { Ring(numbers: ring.count, fault: fault) }
    // pycocotools takes pairs of numbers, and two points enclose nothing: a box of four numbers is for `bbox`.
    guard ring.count >= 6 else { return bad("a ring of \(ring.count) numbers encloses nothing, it takes three points") }
    guard ring.allSatisfy({ abs($0) <= farthest }) else { return bad("one of its rings has a point far outside") }
    guard let spans = polygon(ring, width: canvas.width, height: canvas.height) else { return bad("one of its rings is too long") }
    canvas.fill(spans, label: label)
    return Ring(
      numbers: ring.count, isDrawn: true,
      fault: ring.count % 2 == 0 ? nil : "a ring of \(ring.count) numbers: the last counts for nothing, as in pycocotools")
  }

  /// A number; NumPy, by which pycocotools reads them, also takes one that is written as a text.
  private static func coordinate(_ cursor: inout JSONCursor) throws -> Double {
    guard try cursor.peek() == UInt8(ascii: "\"") else { return try cursor.double() }
    guard let value = Double(try cursor.string()), value.isFinite else { throw cursor.problem("a number is expected") }
    return value
  }

  /// Column-major positions inside a ring (`rleFrPoly` of maskApi.c); nil when the outline has too many steps.
  ///
  /// The outline is walked in fifths of a pixel; wherever it crosses the middle of a column, the column is toggled
  /// from there on. Between two toggles are pixels of the ring.
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

  /// Set positions of run lengths, which are column-major and begin with background, or what is wrong with them.
  private static func runLengths(
    _ cursor: inout JSONCursor, width: Int, height: Int
  ) throws -> (spans: [Range<Int>], fault: String?) {
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
        guard let list = decompress(text) else { throw cursor.problem("its compressed run lengths are broken") }
        counts = list
      default: try cursor.skip()
      }
    }
    guard let counts, !counts.isEmpty else { return ([], "it has no run lengths") }
    guard size == [height, width] else {
      return ([], "its run lengths are for \(size) (height, width), the image is [\(height), \(width)]")
    }
    var spans: [Range<Int>] = []
    var position = 0
    for (index, run) in counts.enumerated() {
      guard run >= 0, run <= width * height - position else {
        return ([], "its run lengths go beyond the \(width * height) pixels of the image")
      }
      if index % 2 == 1 { spans.append(position..<(position + run)) }
      position += run
    }
    return (spans, nil)
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
