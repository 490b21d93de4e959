extension CellGrid {
  /// A picture as characters, stretched over `columns` x `rows` cells (see `fit`).
  ///
  /// Every cell takes the symbol and the two colours with the least squared error over its area. Errors and means are those of
  /// the sRGB values as they are: that keeps more of a picture (PSNR, SSIM) than linear light does, and it is what the
  /// block-wise comparison of two pictures by eye goes by.
  public init(_ image: Image, columns: Int, rows: Int, style: CellStyle = CellStyle()) {
    precondition(columns > 0 && rows > 0)
    var source = image
    let mosaic = SymbolTable.finestMosaic(style.symbols)
    let (wide, high) = (columns * 2, rows * max(2, mosaic.down))
    if style.smooth && (image.width < wide || image.height < high) {
      source = image.resized(width: max(image.width, wide), height: max(image.height, high), .cubic)
    }
    switch style.colors {
    case .truecolor: self = ExactMatcher.grid(source, columns, rows, style.symbols)
    case .mono: self = MonoMatcher.grid(source, columns, rows, style)
    case .indexed256, .indexed16, .indexed8: self = PaletteMatcher.grid(source, columns, rows, style)
    }
  }
}

/// Symbols and colours where every colour can be had.
enum ExactMatcher {
  static func grid(_ image: Image, _ columns: Int, _ rows: Int, _ symbols: SymbolSet) -> CellGrid {
    let table = SymbolTable.of(symbols)
    var sampler = RegionSampler(image, columns: columns, rows: rows, regions: table.regions)
    var regions = [SIMD4<Float>](repeating: .zero, count: table.regions.count + 1)
    var inked = [SIMD4<Float>](repeating: .zero, count: table.symbols.count)
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    // Least squares: with the means as colours, the error is a constant less the sum of squared means times their areas.
    let weights = table.symbols.map { (1 / $0.area, 1 / (1 - $0.area)) }
    for row in 0..<rows {
      sampler.begin(row: row)
      for column in 0..<columns {
        sampler.sample(column: column, into: &regions)
        let whole = regions[table.regions.count]
        // Below half a grey level of difference a blank is as good, and shorter.
        var best = (whole * whole).sum() + 0.5
        var chosen: Int?
        for (index, symbol) in table.symbols.enumerated() {
          let ink = regions[symbol.region] + (symbol.parent.map { inked[$0] } ?? .zero)
          inked[index] = ink
          let paper = whole - ink
          let score = (ink * ink * weights[index].0 + paper * paper * weights[index].1).sum()
          if score > best { (best, chosen) = (score, index) }
        }
        if let chosen {
          let ink = inked[chosen]
          cells.append(
            Cell(
              table.symbols[chosen].scalar, .rgb(RGB(mean: ink * weights[chosen].0)),
              on: .rgb(RGB(mean: (whole - ink) * weights[chosen].1))))
        } else {
          let color = CellColor.rgb(RGB(mean: whole))
          cells.append(Cell(" ", color, on: color))
        }
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: cells)
  }
}

extension RGB {
  /// Rounds and clamps a mean.
  init(mean: SIMD4<Float>) {
    let safe = mean.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255)).rounded(.toNearestOrAwayFromZero)
    self.init(UInt8(safe[0]), UInt8(safe[1]), UInt8(safe[2]))
  }
}
