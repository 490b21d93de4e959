import MicroKernels
import Synchronization

/// The few colours that a terminal has for cells, and which is nearest: in sRGB, as errors are counted.
struct InkPalette: Sendable {
  /// The colour of every index; those that are not used included.
  let colors: [SIMD4<Float>]
  /// The indices that may be used.
  let entries: Range<Int>
  /// A cube, each axis of which is searched by itself.
  private let cube: Cube?
  /// Even greys, which are searched by their light.
  private let ramp: Ramp?
  /// The entries that are looked at one by one.
  private let listed: Range<Int>

  /// The levels of each axis.
  private struct Cube {
    let size: Int
    /// Half-way between the levels, and by how much they rise there.
    let edges: [Float]
    let rises: [Float]

    init(_ levels: [Float]) {
      size = levels.count
      edges = zip(levels, levels.dropFirst()).map { ($0 + $1) / 2 }
      rises = zip(levels, levels.dropFirst()).map { $1 - $0 }
    }
  }

  /// xterm's 24 greys, 8 to 238.
  private struct Ramp {
    let entry = 232
    let first: Float = 8
    let step: Float = 10
    let count: Float = 24
    /// From the sum of the channels to the place on the ramp.
    let scale: Float = 1.0 / 30
    let offset: Float = 0.8
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
    case .indexed8: (entries, cube, ramp, listed) = (0..<8, nil, nil, 0..<8)
    case .indexed16: (entries, cube, ramp, listed) = (0..<16, nil, nil, 0..<16)
    case .indexed88: (entries, cube, ramp, listed) = (16..<88, Cube([0, 139, 205, 255]), nil, 80..<88)
    case .indexed256, .truecolor, .mono: (entries, cube, ramp, listed) = (16..<256, Cube([0, 95, 135, 175, 215, 255]), Ramp(), 256..<256)
    }
  }

  /// The index of the entry nearest to a colour of 0...255, which may lie outside. `mk_palette` finds the same distance.
  func nearest(_ color: SIMD4<Float>) -> UInt8 {
    var (best, chosen) = (Float.infinity, entries.lowerBound)
    func look(_ entry: Int) {
      let distance = Self.distance(color, colors[entry])
      if distance < best { (best, chosen) = (distance, entry) }
    }
    if let cube {
      func level(_ channel: Int) -> Int { cube.edges.count { color[channel] > $0 } }
      look(16 + (level(0) * cube.size + level(1)) * cube.size + level(2))
    }
    if let ramp {
      let place = (color[0] + color[1] + color[2]) * ramp.scale - ramp.offset
      look(ramp.entry + Int(min(max(place, 0), ramp.count - 1).rounded(.toNearestOrEven)))
    }
    for entry in listed { look(entry) }
    return UInt8(chosen)
  }

  /// The squared distance of two colours, in the order in which the kernels sum it.
  static func distance(_ first: SIMD4<Float>, _ second: SIMD4<Float>) -> Float {
    let gap = first - second, square = gap * gap
    return square[0] + square[1] + square[2]
  }

  /// The palette as the kernels take it, for as long as `body` runs.
  func withLoops<Result>(_ body: (inout mk_palette) throws -> Result) rethrows -> Result {
    let list = listed.flatMap { [colors[$0][0], colors[$0][1], colors[$0][2]] }
    return try list.withUnsafeBufferPointer { list in
      try (cube?.edges ?? []).withUnsafeBufferPointer { edges in
        try (cube?.rises ?? []).withUnsafeBufferPointer { rises in
          var palette = mk_palette()
          (palette.entries, palette.count) = (list.baseAddress, listed.count)
          (palette.edges, palette.rises, palette.steps) = (edges.baseAddress, rises.baseAddress, edges.count)
          if let ramp {
            (palette.grey_first, palette.grey_step, palette.grey_count) = (ramp.first, ramp.step, ramp.count)
            (palette.grey_scale, palette.grey_offset) = (ramp.scale, ramp.offset)
          }
          return try body(&palette)
        }
      }
    }
  }
}
