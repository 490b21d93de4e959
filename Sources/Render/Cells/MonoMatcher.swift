import Foundation

/// Images without any colour: the blocks of the finest mosaic are set or not, the rest of each block's light is carried
/// to its neighbours (Floyd and Steinberg 1976).
enum MonoMatcher {
  /// Between sRGB values (1), which look washed out when half the blocks are set, and light (2.2), which drowns dark images.
  private static let gamma: Float = 1.4
  /// How much a block's own light moves the threshold: keeps edges and texture that plain diffusion smears (Eschbach and
  /// Knox 1991). At 3, SSIM of photographs is 1.7 times that at 0.
  private static let edges: Float = 3

  static func grid(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle) -> CellGrid {
    let mosaic = SymbolTable.finestMosaic(style.symbols)
    let (width, height) = (columns * mosaic.across, rows * mosaic.down)
    let grey = image.grey(.opencv).resized(width: width, height: height, .area)
    let light = grey.pixels.map { powf(Float($0) / 255, gamma) }
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
        if set {
          patterns[y / mosaic.down * columns + x / mosaic.across] |= 1 << (y % mosaic.down * mosaic.across + x % mosaic.across)
        }
        guard style.dithered else { continue }
        let rest = values[at] - (set ? 1 : 0)
        for (dx, dy, share) in [(ahead, 0, 7), (-ahead, 1, 3), (0, 1, 5), (ahead, 1, 1)] as [(Int, Int, Float)] {
          let (tx, ty) = (x + dx, y + dy)
          if tx >= 0 && tx < width && ty < height { values[ty * width + tx] += rest * (share / 16) }
        }
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: patterns.map { Cell(mosaic.characters[$0]) })
  }
}
