/// The colours of the parts of a cell where an image of few colours has several of them: what a truecolor terminal would show of it, as near as
/// a small palette comes without making one class look like another.
struct BlendedInks {
  private let palette: InkPalette
  private let tints: [CellColor]
  /// The colour of each label, as a vector and as it is.
  private let wanted: [SIMD4<Float>]
  private let tones: [RGB]
  /// For each entry the colour of the image that is nearest to it, and for each label the entries whose colour that is.
  private let owners: [RGB?]
  private let entries: [[UInt8]]
  /// Whether there are colours enough to choose symbols by them.
  private let weighsColors: Bool
  /// What each symbol's means save on the cell that is looked at.
  private var saved: [Float]
  /// Squared levels, summed over the channels, that a colour between classes must save: lesser steps beside an edge are only seen as dirt.
  private static let margin: Float = 1500

  init(_ palette: InkPalette, _ tints: [CellColor], _ mask: LabelMask, _ colors: [RGB], symbols: Int) {
    (self.palette, self.tints) = (palette, tints)
    let wanted = (0..<256).map { colors[min($0, colors.count - 1)] }
    let counts = mask.histogram
    let shown = (0..<256).filter { counts[$0] > 0 }.map { wanted[$0] }
    var owned: [RGB: [UInt8]] = [:]
    (owners, tones) = (ClassColors.owners(of: palette, shown), wanted)
    for (entry, owner) in owners.enumerated() {
      if let owner { owned[owner, default: []].append(UInt8(entry)) }
    }
    self.wanted = wanted.map(\.vector)
    saved = [Float](repeating: 0, count: symbols)
    entries = wanted.map { owned[$0] ?? [] }
    weighsColors = palette.entries.count > 16
  }

  /// The symbol and colours with the least squared error, as far as each part may have them. Where the terminal's colours are far from all
  /// that is wanted, the symbol is the one that would be best with any: others move the borders of classes for the sake of their colours.
  mutating func cell(_ parts: [LabelBits], _ shapes: ShapeBits) -> Cell {
    // Beyond the four labels with most area a cell has crumbs.
    let some = Array(parts.prefix(4)), areas = some.map(\.bits.count)
    var blank = Side()
    for (part, area) in zip(some, areas) { blank.add(part.label, area, wanted[Int(part.label)]) }
    let alone = color(of: blank)
    // The error of means is, but for what is the same for all symbols, -|sum|^2 / area; that of colours adds to it.
    var best = (cost: (weighsColors ? alone.error : 0) - blank.saved - 1, at: -1, cell: Cell(" ", alone.color, on: alone.color))
    let last = some.count == parts.count ? some.count - 1 : -1
    func sides(_ shape: ShapeBits.Shape) -> (ink: Side, paper: Side) {
      var (ink, paper, rest) = (Side(), Side(), shape.count)
      for (at, part) in some.enumerated() {
        // Of all parts the last has what the others leave.
        let inked = at == last ? rest : (part.bits & shape.bits).count
        rest -= inked
        ink.add(part.label, inked, wanted[Int(part.label)])
        paper.add(part.label, areas[at] - inked, wanted[Int(part.label)])
      }
      return (ink, paper)
    }
    func look(_ at: Int) {
      let (ink, paper) = sides(shapes.all[at])
      let (front, back) = (color(of: ink), color(of: paper))
      let cost = (weighsColors ? front.error + back.error : 0) - ink.saved - paper.saved
      if cost < best.cost || (cost == best.cost && at < best.at) {
        best = (cost, at, Cell(shapes.all[at].scalar, front.color, on: back.color))
      }
    }
    for (at, shape) in shapes.all.enumerated() {
      let (ink, paper) = sides(shape)
      saved[at] = ink.area > 0 && paper.area > 0 ? ink.saved + paper.saved : -.infinity
    }
    // The symbol whose means save most is nearly always the one: with its cost known, the colours of few others are looked for.
    guard let first = saved.indices.max(by: { saved[$0] < saved[$1] }), saved[first] > -.infinity else { return best.cell }
    look(first)
    for at in saved.indices where at != first && -saved[at] <= best.cost { look(at) }
    return best.cell
  }

  /// What is on one side of a cut.
  private struct Side {
    private(set) var sum = SIMD4<Float>.zero
    private(set) var area: Float = 0
    /// The label with most area, and how much it has.
    private(set) var label: UInt8 = 0
    private(set) var most = 0

    mutating func add(_ label: UInt8, _ count: Int, _ color: SIMD4<Float>) {
      sum += color * Float(count)
      area += Float(count)
      if count > most { (self.label, most) = (label, count) }
    }

    var mean: SIMD4<Float> { sum * (1 / area) }
    /// The squared error that its mean saves.
    var saved: Float { area > 0 ? (sum * sum).sum() / area : 0 }
    var isPure: Bool { Float(most) == area }
  }

  /// The colour of a side, and its squared error over the side's area against the mean.
  private func color(of side: Side) -> (color: CellColor, error: Float) {
    guard case .indexed(let own) = tints[Int(side.label)] else { return (tints[Int(side.label)], 0) }
    let mean = side.mean
    var (least, chosen) = (InkPalette.distance(mean, palette.colors[Int(own)]), own)
    if !side.isPure {
      var most = least - Self.margin
      let nearest = palette.nearest(mean)
      // Nearly always the nearest of all is one of the label's own.
      for entry in owners[Int(nearest)] == tones[Int(side.label)] ? [nearest] : entries[Int(side.label)] {
        let distance = InkPalette.distance(mean, palette.colors[Int(entry)])
        if distance < most { (most, least, chosen) = (distance, distance, entry) }
      }
    }
    return (.indexed(chosen), least * side.area)
  }
}
