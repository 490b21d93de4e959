/// The plain twins of the searches for symbols and colours: a cell, a symbol and a channel at a time. For tests.
public enum PlainCells {
  /// As `CellGrid.init(_:columns:rows:style:)` of an image of more than 32 colours that need not be enlarged, in 256, 88, 16 or 8 colours.
  public static func grid(_ image: Image, columns: Int, rows: Int, style: CellStyle) -> CellGrid? {
    var hold: CellHold?
    return InkPalette.of(style).map { PaletteMatcher.grid(image, columns, rows, style, $0, after: &hold, isPlain: true) }
  }

  /// As `CellGrid.init(_:columns:rows:style:)` of an image that need not be enlarged, in 24-bit colour.
  public static func grid(_ image: Image, columns: Int, rows: Int, symbols: SymbolSet) -> CellGrid {
    let table = SymbolTable.of(symbols)
    let classes = DrawnImage.colors(of: image) ?? []
    var sampler = RegionSampler(image, columns: columns, rows: rows, regions: table.regions)
    var regions = [SIMD4<Float>](repeating: .zero, count: table.regions.count + 1)
    var cells: [Cell] = []
    for row in 0..<rows {
      sampler.begin(row: row)
      for column in 0..<columns {
        sampler.sample(column: column, into: &regions)
        cells.append(cell(regions, table, classes))
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: cells)
  }

  private static func cell(_ regions: [SIMD4<Float>], _ table: SymbolTable, _ classes: [RGB]) -> Cell {
    let whole = regions[regions.count - 1]
    var inked = [[Float]](repeating: [0, 0, 0], count: table.symbols.count)
    var (most, chosen): (Float, Int) = (0.5, 0)
    for (index, symbol) in table.symbols.enumerated().dropFirst() {
      var gaps: [Float] = []
      for channel in 0..<3 {
        var ink = inked[symbol.parent][channel]
        for term in table.terms[symbol.terms] { ink += regions[term.region][channel] * term.share }
        inked[index][channel] = ink
        gaps.append(ink - whole[channel] * symbol.area)
      }
      let gain = (gaps[0] * gaps[0] + gaps[1] * gaps[1] + gaps[2] * gaps[2]) * symbol.scale
      let light = gaps[0] * 0.299 + gaps[1] * 0.587 + gaps[2] * 0.114
      let worth = gain + light * light * (symbol.scale * SymbolTable.light)
      if worth > most { (most, chosen) = (worth, index) }
    }
    let symbol = table.symbols[chosen]
    func color(_ sum: (Int) -> Float, _ area: Float) -> CellColor {
      let mean = (0..<3).map { sum($0) * (1 / area) }
      func level(_ channel: Int) -> UInt8 { UInt8(min(255, max(0, mean[channel])).rounded(.toNearestOrAwayFromZero)) }
      func distance(_ color: RGB) -> Float {
        let gaps = [Float(color.red) - mean[0], Float(color.green) - mean[1], Float(color.blue) - mean[2]]
        return gaps[0] * gaps[0] + gaps[1] * gaps[1] + gaps[2] * gaps[2]
      }
      let near = classes.filter { distance($0) < ClassColors.crumb }.min { distance($0) < distance($1) }
      return .rgb(near ?? RGB(level(0), level(1), level(2)))
    }
    let paper = color({ whole[$0] - inked[chosen][$0] }, 1 - symbol.area)
    return Cell(symbol.scalar, chosen == 0 ? paper : color({ inked[chosen][$0] }, symbol.area), on: paper)
  }
}
