import Render

/// One drawn image: one to three objects on a cluttered background, lit, shaded and photographed.
public enum DemoScene {
  /// Width and height of every image.
  public static let side = DemoLayer.side

  /// Draws scene `index` of the set `seed`: the same bytes on every machine.
  ///
  /// The mask holds the class (1...20) of what is visible at each pixel, at least half of its 16 samples; 0 elsewhere.
  public static func draw(seed: UInt64, index: Int) -> (image: Image, mask: LabelMask) {
    let scene = compose(seed: seed, index: index)
    return (scene.image, scene.mask)
  }

  /// An object as it is in a scene, whatever it looks like.
  struct Object {
    let label: UInt8
    let figure: Figure
    let layer: DemoLayer
    let coverage: [UInt8]
    let extent: Double
  }

  /// A scene and its objects of the twenty classes, those behind first.
  static func compose(seed: UInt64, index: Int) -> (image: Image, mask: LabelMask, objects: [Object]) {
    var r = DemoRandom(seed: seed, index: UInt64(index))
    var canvas = DemoCanvas()
    let light = furnish(&canvas, &r)
    var spots: [Placement.Spot] = []
    var objects: [Object] = []
    for label in classes(seed: seed, index: index, &r) {
      let figure = DemoFigures.draw[label - 1](&r)
      let spot = Placement.free(&r, beside: spots)
      spots.append(spot)
      objects.append(draw(figure, label: UInt8(label), at: spot, &canvas, light, &r))
    }
    for _ in 0..<(r.chance(0.25) ? r.integer(1, 2) : 0) {
      _ = draw(DemoBackground.clutter(&r), label: 0, at: Placement.anywhere(&r, extent: 12...40), &canvas, light, &r)
    }
    let image = DemoCamera(&r).photograph(canvas, &r)
    return (image, LabelMask(width: side, height: side, labels: canvas.labels), objects)
  }

  /// Draws a background with clutter; returns the light it is in.
  static func furnish(_ canvas: inout DemoCanvas, _ r: inout DemoRandom) -> DemoCanvas.Light {
    DemoBackground.draw(&canvas, &r)
    let light = DemoCanvas.Light(&r)
    for _ in 0..<(r.chance(0.6) ? r.integer(1, 5) : 0) {
      _ = draw(DemoBackground.clutter(&r), label: 0, at: Placement.anywhere(&r, extent: 10...52), &canvas, light, &r)
    }
    return light
  }

  /// One to three classes. The first goes through all twenty in a shuffled order, which keeps them equally frequent.
  private static func classes(seed: UInt64, index: Int, _ r: inout DemoRandom) -> [Int] {
    let count = DemoFigures.draw.count
    var order = Array(1...count)
    var shuffler = DemoRandom(seed: ~seed, index: UInt64(index / count))
    for k in (1..<count).reversed() { order.swapAt(k, shuffler.integer(0, k)) }
    let first = order[index % count]
    let extra = r.unit()
    let others = extra < 0.42 ? 0 : extra < 0.78 ? 1 : 2
    let rest = (0..<others).map { _ in r.chance(0.15) ? first : r.integer(1, count) }
    // Painter's order: whoever comes last is in front.
    return r.chance(0.5) ? [first] + rest : rest + [first]
  }

  private static func draw(
    _ figure: Figure, label: UInt8, at spot: Placement.Spot, _ canvas: inout DemoCanvas, _ light: DemoCanvas.Light,
    _ r: inout DemoRandom
  ) -> Object {
    let pose = Placement.Pose(figure, &r)
    var spot = spot
    var placed = pose.place(figure, spot)
    var layer = DemoLayer(placed)
    var coverage = layer.coverage()
    // Thin things (a key, scissors) are drawn larger until they cover 3 % of the image.
    let wanted = 0.03 * Double(side * side)
    let area = Double(coverage.reduce(0) { $0 + Int($1) }) / 16
    if label != 0, area < wanted, area > 0 {
      spot.extent = min(spot.extent * (wanted / area).squareRoot(), 105)
      placed = pose.place(figure, spot)
      layer = DemoLayer(placed)
      coverage = layer.coverage()
    }
    let x = Int(min(max(spot.center.x, 0), Double(side - 1)))
    let y = Int(min(max(spot.center.y, 0), Double(side - 1)))
    let hidden = r.chance(0.1) ? canvas.colors[y * side + x] : nil
    let surface = DemoSurface(&r, size: spot.extent, camouflage: hidden)
    canvas.draw(placed, layer, coverage: coverage, surface: surface, light: light, label: label)
    return Object(label: label, figure: placed, layer: layer, coverage: coverage, extent: spot.extent)
  }
}

/// Where a figure is and how it is turned and bent.
enum Placement {
  struct Spot {
    var center: Point
    /// Longer side of the figure's bounding box, pixels.
    var extent: Double
  }

  static func anywhere(_ r: inout DemoRandom, extent: ClosedRange<Double>) -> Spot {
    Spot(
      center: Point(r.between(0, 128), r.between(0, 128)), extent: r.between(extent.lowerBound, extent.upperBound))
  }

  /// A place that leaves most of the earlier objects visible; the last of a few tries is taken as it is.
  static func free(_ r: inout DemoRandom, beside spots: [Spot]) -> Spot {
    var spot = Spot(center: .zero, extent: 0)
    for _ in 0..<10 {
      let extent = r.between(40, 102)
      let margin = extent * 0.32  // up to a third of an object may be cut off by the border
      spot = Spot(center: Point(r.between(margin, 128 - margin), r.between(margin, 128 - margin)), extent: extent)
      let apart = spots.allSatisfy { other in
        let d = other.center - spot.center
        let room = (other.extent + extent) * 0.36
        return d.x * d.x + d.y * d.y > room * room
      }
      if apart { break }
    }
    return spot
  }

  /// Turn, mirror image, shear, perspective and a smooth bend, drawn once for a figure.
  struct Pose {
    private var turn: Point
    private var flip: Double
    private var stretch: Double
    private var shear: Double
    private var perspective: Point
    private var bend: [(amount: Point, wave: Point, phase: Double)]

    init(_ figure: Figure, _ r: inout DemoRandom) {
      turn = Outline.direction(figure.tilt >= DemoMath.pi ? r.between(0, 2 * DemoMath.pi) : r.around(figure.tilt))
      flip = r.chance(0.5) ? -1 : 1
      stretch = r.between(0.84, 1.18)
      shear = r.around(0.22)
      perspective = Point(r.around(0.16), r.around(0.16))
      bend = (0..<2).map { _ in
        (Point(r.around(0.07), r.around(0.07)), Point(r.around(3), r.around(3)), r.between(0, 6))
      }
    }

    /// The figure in pixel coordinates, its bounding box centred on the spot.
    func place(_ figure: Figure, _ spot: Spot) -> Figure {
      func map(_ p: Point) -> Point {
        var q = Point(p.x * flip * stretch, p.y / stretch)
        for b in bend { q += b.amount * DemoMath.sin(q.x * b.wave.x + q.y * b.wave.y + b.phase) }
        q.x += shear * q.y
        q = Point(q.x * turn.x - q.y * turn.y, q.x * turn.y + q.y * turn.x)
        return q / (1 + perspective.x * q.x + perspective.y * q.y)
      }
      var placed = figure
      var low = Point(1e9, 1e9)
      var high = Point(-1e9, -1e9)
      for part in placed.parts.indices {
        placed.parts[part].rings = placed.parts[part].rings.map { $0.map(map) }
        for ring in placed.parts[part].rings {
          for p in ring {
            low = Point(min(low.x, p.x), min(low.y, p.y))
            high = Point(max(high.x, p.x), max(high.y, p.y))
          }
        }
      }
      let scale = spot.extent / max(high.x - low.x, high.y - low.y)
      let middle = (low + high) / 2
      for part in placed.parts.indices {
        placed.parts[part].rings = placed.parts[part].rings.map { ring in
          ring.map { spot.center + ($0 - middle) * scale }
        }
      }
      return placed
    }
  }
}

/// Exposure, colour cast, contrast, sharpness and noise of the photograph.
struct DemoCamera {
  private var gain: Color
  private var contrast: Float
  private var falloff: SIMD2<Float>
  private var blur: Float
  private var noise: Float

  init(_ r: inout DemoRandom) {
    let exposure = r.between(0.78, 1.15)
    gain = Color(
      Float(exposure * r.between(0.88, 1.12)), Float(exposure * r.between(0.92, 1.08)), Float(exposure * r.between(0.85, 1.15)))
    contrast = Float(r.between(0.72, 1.15))
    falloff = SIMD2(Float(r.around(0.003)), Float(r.around(0.003)))
    blur = r.chance(0.35) ? Float(r.between(0.2, 1)) : 0
    noise = Float(r.chance(0.7) ? r.between(0, 0.035) : 0)
  }

  func photograph(_ canvas: DemoCanvas, _ r: inout DemoRandom) -> Image {
    let side = DemoCanvas.side
    var bytes = [UInt8](repeating: 0, count: side * side * 3)
    let source = blur > 0 ? softened(canvas.colors) : canvas.colors
    for y in 0..<side {
      for x in 0..<side {
        let shade = 1 + falloff.x * Float(x - 64) + falloff.y * Float(y - 64)
        var color = source[y * side + x] * gain * shade
        color = (color - Color(repeating: 0.5)) * contrast + Color(repeating: 0.5)
        if noise > 0 {  // three times two uniform numbers of ten bits: triangular noise
          let bits = r.bits()
          func grain(_ shift: UInt64) -> Float {
            (Float((bits >> shift) & 1023) + Float((bits >> (shift + 10)) & 1023) - 1023) / 1023
          }
          color += Color(grain(0), grain(20), grain(40)) * (noise * 2)
        }
        let at = (y * side + x) * 3
        for channel in 0..<3 { bytes[at + channel] = UInt8((clamp(color[channel]) * 255).rounded()) }
      }
    }
    return Image(width: side, height: side, channels: 3, pixels: bytes)
  }

  /// A 3x3 binomial mean, mixed in by `blur`; the border keeps its pixels.
  private func softened(_ colors: [Color]) -> [Color] {
    let side = DemoCanvas.side
    var out = colors
    for y in 1..<(side - 1) {
      for x in 1..<(side - 1) {
        let at = y * side + x
        let cross = colors[at - 1] + colors[at + 1] + colors[at - side] + colors[at + side]
        let corners = colors[at - side - 1] + colors[at - side + 1] + colors[at + side - 1] + colors[at + side + 1]
        out[at] = mix(colors[at], (colors[at] * 4 + cross * 2 + corners) / 16, blur)
      }
    }
    return out
  }
}
