import MicroKernels
import Synchronization

/// The few colours that a terminal has for cells, and which is nearest: in sRGB, as errors are counted.
struct InkPalette: Sendable {
  /// The colour of every index; those that are not used included.
  let colors: [SIMD4<Float>]
  /// The indices that may be used.
  let entries: Range<Int>
  /// A cube with a ramp of greys, each axis of which is searched by itself; nil where all entries are looked at.
  private let cube: Cube?

  /// xterm's cube of 6x6x6 and its 24 greys, 8 to 238.
  private struct Cube {
    static let levels: [Float] = [0, 95, 135, 175, 215, 255]
    /// Half-way between the levels, and by how much they rise there.
    let edges = zip(levels, levels.dropFirst()).map { ($0 + $1) / 2 }
    let rises = zip(levels, levels.dropFirst()).map { $1 - $0 }
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
    (entries, cube) =
      switch style.colors {
      case .indexed8: (0..<8, nil)
      case .indexed16: (0..<16, nil)
      case .indexed88: (16..<88, nil)
      case .indexed256, .truecolor, .mono: (16..<256, Cube())
      }
  }

  /// The index of the entry nearest to a colour of 0...255, which may lie outside. `mk_palette` finds the same distance.
  func nearest(_ color: SIMD4<Float>) -> UInt8 {
    guard let cube else {
      var (best, chosen) = (Float.infinity, 0)
      for entry in entries {
        let distance = Self.distance(color, colors[entry])
        if distance < best { (best, chosen) = (distance, entry) }
      }
      return UInt8(chosen)
    }
    var inCube = 16
    for channel in 0..<3 {
      let level = cube.edges.count { color[channel] > $0 }
      inCube += channel == 0 ? 36 * level : channel == 1 ? 6 * level : level
    }
    let place = min(max((color[0] + color[1] + color[2]) * cube.scale - cube.offset, 0), cube.count - 1).rounded(.toNearestOrEven)
    let onRamp = 232 + Int(place)
    return UInt8(Self.distance(color, colors[onRamp]) < Self.distance(color, colors[inCube]) ? onRamp : inCube)
  }

  /// The squared distance of two colours, in the order in which the kernels sum it.
  static func distance(_ first: SIMD4<Float>, _ second: SIMD4<Float>) -> Float {
    let gap = first - second, square = gap * gap
    return square[0] + square[1] + square[2]
  }

  /// The palette as the kernels take it, for as long as `body` runs.
  func withLoops<Result>(_ body: (inout mk_palette) throws -> Result) rethrows -> Result {
    if let cube {
      return try cube.edges.withUnsafeBufferPointer { edges in
        try cube.rises.withUnsafeBufferPointer { rises in
          var palette = mk_palette(
            entries: nil, count: 0, edges: edges.baseAddress, rises: rises.baseAddress, steps: edges.count, grey_first: cube.first,
            grey_step: cube.step, grey_scale: cube.scale, grey_offset: cube.offset, grey_count: cube.count)
          return try body(&palette)
        }
      }
    }
    return try entries.flatMap { [colors[$0][0], colors[$0][1], colors[$0][2]] }.withUnsafeBufferPointer { list in
      var palette = mk_palette()
      (palette.entries, palette.count) = (list.baseAddress, entries.count)
      return try body(&palette)
    }
  }
}
