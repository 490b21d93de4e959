/// Measurements with their errors along an axis, to be drawn as a PNG or SVG image.
public struct Plot: Hashable, Sendable {
  /// What is written along the horizontal axis.
  public enum Axis: Hashable, Sendable {
    /// Numbers at their places; on a logarithmic scale all must be above 0.
    case numbers(isLogarithmic: Bool)
    /// Names at equal distances; a point's `x` is the name's position, from 0.
    case names([String])
  }

  /// A value and its standard error; nil when that is not known.
  public struct Point: Hashable, Sendable {
    public let x: Double
    public let y: Double
    public let error: Double?

    public init(x: Double, y: Double, error: Double? = nil) {
      self.x = x
      self.y = y
      self.error = error
    }
  }

  public struct Series: Hashable, Sendable {
    public let name: String
    /// In the order of x; points with a value that is no number are left out.
    public let points: [Point]
    /// A level to compare with: drawn as a dashed line without dots.
    public let isReference: Bool

    public init(name: String, points: [Point], isReference: Bool = false) {
      self.name = name
      self.points = points.filter { $0.x.isFinite && $0.y.isFinite && ($0.error ?? 0).isFinite }
      self.isReference = isReference
    }
  }

  public let title: String
  public let xTitle: String
  public let yTitle: String
  public let axis: Axis
  public let series: [Series]

  public init(title: String, xTitle: String, yTitle: String, axis: Axis = .numbers(isLogarithmic: false), series: [Series]) {
    self.title = title
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.axis = axis
    self.series = series
  }

  /// Size of the SVG image, and of the PNG at scale 1, in pixels.
  public static let width = 640
  public static let height = 400
}

/// A place in a plot's image, in pixels from its upper left corner.
struct PlotPoint: Hashable, Sendable {
  let x: Double
  let y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// Round numbers along an axis.
enum AxisTicks {
  /// Multiples of 1, 2 or 5 times a power of ten that divide `range` into about `count` parts.
  static func linear(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
    let rough = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    guard rough > 0, rough.isFinite else { return [range.lowerBound] }
    let magnitude = power(rough), step = magnitude * ([1, 2, 5, 10].first { $0 * magnitude >= rough } ?? 10)
    let first = (range.lowerBound / step).rounded(.up), last = (range.upperBound / step).rounded(.down)
    guard first <= last else { return [range.lowerBound] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// The largest power of ten not above a positive value.
  private static func power(_ value: Double) -> Double {
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    while power > value { power /= 10 }
    return power
  }

  /// As few decimals as a value needs, three at most.
  static func text(_ value: Double) -> String {
    let thousandths = Int((abs(value) * 1000).rounded())
    var decimals = String(String(thousandths % 1000 + 1000).dropFirst())
    while decimals.hasSuffix("0") { decimals.removeLast() }
    let sign = value < 0 && thousandths > 0 ? "−" : ""
    return sign + "\(thousandths / 1000)" + (decimals.isEmpty ? "" : "." + decimals)
  }
}
