#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A plot laid out: shapes at their places, for whoever draws them.
struct PlotScene {
  enum Anchor { case start, middle, end }

  enum Shape {
    case line([PlotPoint], width: Double, color: RGB, isDashed: Bool)
    case disc(PlotPoint, radius: Double, color: RGB)
    /// The point is on the baseline; `size` is the height of a capital.
    case text(String, PlotPoint, size: Double, anchor: Anchor, color: RGB, isVertical: Bool)
  }

  /// Told apart by people with any kind of colour vision (Okabe and Ito 2008).
  static let colors = [(0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (0, 0, 0)].map {
    RGB(UInt8($0.0), UInt8($0.1), UInt8($0.2))
  }
  static let ink = RGB(40, 40, 40)
  static let faint = RGB(221, 221, 221)
  /// More would leave the curves no room.
  private static let legendRows = 8
  private static let (left, right, top, bottom) = (64.0, 20.0, 40.0, 56.0)

  private(set) var shapes: [Shape] = []
  private let plot: Plot
  private let xRange: ClosedRange<Double>
  private let yRange: ClosedRange<Double>
  private let area: (x: ClosedRange<Double>, y: ClosedRange<Double>)

  init(_ plot: Plot) {
    self.plot = plot
    let points = plot.series.flatMap(\.points)
    yRange = Self.padded(points.flatMap { [$0.y - ($0.error ?? 0), $0.y + ($0.error ?? 0)] }, by: 0.08)
    switch plot.axis {
    case .names(let names): xRange = -0.5...max(Double(names.count) - 0.5, 0.5)
    case .numbers(let isLogarithmic): xRange = Self.padded(points.map { isLogarithmic ? log10(max($0.x, 1e-9)) : $0.x }, by: 0.05)
    }
    let columns = Self.legendColumns(plot)
    let legend = 18 * Double(min(Self.legendRows, (plot.series.count + columns - 1) / columns))
    area = (Self.left...Double(Plot.width) - Self.right, Self.top + legend...Double(Plot.height) - Self.bottom)
    addFrame()
    addLegend(columns: columns)
    for (number, series) in plot.series.enumerated() { add(series, color(of: number), shift: shift(of: number)) }
  }

  /// A level has the colour of the series before it where each series has its own, else it is nobody's.
  private func color(of number: Int) -> RGB {
    let levels = plot.series.count { $0.isReference }, before = plot.series[..<number].count { !$0.isReference }
    let rank = plot.series[number].isReference ? before - 1 : before
    return plot.series[number].isReference && 2 * levels != plot.series.count ? Self.ink : Self.colors[max(rank, 0) % Self.colors.count]
  }

  /// Above a name, series are beside each other.
  private func shift(of number: Int) -> Double {
    guard case .names = plot.axis, !plot.series[number].isReference else { return 0 }
    let all = Double(plot.series.count { !$0.isReference }), before = Double(plot.series[..<number].count { !$0.isReference })
    return (before - (all - 1) / 2) * min(0.12, 0.7 / all)
  }

  private static func padded(_ values: [Double], by share: Double) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let space = high > low ? (high - low) * share : max(abs(low) * share, 0.5)
    return low - space...high + space
  }

  private static func legendColumns(_ plot: Plot) -> Int {
    let longest = plot.series.map(\.name.count).max() ?? 1
    return max(1, min(plot.series.count, (Plot.width - 90) / (longest * 8 + 48)))
  }

  private func place(_ x: Double, _ y: Double) -> PlotPoint {
    let across: Double
    if case .numbers(isLogarithmic: true) = plot.axis { across = log10(max(x, 1e-9)) } else { across = x }
    let fx = (across - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
    let fy = (y - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
    return PlotPoint(
      area.x.lowerBound + fx * (area.x.upperBound - area.x.lowerBound), area.y.upperBound - fy * (area.y.upperBound - area.y.lowerBound))
  }

  private mutating func addFrame() {
    let middle = (area.x.lowerBound + area.x.upperBound) / 2
    add(plot.title, PlotPoint(middle, 24), size: 10, .middle)
    add(plot.xTitle, PlotPoint(middle, Double(Plot.height) - 14), size: 8, .middle)
    add(plot.yTitle, PlotPoint(18, (area.y.lowerBound + area.y.upperBound) / 2), size: 8, .middle, isVertical: true)
    for value in AxisTicks.linear(yRange, about: 6) {
      let y = place(0, value).y
      shapes.append(.line([PlotPoint(area.x.lowerBound, y), PlotPoint(area.x.upperBound, y)], width: 1, color: Self.faint, isDashed: false))
      add(AxisTicks.text(value), PlotPoint(area.x.lowerBound - 8, y + 4), size: 8, .end)
    }
    for (x, name) in ticks {
      let at = PlotPoint(x, area.y.upperBound)
      shapes.append(.line([at, PlotPoint(at.x, at.y + 4)], width: 1, color: Self.ink, isDashed: false))
      add(name, PlotPoint(at.x, at.y + 18), size: 8, .middle)
    }
    let (x, y) = area
    let corners = [PlotPoint(x.lowerBound, y.lowerBound), PlotPoint(x.lowerBound, y.upperBound), PlotPoint(x.upperBound, y.upperBound)]
    shapes.append(.line(corners, width: 1, color: Self.ink, isDashed: false))
  }

  /// Where something is written below the axis: at the values that were measured where they have room, else at round ones.
  private var ticks: [(x: Double, name: String)] {
    switch plot.axis {
    case .names(let names): return names.enumerated().map { (place(Double($0.offset), 0).x, $0.element) }
    case .numbers(let isLogarithmic):
      let measured = Set(plot.series.flatMap { $0.points.map(\.x) }).sorted()
      let places = measured.map { (x: place($0, 0).x, name: AxisTicks.text($0)) }
      let hasRoom = zip(places, places.dropFirst()).allSatisfy { $1.x - $0.x > Double($0.name.count + $1.name.count) * 4 + 8 }
      if hasRoom || isLogarithmic { return places }
      return AxisTicks.linear(xRange, about: 8).map { (place($0, 0).x, AxisTicks.text($0)) }
    }
  }

  private mutating func addLegend(columns: Int) {
    let width = (area.x.upperBound - area.x.lowerBound) / Double(columns)
    func place(_ number: Int) -> PlotPoint {
      PlotPoint(area.x.lowerBound + Double(number % columns) * width, Self.top + 6 + 18 * Double(number / columns))
    }
    let room = Self.legendRows * columns, isCut = plot.series.count > room
    for (number, series) in plot.series.prefix(isCut ? room - 1 : room).enumerated() {
      let color = color(of: number), at = place(number)
      shapes.append(.line([at, PlotPoint(at.x + 22, at.y)], width: 2, color: color, isDashed: series.isReference))
      if !series.isReference { shapes.append(.disc(PlotPoint(at.x + 11, at.y), radius: 3.5, color: color)) }
      add(series.name, PlotPoint(at.x + 30, at.y + 4), size: 8, .start)
    }
    if isCut {
      let at = place(room - 1)
      add("and \(plot.series.count - room + 1) more", PlotPoint(at.x + 30, at.y + 4), size: 8, .start)
    }
  }

  private mutating func add(_ series: Plot.Series, _ color: RGB, shift: Double) {
    let points = series.points.map { place($0.x + shift, $0.y) }
    if series.isReference, let first = points.first, points.allSatisfy({ $0.y == first.y }) {
      shapes.append(
        .line([PlotPoint(area.x.lowerBound, first.y), PlotPoint(area.x.upperBound, first.y)], width: 2, color: color, isDashed: true))
      return
    }
    if case .names = plot.axis {
      // Nothing is between two names: levels are said at each of them, and dots are not joined.
      for point in series.points where series.isReference {
        let ends = [place(point.x - 0.38, point.y), place(point.x + 0.38, point.y)]
        shapes.append(.line(ends, width: 2, color: color, isDashed: true))
      }
    } else if points.count > 1 { shapes.append(.line(points, width: 2, color: color, isDashed: series.isReference)) }
    for (point, at) in zip(series.points, points) {
      if let error = point.error {
        let (low, high) = (place(point.x + shift, point.y - error), place(point.x + shift, point.y + error))
        for line in [[low, high], [PlotPoint(low.x - 3, low.y), PlotPoint(low.x + 3, low.y)], [PlotPoint(high.x - 3, high.y), PlotPoint(high.x + 3, high.y)]] {
          shapes.append(.line(line, width: 1.2, color: color, isDashed: false))
        }
      }
      if !series.isReference { shapes.append(.disc(at, radius: 3.5, color: color)) }
    }
  }

  private mutating func add(_ text: String, _ at: PlotPoint, size: Double, _ anchor: Anchor, isVertical: Bool = false) {
    shapes.append(.text(text, at, size: size, anchor: anchor, color: Self.ink, isVertical: isVertical))
  }
}
