import Core
import Data

extension Scores {
  /// The results of one setting, an episode each.
  public typealias Results = [(classIndex: Int, areas: Areas)]

  /// The figures of one setting: those of `IoUMeter`, with their errors over the episodes.
  public static func of(_ results: Results, classes: [ClassInfo], _ convention: IoUConvention, mean: ClassMean) -> Scores {
    estimate([(1, results)], classes: classes, convention, mean)
  }

  /// `right` minus `left` over the same episodes, paired.
  static func difference(_ left: Results, _ right: Results, classes: [ClassInfo], _ convention: IoUConvention, mean: ClassMean) -> Scores {
    estimate([(1, right), (-1, left)], classes: classes, convention, mean)
  }

  /// Figures of a signed sum of settings over the same episodes.
  private static func estimate(
    _ settings: [(sign: Double, results: Results)], classes: [ClassInfo], _ convention: IoUConvention, _ mean: ClassMean
  ) -> Scores {
    let meters = settings.map { setting in
      var meter = IoUMeter(classes: classes.map(\.index))
      for result in setting.results { meter.add(result.areas, classIndex: result.classIndex) }
      return meter
    }
    func percent(_ figure: (IoUMeter) -> Double) -> Double { 100 * zip(settings, meters).reduce(0) { $0 + $1.0.sign * figure($1.1) } }
    func influences(_ isCounted: (Int) -> Bool, _ ratio: (Areas) -> StandardError.Ratio) -> [Double] {
      settings.reduce(into: []) { sum, setting in
        let own = StandardError.influences(setting.results.filter { isCounted($0.classIndex) }.map { ratio($0.areas) })
        sum = sum.isEmpty ? own.map { setting.sign * $0 } : zip(sum, own).map { $0 + setting.sign * $1 }
      }
    }
    func foreground(_ areas: Areas) -> StandardError.Ratio { (areas.foregroundIntersection, areas.foregroundUnion) }
    func background(_ areas: Areas) -> StandardError.Ratio { (areas.backgroundIntersection, areas.backgroundUnion) }
    func error(_ variance: Double?) -> Double? { variance.map { 100 * $0.squareRoot() } }

    let counts = Dictionary(grouping: settings.first?.results ?? [], by: \.classIndex).mapValues(\.count)
    var variances: [Double?] = []
    let scores = classes.map { info in
      let name = PlainText.clean(info.name), count = counts[info.index] ?? 0
      // Where it counts, it is a constant 0: no error comes from it.
      guard count > 0 else { return ClassScore(classIndex: info.index, name: name, episodes: 0, iou: nil) }
      let variance = StandardError.variance(influences({ $0 == info.index }, foreground))
      variances.append(variance)
      let iou = Estimate(value: percent { $0.iou(info.index, convention) }, error: error(variance))
      return ClassScore(classIndex: info.index, name: name, episodes: count, iou: iou)
    }
    let known = variances.compactMap { $0 }, strata = Double(max(mean == .all ? classes.count : variances.count, 1))
    let meanVariance = known.count == variances.count && !variances.isEmpty ? known.reduce(0, +) / (strata * strata) : nil
    let both = zip(influences({ _ in true }, foreground), influences({ _ in true }, background)).map { ($0 + $1) / 2 }
    return Scores(
      miou: Estimate(value: percent { $0.miou(convention, over: mean) }, error: error(meanVariance)),
      fbIoU: Estimate(value: percent { $0.fbIoU(convention) }, error: error(StandardError.variance(both))), classes: scores)
  }
}
