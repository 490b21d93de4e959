import Foundation

/// Pictures without any colour: the blocks of the finest mosaic are set or not, the rest of each block's light is carried
/// to its neighbours. Dithering counts light, not sRGB values: half the blocks set must look half as bright.
enum MonoMatcher {
  static func grid(_ image: Image, _ columns: Int, _ rows: Int, _ style: CellStyle) -> CellGrid {
    let mosaic = SymbolTable.finestMosaic(style.symbols)
    let (width, height) = (columns * mosaic.across, rows * mosaic.down)
    let light = image.grey(.opencv).resized(width: width, height: height, .area).pixels.map { linear[Int($0)] }
    var values = style.lightBackground ? light.map { 1 - $0 } : light
    var patterns = [Int](repeating: 0, count: columns * rows)
    for y in 0..<height {
      // Every other line backwards, or the carried light draws slanted threads.
      let backwards = y % 2 == 1
      for step in 0..<width {
        let x = backwards ? width - 1 - step : step
        let value = values[y * width + x]
        let set = value > 0.5
        if set {
          patterns[y / mosaic.down * columns + x / mosaic.across] |= 1 << (y % mosaic.down * mosaic.across + x % mosaic.across)
        }
        guard style.dithered else { continue }
        let rest = value - (set ? 1 : 0)
        let ahead = backwards ? -1 : 1
        func carry(_ dx: Int, _ dy: Int, _ share: Float) {
          let (tx, ty) = (x + dx, y + dy)
          if tx >= 0 && tx < width && ty < height { values[ty * width + tx] += rest * share }
        }
        carry(ahead, 0, 7 / 16)
        carry(-ahead, 1, 3 / 16)
        carry(0, 1, 5 / 16)
        carry(ahead, 1, 1 / 16)
      }
    }
    return CellGrid(columns: columns, rows: rows, cells: patterns.map { Cell(mosaic.characters[$0]) })
  }

  /// Light of each sRGB value, 0...1.
  private static let linear: [Float] = (0..<256).map { value in
    let v = Float(value) / 255
    return v <= 0.04045 ? v / 12.92 : powf((v + 0.055) / 1.055, 2.4)
  }
}
