/// Horizontal bars with their errors, a group of them a name, to be drawn as an SVG image as high as its names need.
public struct BarPlot: Hashable, Sendable {
  /// A length and its standard error; nil when that is not known.
  public struct Bar: Hashable, Sendable {
    public let value: Double
    public let error: Double?

    public init(_ value: Double, error: Double? = nil) {
      self.value = value
      self.error = error
    }
  }

  public struct Series: Hashable, Sendable {
    public let name: String
    /// In the order of the plot's names; nil where there is none.
    public let bars: [Bar?]

    /// Bars whose numbers are no numbers are left out.
    public init(name: String, bars: [Bar?]) {
      self.name = name
      self.bars = bars.map { bar in bar.flatMap { $0.value.isFinite && ($0.error ?? 0).isFinite ? $0 : nil } }
    }
  }

  public let title: String
  public let xTitle: String
  public let names: [String]
  public let series: [Series]

  public init(title: String, xTitle: String, names: [String], series: [Series]) {
    self.title = title
    self.xTitle = xTitle
    self.names = names
    self.series = series
  }

  /// The image as an SVG document, `Plot.width` wide; every bar has its value beside it. The same text for the same plot.
  public var svg: String { SVG.document(shapes, width: Plot.width, height: height) }

  private static let (top, bottom, right) = (36.0, 44.0, 96.0)
  private static let (barStep, groupGap, legendStep) = (13.0, 8.0, 18.0)
  private static let longestName = 30

  private var groupHeight: Double { Double(max(series.count, 1)) * Self.barStep + Self.groupGap }
  private var areaTop: Double { Self.top + Double(series.count) * Self.legendStep }
  private var areaBottom: Double { areaTop + Double(names.count) * groupHeight + Self.groupGap }
  private var height: Int { Int(areaBottom + Self.bottom) }

  private var shapes: [PlotScene.Shape] {
    let shown = names.map { $0.count > Self.longestName ? String($0.prefix(Self.longestName - 1)) + "…" : $0 }
    let left = Double(shown.map(\.count).max() ?? 0) * 7 + 24, width = Double(Plot.width) - left - Self.right
    let ends = series.flatMap { $0.bars.compactMap { bar in bar.map { $0.value + ($0.error ?? 0) } } }
    let ticks = AxisTicks.linear(0...max(ends.max() ?? 1, 1e-3), about: 5), most = max(ends.max() ?? 1, ticks.last ?? 1, 1e-3)
    func x(_ value: Double) -> Double { left + max(0, min(value, most)) / most * width }

    var shapes: [PlotScene.Shape] = [
      text(title, Double(Plot.width) / 2, 22, size: 10, .middle), text(xTitle, left + width / 2, Double(height) - 12, size: 8, .middle),
    ]
    for tick in ticks {
      shapes.append(line([(x(tick), areaTop), (x(tick), areaBottom)], PlotScene.faint))
      shapes.append(text(AxisTicks.text(tick), x(tick), areaBottom + 16, size: 8, .middle))
    }
    for (number, series) in series.enumerated() {
      let y = Self.top + Double(number) * Self.legendStep
      shapes.append(line([(left, y), (left + 22, y)], color(number), width: Self.barStep - 3))
      shapes.append(text(series.name, left + 30, y + 4, size: 8, .start))
    }
    for (position, name) in shown.enumerated() {
      let start = areaTop + Self.groupGap + Double(position) * groupHeight
      shapes.append(text(name, left - 8, start + (groupHeight - Self.groupGap) / 2 + 4, size: 8, .end))
      for (number, series) in series.enumerated() {
        guard position < series.bars.count, let bar = series.bars[position] else { continue }
        let y = start + (Double(number) + 0.5) * Self.barStep
        shapes.append(line([(left, y), (x(bar.value), y)], color(number), width: Self.barStep - 3))
        if let error = bar.error { shapes += whisker(x(bar.value - error), x(bar.value + error), y) }
        shapes.append(text(Self.tenths(bar.value), x(bar.value + (bar.error ?? 0)) + 7, y + 4, size: 7, .start))
      }
    }
    shapes.append(line([(left, areaTop), (left, areaBottom)], PlotScene.ink))
    return shapes
  }

  /// One decimal, whatever it is; nobody's percentage is beyond a million.
  private static func tenths(_ value: Double) -> String {
    let tenths = Int((max(-1e6, min(value, 1e6)) * 10).rounded())
    return (tenths < 0 ? "−" : "") + "\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }

  private func color(_ number: Int) -> RGB { PlotScene.colors[number % PlotScene.colors.count] }

  private func whisker(_ low: Double, _ high: Double, _ y: Double) -> [PlotScene.Shape] {
    [[(low, y), (high, y)], [(low, y - 3), (low, y + 3)], [(high, y - 3), (high, y + 3)]].map { line($0, PlotScene.ink, width: 1.2) }
  }

  private func line(_ points: [(Double, Double)], _ color: RGB, width: Double = 1) -> PlotScene.Shape {
    .line(points.map { PlotPoint($0.0, $0.1) }, width: width, color: color, isDashed: false)
  }

  private func text(_ text: String, _ x: Double, _ y: Double, size: Double, _ anchor: PlotScene.Anchor) -> PlotScene.Shape {
    .text(text, PlotPoint(x, y), size: size, anchor: anchor, color: PlotScene.ink, isVertical: false)
  }
}
