extension CellGrid {
  /// A mask as characters in exact class colours: of all symbols and pairs of labels every cell takes those that are right on most of its
  /// area; colours are never blended.
  ///
  /// - Parameter colors: one colour a label; labels beyond the table take its last colour. Where colours are few, labels of different
  ///   colours have different ones as long as there are enough. On `mono` terminals label 0 is blank, 255 a shade, every other label ink;
  ///   on a light background label 0 is ink and every other label blank.
  public init(_ mask: LabelMask, columns: Int, rows: Int, colors: [RGB], style: CellStyle = CellStyle()) {
    self.init(mask, columns: columns, rows: rows, colors: colors, style: style, blends: false)
  }

  /// - Parameter blends: where a part of a cell holds several labels, it may take a colour between theirs that is nearer to their mean, as
  ///   long as the label with most area there is the nearest to it.
  init(_ mask: LabelMask, columns: Int, rows: Int, colors: [RGB], style: CellStyle, blends: Bool) {
    precondition(columns > 0 && rows > 0 && !colors.isEmpty)
    var blocks = BlockLabels(mask, columns: columns, rows: rows)
    let tints = ClassColors.of(mask, colors, style), shapes = ShapeBits.of(style.symbols)
    var blend = blends ? InkPalette.of(style).map { BlendedInks($0, tints, mask, colors, symbols: shapes.all.count) } : nil
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let parts = blocks.parts(column, row)
        cells.append(style.colors == .mono ? Self.inkCell(parts, shapes, style) : Self.cell(parts, shapes, tints, &blend))
      }
    }
    self.init(columns: columns, rows: rows, cells: cells)
  }

  private static func cell(_ parts: [LabelBits], _ shapes: ShapeBits, _ tints: [CellColor], _ blend: inout BlendedInks?) -> Cell {
    let first = parts[0].label
    if parts.count == 1 { return Cell(" ", tints[Int(first)], on: tints[Int(first)]) }
    if let found = blend?.cell(parts, shapes) { return found }
    var (best, cell) = (parts[0].bits.count, Cell(" ", tints[Int(first)], on: tints[Int(first)]))
    // Beyond the four labels with most area a cell has crumbs.
    for (place, ink) in parts.prefix(4).enumerated() {
      for (other, paper) in parts.prefix(4).enumerated() where other != place {
        for shape in shapes.all {
          let right = (shape.bits & ink.bits).count + (~shape.bits & paper.bits).count
          if right > best { (best, cell) = (right, Cell(shape.scalar, tints[Int(ink.label)], on: tints[Int(paper.label)])) }
        }
      }
    }
    return cell
  }

  /// The cell of a terminal without colours.
  private static func inkCell(_ parts: [LabelBits], _ shapes: ShapeBits, _ style: CellStyle) -> Cell {
    if parts[0].label == 255, 2 * parts[0].bits.count > CellBits.all { return Cell("▒") }
    var ink = CellBits()
    for part in parts where style.lightBackground ? part.label == 0 : part.label != 0 && part.label != 255 { ink = ink | part.bits }
    var (best, scalar) = ((~ink).count, Unicode.Scalar(" "))
    for shape in shapes.full {
      let right = (shape.bits & ink).count + (~shape.bits & ~ink).count
      if right > best { (best, scalar) = (right, shape.scalar) }
    }
    return Cell(scalar)
  }
}

/// The part of a cell that has a label.
struct LabelBits {
  let label: UInt8
  var bits: CellBits
}

/// A mask brought to a grid of 8 x 24 blocks a cell: the label of most pixels of each.
private struct BlockLabels {
  private let mask: LabelMask
  /// The pixels of each column and line of blocks.
  private let across: [Range<Int>]
  private let down: [Range<Int>]
  private var counts = [Int](repeating: 0, count: 256)

  init(_ mask: LabelMask, columns: Int, rows: Int) {
    func ranges(_ blocks: Int, _ pixels: Int) -> [Range<Int>] {
      (0..<blocks).map { index in
        // Pixels whose centres are in the block; the one under its centre where there are none.
        let first = (2 * index * pixels + blocks) / (2 * blocks)
        let end = (2 * (index + 1) * pixels + blocks) / (2 * blocks)
        if first < end { return first..<end }
        let nearest = min((2 * index + 1) * pixels / (2 * blocks), pixels - 1)
        return nearest..<(nearest + 1)
      }
    }
    self.mask = mask
    (across, down) = (ranges(columns * 8, mask.width), ranges(rows * 24, mask.height))
  }

  /// The labels of a cell, those with most area first.
  mutating func parts(_ column: Int, _ row: Int) -> [LabelBits] {
    let (columns, lines) = (across[(8 * column)..<(8 * column + 8)], down[(24 * row)..<(24 * row + 24)])
    if let only = onlyLabel(columns, lines) { return [LabelBits(label: only, bits: ~CellBits())] }
    var parts: [LabelBits] = []
    var last = 0
    for (y, line) in lines.enumerated() {
      for (x, column) in columns.enumerated() {
        let label = label(column, line)
        if parts.isEmpty || parts[last].label != label {
          last = parts.firstIndex { $0.label == label } ?? parts.count
          if last == parts.count { parts.append(LabelBits(label: label, bits: CellBits())) }
        }
        parts[last].bits.insert(x, y)
      }
    }
    return parts.count == 1 ? parts : parts.sorted { ($1.bits.count, $0.label) < ($0.bits.count, $1.label) }
  }

  /// The label of all pixels under a cell, as most cells have it; nil where there are several.
  private func onlyLabel(_ columns: ArraySlice<Range<Int>>, _ lines: ArraySlice<Range<Int>>) -> UInt8? {
    guard let left = columns.map(\.lowerBound).min(), let right = columns.map(\.upperBound).max(),
      let top = lines.map(\.lowerBound).min(), let bottom = lines.map(\.upperBound).max()
    else { return nil }
    return mask.labels.withUnsafeBufferPointer { labels in
      let first = labels[top * mask.width + left]
      for y in top..<bottom { for x in left..<right where labels[y * mask.width + x] != first { return nil } }
      return first
    }
  }

  private mutating func label(_ column: Range<Int>, _ line: Range<Int>) -> UInt8 {
    // Of two with as many the one in the middle: the first would move every border by half a pixel.
    func middle(_ range: Range<Int>) -> Int { range.lowerBound + range.count / 2 }
    var best = mask[middle(column), middle(line)]
    if line.count > 1 || column.count > 1 {
      for y in line { for x in column { counts[Int(mask[x, y])] += 1 } }
      for y in line { for x in column where counts[Int(mask[x, y])] > counts[Int(best)] { best = mask[x, y] } }
      for y in line { for x in column { counts[Int(mask[x, y])] = 0 } }
    }
    return best
  }
}
