/// The colour tables of terminals.
public enum TerminalPalette {
  /// xterm's 256 colours: 16 named, a cube of 6x6x6, 24 greys.
  public static let xterm: [RGB] = {
    let named = [
      RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205),
      RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0), RGB(92, 92, 255),
      RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]
    return named + cube([0, 95, 135, 175, 215, 255]) + (0..<24).map { grey(UInt8(8 + 10 * $0)) }
  }()

  /// The 88 colours of rxvt and of xterm built so: 16 named, a cube of 4x4x4, 8 greys.
  public static let rxvt88: [RGB] = xterm[..<16] + cube([0, 139, 205, 255]) + [46, 92, 115, 139, 162, 185, 208, 231].map { grey($0) }

  private static func grey(_ level: UInt8) -> RGB { RGB(level, level, level) }

  private static func cube(_ steps: [UInt8]) -> [RGB] {
    steps.flatMap { red in steps.flatMap { green in steps.map { blue in RGB(red, green, blue) } } }
  }

  /// The colours of the indices that cells of a style name.
  public static func colors(_ style: CellStyle) -> [RGB] {
    let table = style.colors == .indexed88 ? rxvt88 : xterm
    return style.named.colors + table[16...]
  }

  /// The colour of a terminal of this depth that is nearest to `color` in sRGB; in `mono` the terminal's own foreground.
  public static func nearest(_ color: RGB, _ depth: ColorDepth) -> CellColor {
    if let palette = InkPalette.of(CellStyle(colors: depth)) { return .indexed(palette.nearest(color.vector)) }
    return depth == .mono ? .standard : .rgb(color)
  }
}

extension RGB {
  /// Red, green, blue and a zero.
  var vector: SIMD4<Float> { SIMD4(Float(red), Float(green), Float(blue), 0) }
}
