import Foundation

/// Images without any colour, in the terminal's own foreground on its own background.
enum MonoMatcher {
  /// How much a block's own light moves the threshold: keeps edges and texture that plain diffusion smears (Eschbach and
  /// Knox 1991).
  private static let edges: Float = 1.2
  /// The share of a block's error that is carried on: all of it would drown weak edges in grain.
  private static let share: Float = 0.92
  /// The luma, 0...255, from which an area is ink where nothing is carried. Six levels below the middle, since the eye and SSIM compare
  /// light by its ratio: overlays keep more texture in their darker half, about 0.01 of SSIM for 0.05 dB.
  private static let threshold: Float = 121.5

  static func grid(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle) -> CellGrid {
    style.dithered ? carried(image, columns, rows, style) : nearest(image, columns, rows, style, threshold: threshold)
  }

  /// An image of few colours: the darkest is the background, and all others are light, or dark classes would not be seen.
  static func grid(of drawn: DrawnImage, _ columns: Int, _ rows: Int, _ style: CellStyle) -> CellGrid {
    let light = drawn.mask.labels.map { $0 == 0 ? 0 : 255 as UInt8 }
    let image = Image(width: drawn.mask.width, height: drawn.mask.height, channels: 1, pixels: light)
    return nearest(image, columns, rows, style, threshold: 127.5)
  }

  /// The blocks of the finest mosaic are set or not, the rest of each block's light is carried on (Floyd and Steinberg 1976).
  private static func carried(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle) -> CellGrid {
    let mosaic = SymbolTable.finestMosaic(style.symbols)
    let (width, height) = (columns * mosaic.across, rows * mosaic.down)
    let light = image.grey(.opencv).resized(width: width, height: height, .area).pixels.map { Float($0) / 255 }
    var values = light
    var patterns = [Int](repeating: 0, count: columns * rows)
    for y in 0..<height {
      // Every other line backwards, or the carried light draws slanted threads.
      let backwards = y % 2 == 1
      let ahead = backwards ? -1 : 1
      for step in 0..<width {
        let x = backwards ? width - 1 - step : step
        let at = y * width + x
        let set = values[at] + edges * (light[at] - 0.5) > 0.5
        if set != style.lightBackground {
          patterns[y / mosaic.down * columns + x / mosaic.across] |= 1 << (y % mosaic.down * mosaic.across + x % mosaic.across)
        }
        let rest = share * (values[at] - (set ? 1 : 0))
        for (dx, dy, share) in [(ahead, 0, 7), (-ahead, 1, 3), (0, 1, 5), (ahead, 1, 1)] as [(Int, Int, Float)] {
          let (tx, ty) = (x + dx, y + dy)
          if tx >= 0 && tx < width && ty < height { values[ty * width + tx] += rest * (share / 16) }
        }
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: patterns.map { Cell(mosaic.characters[$0]) })
  }

  /// Of all characters the one whose ink has most light above a threshold and least below: with 127.5 the least squared error to black and
  /// white.
  private static func nearest(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle, threshold: Float) -> CellGrid {
    let table = SymbolTable.of(style.symbols), members = Set(CellShapes.members(of: style.symbols))
    let rests = table.symbols.map { symbol in CellShapes.complements[symbol.scalar].flatMap { members.contains($0) ? $0 : nil } }
    return CellSearch.grid(image.grey(.opencv), columns: columns, rows: rows, table) { search, lane, _ in
      // What ink over an area gains against none; the other way round where ink is black.
      func gain(_ sum: Float, _ area: Float) -> Float { style.lightBackground ? threshold * area - sum : sum - threshold * area }
      let whole = search.whole(lane)[0]
      var (best, scalar): (Float, Unicode.Scalar) = (0, " ")
      func look(_ gain: Float, _ candidate: Unicode.Scalar) { if gain > best { (best, scalar) = (gain, candidate) } }
      look(gain(whole, 1), "█")
      for (index, symbol) in table.symbols.enumerated().dropFirst() {
        look(gain(search.ink(index, lane)[0], symbol.area), symbol.scalar)
        if let rest = rests[index] { look(gain(whole - search.ink(index, lane)[0], 1 - symbol.area), rest) }
      }
      return Cell(scalar)
    }
  }
}
