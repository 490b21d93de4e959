import Generation
import Models

/// One thing that a sweep varies, and its values in the order asked for.
public struct SweepAxis: Sendable {
  /// A value: what it is called, where it is on a plot's axis, what it makes of a plan.
  public struct Value: Sendable {
    public let text: String
    /// Nil for what has a name only.
    public let number: Double?
    let apply: @Sendable (inout EvaluationPlan) -> Void
  }

  /// As on the command line.
  public let name: String
  /// In words.
  public let title: String
  public let values: [Value]

  /// Whether it is of what generated supports are made with, and of nothing else.
  var isOfImages: Bool { Setting.ID(rawValue: name).map { $0 != .precision } ?? false }

  private init<T: Sendable>(
    _ name: String, _ title: String, _ values: [T], text: (T) -> String, number: (T) -> Double? = { _ in nil },
    apply: @escaping @Sendable (inout EvaluationPlan, T) -> Void
  ) {
    self.name = name
    self.title = title
    self.values = values.map { value in Value(text: text(value), number: number(value)) { apply(&$0, value) } }
  }

  private init(_ name: String, _ title: String, _ values: [Double], apply: @escaping @Sendable (inout EvaluationPlan, Double) -> Void) {
    self.init(name, title, values, text: Self.text, number: { $0 }, apply: apply)
  }

  private init(_ name: String, _ title: String, _ values: [Int], apply: @escaping @Sendable (inout EvaluationPlan, Int) -> Void) {
    self.init(name, title, values, text: { "\($0)" }, number: { Double($0) }, apply: apply)
  }

  /// `comparison` is how each one's predictions are compared; nil for its own way.
  public static func networks(
    _ values: [SegmentationNetwork], comparison: @escaping @Sendable (SegmentationNetwork) -> Comparison? = { _ in nil }
  ) -> SweepAxis {
    SweepAxis("network", "network", values, text: \.rawValue) { ($0.network, $0.comparison) = ($1, comparison($1)) }
  }

  /// Values of a setting of the images. Throws `CoreError.badSetting` for a text that is none.
  public static func setting(_ id: Setting.ID, _ values: [String]) throws -> SweepAxis {
    let setting = Setting[id]
    let changed = try values.map { text -> GenerationOptions in
      var options = GenerationOptions()
      try setting.set(text, in: &options)
      return options
    }
    return SweepAxis(
      id.rawValue, setting.name, changed, text: { setting.text($0) ?? "" }, number: { setting.text($0).flatMap(Double.init) },
      apply: { setting.access.copy($1, &$0.options) })
  }

  /// Places of the dial. What is `kept`, they leave as it is.
  public static func speeds(_ values: [SpeedPreset], keeping kept: Set<Setting.ID>, _ menu: ModelMenu) -> SweepAxis {
    SweepAxis("speed", "speed", values, text: \.rawValue) { plan, preset in
      preset.apply(to: &plan.options, keeping: kept, hasSmallDecoder: menu.hasSmallDecoder(plan.options))
    }
  }

  public static func auxiliaryShots(_ values: [Int]) -> SweepAxis {
    SweepAxis("aux-shots", "generated supports", values) { $0.auxiliaryShots = $1 }
  }

  public static func minimumAgreements(_ values: [Double]) -> SweepAxis {
    SweepAxis("min-agreement", "least agreement of a generated support", values) { $0.minimumAgreement = $1 }
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
