import Data
import Generation
import Render

extension SweepReport {
  /// mIoU against each axis of several values, numbers at their places and names side by side.
  ///
  /// A line is one combination of the other axes' values as long as there are at most six, else the mean over all but the first other
  /// axis. Bars are the standard error of the paired difference to the baseline, which is the dashed line.
  public var plots: [(name: String, plot: Plot)] {
    axes.indices.filter { axes[$0].values.count > 1 }.map { ("mIoU-\(axes[$0].name)", plot(along: $0)) }
      + (seeds.count > 1 ? [("mIoU-seeds", seedPlot)] : [])
  }

  private static let mostLines = 6

  /// A line of a plot: what it is called, and its settings.
  private struct Line {
    let name: String
    let settings: [Setting]
  }

  private func plot(along axis: Int) -> Plot {
    let along = axes[axis]
    let xs = along.numbers ?? along.values.indices.map(Double.init)
    let series = lines(besides: axis).flatMap { line -> [Plot.Series] in
      let points = zip(along.values, xs).compactMap { value, x -> (x: Double, result: Estimate, gain: Estimate, baseline: Estimate)? in
        let own = line.settings.filter { $0.values[axis] == value }
        return own.isEmpty
          ? nil : (x, .mean(independent: own.map(\.result)), .mean(independent: own.map(\.gain)), .mean(independent: own.map(\.baseline)))
      }.sorted { $0.x < $1.x }
      return [
        Plot.Series(name: line.name, points: points.map { Plot.Point(x: $0.x, y: $0.result.value, error: $0.gain.error) }),
        Plot.Series(
          name: baselineName(line.name), points: points.map { Plot.Point(x: $0.x, y: $0.baseline.value) }, isReference: true),
      ]
    }
    // Steps and the like are doubled rather than added to.
    let isLogarithmic = (xs.min() ?? 0) > 0 && (xs.max() ?? 0) >= 8 * (xs.min() ?? 1)
    return Plot(
      title: "\(dataset), \(plan.shots) real and generated supports", xTitle: along.title, yTitle: "mIoU, %",
      axis: along.numbers == nil ? .names(along.values) : .numbers(isLogarithmic: isLogarithmic), series: Self.withoutRepeats(series))
  }

  private var seedPlot: Plot {
    let series = lines(besides: nil).flatMap { line -> [Plot.Series] in
      let passes = seeds.indices.map { seed in line.settings.map { $0.passes[seed] } }
      return [
        Plot.Series(
          name: line.name,
          points: passes.enumerated().map { x, passes in
            Plot.Point(
              x: Double(x), y: Estimate.mean(independent: passes.map { $0.gated ?? $0.augmented ?? $0.baseline }).value,
              error: Estimate.mean(independent: passes.compactMap(\.difference)).error)
          }),
        Plot.Series(
          name: baselineName(line.name),
          points: passes.enumerated().map { Plot.Point(x: Double($0), y: Estimate.mean(independent: $1.map(\.baseline)).value) },
          isReference: true),
      ]
    }
    return Plot(
      title: "\(dataset), \(plan.shots) real and generated supports", xTitle: "seed of the episodes", yTitle: "mIoU, %",
      axis: .names(seeds.map { "\($0)" }), series: Self.withoutRepeats(series))
  }

  private func lines(besides axis: Int?) -> [Line] {
    var others = axes.indices.filter { $0 != axis && axes[$0].values.count > 1 }
    if others.reduce(1, { $0 * axes[$1].values.count }) > Self.mostLines { others = Array(others.prefix(1)) }
    var names: [[String]] = []
    for setting in settings {
      let name = others.map { setting.values[$0] }
      if !names.contains(name) { names.append(name) }
    }
    return names.map { name in
      let words = zip(others, name).map { axes[$0].numbers == nil ? $1 : "\(axes[$0].name) \($1)" }
      return Line(
        name: words.isEmpty ? "with generated" : words.joined(separator: ", "),
        settings: settings.filter { setting in others.map { setting.values[$0] } == name })
    }
  }

  /// One baseline serves all lines of a network.
  private func baselineName(_ line: String) -> String {
    let network = axes.first { $0.name == "network" && $0.values.count > 1 }?.values.first { line.split(separator: ",").first.map(String.init) == $0 }
    return (network.map { "\($0), " } ?? "") + "\(plan.shots)-shot"
  }

  private static func withoutRepeats(_ series: [Plot.Series]) -> [Plot.Series] {
    var seen: Set<String> = []
    return series.filter { seen.insert($0.name).inserted }
  }
}
