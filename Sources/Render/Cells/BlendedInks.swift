/// The colours of the parts of a cell where an image of few colours has several of them: what a truecolor terminal would show of it, as near as
/// a small palette comes without making one class look like another.
struct BlendedInks {
  private let palette: InkPalette
  private let tints: [CellColor]
  /// The colour of each label.
  private let wanted: [RGB]
  /// For each label the entries that are nearer to its colour than to any other of the image.
  private let entries: [[UInt8]]
  /// Squared levels, summed over the channels, that a colour between classes must save: lesser steps beside an edge are only seen as dirt.
  private static let margin: Float = 1500

  init(_ palette: InkPalette, _ tints: [CellColor], _ mask: LabelMask, _ colors: [RGB]) {
    (self.palette, self.tints) = (palette, tints)
    let wanted = (0..<256).map { colors[min($0, colors.count - 1)] }
    let counts = mask.histogram
    let shown = (0..<256).filter { counts[$0] > 0 }.map { wanted[$0] }
    var owned: [RGB: [UInt8]] = [:]
    for (entry, owner) in ClassColors.owners(of: palette, shown).enumerated() {
      if let owner { owned[owner, default: []].append(UInt8(entry)) }
    }
    self.wanted = wanted
    entries = wanted.map { owned[$0] ?? [] }
  }

  /// The symbol and colours with the least squared error, as far as each part may have them.
  func cell(_ parts: [LabelBits], _ shapes: ShapeBits) -> Cell {
    // Beyond the four labels with most area a cell has crumbs.
    let some = parts.prefix(4)
    let whole = some.reduce(SIMD4<Float>.zero) { $0 + wanted[Int($1.label)].vector * Float($1.bits.count) }
    let total = Float(some.reduce(0) { $0 + $1.bits.count })
    // The error of a part's mean is, but for what is the same for all symbols, -|sum|^2 / area.
    var best = (saved: (whole * whole).sum() / total + 1, scalar: Unicode.Scalar(" "), bits: CellBits())
    for shape in shapes.all {
      var (ink, area) = (SIMD4<Float>.zero, Float(0))
      for part in some {
        let count = Float((part.bits & shape.bits).count)
        ink += wanted[Int(part.label)].vector * count
        area += count
      }
      let paper = whole - ink, rest = total - area
      guard area > 0, rest > 0 else { continue }
      let saved = (ink * ink).sum() / area + (paper * paper).sum() / rest
      if saved > best.saved { best = (saved, shape.scalar, shape.bits) }
    }
    let paper = color(of: ~best.bits, parts)
    return Cell(best.scalar, best.bits.count == 0 ? paper : color(of: best.bits, parts), on: paper)
  }

  /// The colour of a part of a cell.
  private func color(of side: CellBits, _ parts: [LabelBits]) -> CellColor {
    var (sum, most, label) = (SIMD4<Float>.zero, 0, parts[0].label)
    for part in parts {
      let count = (part.bits & side).count
      sum += wanted[Int(part.label)].vector * Float(count)
      if count > most { (most, label) = (count, part.label) }
    }
    let tint = tints[Int(label)], area = side.count
    guard case .indexed(let own) = tint, most < area else { return tint }
    let mean = sum * (1 / Float(area))
    var (best, chosen) = (InkPalette.distance(mean, palette.colors[Int(own)]) - Self.margin, own)
    for entry in entries[Int(label)] {
      let distance = InkPalette.distance(mean, palette.colors[Int(entry)])
      if distance < best { (best, chosen) = (distance, entry) }
    }
    return .indexed(chosen)
  }
}
