import Synchronization

/// The few colours that a terminal has for cells, and which is nearest: in sRGB, as errors are counted.
struct InkPalette: Sendable {
  /// The colour of every index; those that are not used included.
  let colors: [SIMD4<Float>]
  /// The indices that may be used.
  let entries: Range<Int>
  /// Steps of a cube's edge; 0 where `table` is used.
  private let steps: Int
  /// By value of a channel its step in the cube; with a cube and a ramp of greys each axis is searched apart.
  private let step: [UInt8]
  /// By sum of the channels the grey of the ramp.
  private let grey: [UInt8]
  /// Indices by five bits of red, green and blue, rounded, so that black, white and all that has full or no colour are exact.
  private let table: [UInt8]

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
    case .indexed16, .indexed8:
      let entries = style.colors == .indexed16 ? 0..<16 : 0..<8
      self.entries = entries
      (steps, step, grey) = (0, [], [])
      table = (0..<32768).map { bin in
        let color = SIMD4(Float(bin >> 10), Float((bin >> 5) & 31), Float(bin & 31), 0) * (255.0 / 31)
        var (best, chosen) = (Float.infinity, 0)
        for entry in entries {
          let gap = color - colors[entry], distance = (gap * gap).sum()
          if distance < best { (best, chosen) = (distance, entry) }
        }
        return UInt8(chosen)
      }
    case .indexed256, .indexed88, .truecolor, .mono:
      entries = 16..<(style.colors == .indexed88 ? 88 : 256)
      steps = style.colors == .indexed88 ? 4 : 6
      step = Self.nearest((0..<steps).map { colors[16 + $0][2] })
      grey = Self.nearest(colors[(16 + steps * steps * steps)..<entries.upperBound].map { 3 * $0[0] }, upTo: 765)
      table = []
    }
  }

  private static func nearest(_ levels: [Float], upTo largest: Int = 255) -> [UInt8] {
    (0...largest).map { value in
      UInt8(levels.indices.min { abs(levels[$0] - Float(value)) < abs(levels[$1] - Float(value)) } ?? 0)
    }
  }

  /// The index of the entry nearest to a colour of 0...255, which may lie outside.
  func nearest(_ color: SIMD4<Float>) -> UInt8 { withSearch { $0.nearest(color) } }

  /// The palette for as long as `body` runs, for many questions.
  func withSearch<Result>(_ body: (PaletteSearch) throws -> Result) rethrows -> Result {
    try colors.withUnsafeBufferPointer { colors in
      try step.withUnsafeBufferPointer { step in
        try grey.withUnsafeBufferPointer { grey in
          try table.withUnsafeBufferPointer { table in
            try body(PaletteSearch(colors: colors, steps: steps, step: step, grey: grey, table: table))
          }
        }
      }
    }
  }
}

/// An `InkPalette` at hand for many questions.
struct PaletteSearch {
  let colors: UnsafeBufferPointer<SIMD4<Float>>
  fileprivate let steps: Int
  fileprivate let step: UnsafeBufferPointer<UInt8>
  fileprivate let grey: UnsafeBufferPointer<UInt8>
  fileprivate let table: UnsafeBufferPointer<UInt8>

  /// The index of the entry nearest to a colour of 0...255, which may lie outside.
  @inline(__always) func nearest(_ color: SIMD4<Float>) -> UInt8 {
    let safe = color.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255))
    if steps == 0 {
      let bin = safe * (31.0 / 255) + 0.5
      return table[Int(bin[0]) * 1024 + Int(bin[1]) * 32 + Int(bin[2])]
    }
    let rounded = safe + 0.5
    let (red, green, blue) = (Int(step[Int(rounded[0])]), Int(step[Int(rounded[1])]), Int(step[Int(rounded[2])]))
    let inCube = 16 + (red * steps + green) * steps + blue
    let onRamp = 16 + steps * steps * steps + Int(grey[Int(safe.sum() + 0.5)])
    let (first, second) = (color - colors[inCube], color - colors[onRamp])
    return UInt8(truncatingIfNeeded: (first * first).sum() <= (second * second).sum() ? inCube : onRamp)
  }
}
