import Synchronization

/// The few colours that a terminal has for cells, and which is nearest: in sRGB, as errors are counted.
struct InkPalette: Sendable {
  /// The colour of every index; those that are not used included.
  let colors: [SIMD4<Float>]
  /// The indices that may be used.
  let entries: Range<Int>
  private let search: Search

  private enum Search: Sendable {
    /// A cube and a ramp of greys: each axis apart.
    case cube(steps: Int, step: [UInt8], grey: [UInt8])
    /// Indices by five bits of red, green and blue, rounded, so that black, white and all that has full or no colour are exact.
    case table([UInt8])
  }

  private static let known = Mutex<[CellStyle: InkPalette]>([:])

  /// The palette of a style that has one; kept for the next image.
  static func of(_ style: CellStyle) -> InkPalette? {
    if style.colors == .truecolor || style.colors == .mono { return nil }
    let key = CellStyle(colors: style.colors, named: style.colors <= .indexed16 ? style.named : .xterm)
    return known.withLock { known in
      if let palette = known[key] { return palette }
      let palette = InkPalette(key)
      // A user has one terminal; who tries many loses nothing but time.
      if known.count >= 8 { known.removeAll() }
      known[key] = palette
      return palette
    }
  }

  private init(_ style: CellStyle) {
    let colors = TerminalPalette.colors(style).map(\.vector)
    self.colors = colors
    switch style.colors {
    case .indexed256, .truecolor, .mono:
      entries = 16..<256
      search = Self.cube(steps: 6, colors)
    case .indexed88:
      entries = 16..<88
      search = Self.cube(steps: 4, colors)
    case .indexed16, .indexed8:
      let entries = style.colors == .indexed16 ? 0..<16 : 0..<8
      self.entries = entries
      search = .table(
        (0..<32768).map { bin in
          let color = SIMD4(Float(bin >> 10), Float((bin >> 5) & 31), Float(bin & 31), 0) * (255.0 / 31)
          return UInt8(Self.nearest(color, among: entries, colors))
        })
    }
  }

  private static func cube(steps: Int, _ colors: [SIMD4<Float>]) -> Search {
    func nearest(_ levels: [Float]) -> [UInt8] {
      (0..<256).map { value in
        UInt8(levels.indices.min { abs(levels[$0] - Float(value)) < abs(levels[$1] - Float(value)) } ?? 0)
      }
    }
    let blues = (0..<steps).map { colors[16 + $0][2] }, greys = colors[(16 + steps * steps * steps)...].map { $0[0] }
    return .cube(steps: steps, step: nearest(blues), grey: nearest(greys))
  }

  private static func nearest(_ color: SIMD4<Float>, among entries: Range<Int>, _ colors: [SIMD4<Float>]) -> Int {
    var (best, chosen) = (Float.infinity, entries.lowerBound)
    for entry in entries {
      let gap = color - colors[entry], distance = (gap * gap).sum()
      if distance < best { (best, chosen) = (distance, entry) }
    }
    return chosen
  }

  /// The index of the entry nearest to a colour of 0...255, which may lie outside.
  @inline(__always) func nearest(_ color: SIMD4<Float>) -> UInt8 {
    let safe = color.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255))
    switch search {
    case .table(let table):
      let bin = safe * (31.0 / 255) + 0.5
      return table[Int(bin[0]) * 1024 + Int(bin[1]) * 32 + Int(bin[2])]
    case .cube(let steps, let step, let grey):
      let (red, green, blue) = (Int(step[Int(safe[0] + 0.5)]), Int(step[Int(safe[1] + 0.5)]), Int(step[Int(safe[2] + 0.5)]))
      let inCube = 16 + (red * steps + green) * steps + blue
      let onRamp = 16 + steps * steps * steps + Int(grey[Int((safe[0] + safe[1] + safe[2]) / 3 + 0.5)])
      let (first, second) = (color - colors[inCube], color - colors[onRamp])
      return UInt8((first * first).sum() <= (second * second).sum() ? inCube : onRamp)
    }
  }
}
