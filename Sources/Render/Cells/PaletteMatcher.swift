/// Symbols and colours where few colours can be had: what a cell cannot show is carried to its neighbours (Floyd and
/// Steinberg 1976), and small palettes mix two entries with shade blocks.
enum PaletteMatcher {
  static func grid(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle, _ palette: InkPalette) -> CellGrid {
    let table = SymbolTable.of(style.symbols)
    var sampler = RegionSampler(image, columns: columns, rows: rows, regions: table.regions)
    var regions = [SIMD4<Float>](repeating: .zero, count: table.regions.count + 1)
    var inked = [SIMD4<Float>](repeating: .zero, count: table.symbols.count)
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    // One more cell at either end spares the look at the edge.
    var carried = [SIMD4<Float>](repeating: .zero, count: columns + 2)
    var next = carried
    let limit = SIMD4<Float>(repeating: 32)
    var gains = [Float](repeating: 0, count: table.symbols.count)
    for row in 0..<rows {
      sampler.begin(row: row)
      for column in 0..<columns {
        sampler.sample(column: column, into: &regions)
        let debt = style.dithered ? carried[column + 1] : .zero
        let whole = regions[table.regions.count] + debt
        let solid = palette.nearestSolid(whole)
        var cell = Cell(" ", .indexed(solid), on: .indexed(solid))
        var shown = palette.colors[Int(solid)]
        // The error of one colour over an area is, but for a constant, area * |color|^2 - 2 color . sum.
        var best = (shown * shown).sum() - 2 * (shown * whole).sum()
        if palette.shades && style.dithered {
          let mix = palette.nearestMix(whole)
          let cost = (mix.color * mix.color).sum() - 2 * (mix.color * whole).sum() + 0.2 * mix.contrast
          if let scalar = mix.scalar, cost < best {
            cell = Cell(scalar, .indexed(mix.foreground), on: .indexed(mix.background))
            (best, shown) = (cost, mix.color)
          }
        }
        // With free colours most symbols are far behind: only the best are worth looking up in the palette.
        table.ink(regions, into: &inked)
        table.gains(inked, whole: regions[table.regions.count], into: &gains)
        let enough = 0.8 * (gains.max() ?? 0)
        for (index, gain) in gains.enumerated() where gain > enough {
          let symbol = table.symbols[index]
          let area = symbol.area
          let full = inked[index] + debt * area
          let paper = whole - full
          let first = palette.nearestSolid(full * (1 / area))
          let second = palette.nearestSolid(paper * (1 / (1 - area)))
          if first == second { continue }
          let (a, b) = (palette.colors[Int(first)], palette.colors[Int(second)])
          let cost = (a * (a * area - 2 * full)).sum() + (b * (b * (1 - area) - 2 * paper)).sum()
          if cost < best - 1 {
            best = cost
            cell = Cell(symbol.scalar, .indexed(first), on: .indexed(second))
            shown = a * area + b * (1 - area)
          }
        }
        cells.append(cell)
        if style.dithered {
          // All of it would be exact from afar but grainy close by; less than half still smooths slow gradients.
          let rest = (0.4 * (whole - shown)).clamped(lowerBound: -limit, upperBound: limit)
          carried[column + 2] += rest * (7 / 16)
          next[column] += rest * (3 / 16)
          next[column + 1] += rest * (5 / 16)
          next[column + 2] += rest * (1 / 16)
        }
      }
      swap(&carried, &next)
      for index in next.indices { next[index] = .zero }
    }
    return CellGrid(columns: columns, rows: rows, cells: cells)
  }
}
