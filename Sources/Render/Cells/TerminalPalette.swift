import Foundation

/// The xterm colour table, and the nearest entries by OKLab distance (Ottosson 2020).
public enum TerminalPalette {
  /// xterm's 256 colours: 16 named, a cube of 6x6x6, 24 greys.
  public static let xterm: [RGB] = {
    var colors = [
      RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205),
      RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0), RGB(92, 92, 255),
      RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]
    let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    for red in steps { for green in steps { for blue in steps { colors.append(RGB(red, green, blue)) } } }
    for grey in 0..<24 { colors.append(RGB(UInt8(8 + 10 * grey), UInt8(8 + 10 * grey), UInt8(8 + 10 * grey))) }
    return colors
  }()

  /// The colour of a terminal of this depth that is nearest to `color`; in `mono` the terminal's own foreground.
  public static func nearest(_ color: RGB, _ depth: ColorDepth) -> CellColor {
    if let palette = InkPalette.of(depth) {
      return .indexed(palette.nearestSolid(SIMD4(Float(color.red), Float(color.green), Float(color.blue), 0)))
    }
    return depth == .mono ? .standard : .rgb(color)
  }

  /// OKLab's lightness and two colour axes, times 100.
  static func oklab(_ color: SIMD4<Float>) -> SIMD4<Float> {
    func linear(_ value: Float) -> Float {
      let v = value / 255
      return v <= 0.04045 ? v / 12.92 : powf((v + 0.055) / 1.055, 2.4)
    }
    let (r, g, b) = (linear(color[0]), linear(color[1]), linear(color[2]))
    let l = cbrtf(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrtf(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrtf(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return 100 * SIMD4(
      0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s, 0)
  }
}

/// The colours that a small palette can show in one cell: its entries, and two of them mixed by a shade block.
struct InkPalette: Sendable {
  /// A solid colour (`scalar` nil), or a shade block in one entry on another.
  struct Mix: Sendable {
    let scalar: Unicode.Scalar?
    let foreground: UInt8
    let background: UInt8
    /// The mean sRGB colour.
    let color: SIMD4<Float>
    /// How far the two are apart: the variance of the pattern.
    let contrast: Float
  }

  let colors: [SIMD4<Float>]
  let mixes: [Mix]
  let shades: Bool
  /// Indices by the upper five bits of red, green and blue.
  private let solidTable: [UInt8]
  private let mixTable: [UInt16]

  static let deep = InkPalette(entries: 16..<256, shades: false)
  static let eight = InkPalette(entries: 0..<8, shades: true)

  /// The palette of a depth that has one.
  static func of(_ depth: ColorDepth) -> InkPalette? {
    switch depth {
    case .indexed256: deep
    case .indexed8: eight
    case .truecolor, .mono: nil
    }
  }

  func nearestSolid(_ color: SIMD4<Float>) -> UInt8 { solidTable[Self.bin(color)] }
  func nearestMix(_ color: SIMD4<Float>) -> Mix { mixes[Int(mixTable[Self.bin(color)])] }

  @inline(__always) private static func bin(_ color: SIMD4<Float>) -> Int {
    let safe = color.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255))
    return (Int(safe[0]) >> 3) * 1024 + (Int(safe[1]) >> 3) * 32 + (Int(safe[2]) >> 3)
  }

  private init(entries: Range<Int>, shades: Bool) {
    let xterm = TerminalPalette.xterm.map { SIMD4(Float($0.red), Float($0.green), Float($0.blue), 0) }
    let solids = entries.map { Mix(scalar: nil, foreground: UInt8($0), background: UInt8($0), color: xterm[$0], contrast: 0) }
    var mixes = solids
    if shades {
      for (first, ink) in solids.enumerated() {
        for paper in solids[..<first] {
          let gap = ink.color - paper.color
          for (scalar, share) in [("░", 0.25), ("▒", 0.5), ("▓", 0.75)] as [(Unicode.Scalar, Float)] {
            mixes.append(
              Mix(
                scalar: scalar, foreground: ink.foreground, background: paper.foreground, color: paper.color + gap * share,
                contrast: share * (1 - share) * (gap * gap).sum()))
          }
        }
      }
    }
    let solidLabs = solids.map { TerminalPalette.oklab($0.color) }
    // Coarse patterns of colours far apart look like noise: a pattern must be clearly nearer to be taken.
    let mixLabs = mixes.map { (lab: TerminalPalette.oklab($0.color), cost: $0.contrast * 0.0005) }
    var solidTable = [UInt8](repeating: 0, count: 32768)
    var mixTable = [UInt16](repeating: 0, count: 32768)
    for bin in 0..<32768 {
      let color = SIMD4(Float(bin >> 10), Float((bin >> 5) & 31), Float(bin & 31), 0) * 8 + SIMD4(4, 4, 4, 0)
      let lab = TerminalPalette.oklab(color)
      var best = Float.infinity
      for (index, other) in solidLabs.enumerated() {
        let gap = lab - other
        let distance = (gap * gap).sum()
        if distance < best { (best, solidTable[bin]) = (distance, solids[index].foreground) }
      }
      guard shades else { continue }
      best = .infinity
      for (index, other) in mixLabs.enumerated() {
        let gap = lab - other.lab
        let distance = (gap * gap).sum() + other.cost
        if distance < best { (best, mixTable[bin]) = (distance, UInt16(index)) }
      }
    }
    (colors, self.mixes, self.shades) = (xterm, mixes, shades)
    (self.solidTable, self.mixTable) = (solidTable, mixTable)
  }
}
