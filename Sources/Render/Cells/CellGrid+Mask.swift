extension CellGrid {
  /// A mask as characters in exact class colours: every block of a cell takes the label of most of its pixels, and a
  /// cell the two labels of most of its blocks; colours are never blended.
  ///
  /// - Parameter colors: one colour a label; labels beyond the table take its last colour. On `mono` terminals label 0 is
  ///   blank, 255 a shade, every other label ink.
  public init(_ mask: LabelMask, columns: Int, rows: Int, colors: [RGB], style: CellStyle = CellStyle()) {
    precondition(columns > 0 && rows > 0 && !colors.isEmpty)
    let mosaic = SymbolTable.finestMosaic(style.symbols)
    let blocks = BlockLabels(mask, across: columns * mosaic.across, down: rows * mosaic.down)
    let tints = (0..<256).map { TerminalPalette.nearest(colors[min($0, colors.count - 1)], style.colors) }
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let labels = (0..<(mosaic.across * mosaic.down)).map { block in
          blocks[column * mosaic.across + block % mosaic.across, row * mosaic.down + block / mosaic.across]
        }
        if style.colors == .mono {
          cells.append(Self.inkCell(labels, mosaic.characters))
          continue
        }
        let (most, second) = Self.twoMostCommon(labels)
        // Ink marks the higher label, so that equal borders look equal.
        let (paper, ink) = (min(most, second ?? most), max(most, second ?? most))
        var pattern = 0
        if paper != ink {
          // A third label goes to the more common of the two.
          for (block, label) in labels.enumerated() where label == ink || (label != paper && ink == most) { pattern |= 1 << block }
        }
        cells.append(Cell(mosaic.characters[pattern], tints[Int(ink)], on: tints[Int(paper)]))
      }
    }
    self.init(columns: columns, rows: rows, cells: cells)
  }

  /// The cell of a terminal without colours.
  private static func inkCell(_ labels: [UInt8], _ characters: [Unicode.Scalar]) -> Cell {
    if 2 * labels.count(where: { $0 == 255 }) > labels.count { return Cell("▒") }
    var pattern = 0
    for (block, label) in labels.enumerated() where label != 0 && label != 255 { pattern |= 1 << block }
    return Cell(characters[pattern])
  }

  private static func twoMostCommon(_ labels: [UInt8]) -> (UInt8, UInt8?) {
    var counts: [(label: UInt8, count: Int)] = []
    for label in labels {
      if let index = counts.firstIndex(where: { $0.label == label }) {
        counts[index].count += 1
      } else {
        counts.append((label, 1))
      }
    }
    counts.sort { $0.count > $1.count }
    return (counts[0].label, counts.count > 1 ? counts[1].label : nil)
  }
}

/// A mask brought to a grid of blocks: the label of most pixels of each, at least one.
private struct BlockLabels {
  let across: Int
  private var labels: [UInt8] = []

  init(_ mask: LabelMask, across: Int, down: Int) {
    self.across = across
    labels.reserveCapacity(across * down)
    var counts = [Int](repeating: 0, count: 256)
    func range(_ index: Int, _ blocks: Int, _ pixels: Int) -> Range<Int> {
      // Pixels whose centres are in the block; the one under its centre where there are none.
      let first = (2 * index * pixels + blocks) / (2 * blocks)
      let end = (2 * (index + 1) * pixels + blocks) / (2 * blocks)
      if first < end { return first..<end }
      let nearest = min((2 * index + 1) * pixels / (2 * blocks), pixels - 1)
      return nearest..<(nearest + 1)
    }
    let columns = (0..<across).map { range($0, across, mask.width) }
    for row in 0..<down {
      let lines = range(row, down, mask.height)
      for column in columns {
        var best: UInt8 = mask[column.lowerBound, lines.lowerBound]
        for y in lines { for x in column { counts[Int(mask[x, y])] += 1 } }
        for y in lines { for x in column where counts[Int(mask[x, y])] > counts[Int(best)] { best = mask[x, y] } }
        for y in lines { for x in column { counts[Int(mask[x, y])] = 0 } }
        labels.append(best)
      }
    }
  }

  subscript(x: Int, y: Int) -> UInt8 { labels[y * across + x] }
}
