import Foundation
import Synchronization

/// Where the time of networks goes: seconds and multiplications of every kind and shape of layer, added up while it is switched on.
public enum Profile {
  /// What a layer does.
  public enum Kind: String, Sendable, CaseIterable {
    case winograd = "3x3 convolution, Winograd"
    case convolution = "convolution"
    case linear = "linear"
    case attention = "attention"
    case product = "product of activations"
    case normalisation = "normalisation"
    case elementwise = "elementwise"
  }

  /// All calls of one kind and shape.
  public struct Line: Sendable {
    public let kind: Kind
    public let shape: String
    public internal(set) var calls = 0
    public internal(set) var seconds = 0.0
    /// Multiplications with addition the layer stands for; Winograd's transforms do a convolution in about a quarter of them.
    public internal(set) var products = 0.0
  }

  private static let isOn = Atomic<Bool>(false)
  private static let lines = Mutex<[String: Line]>([:])

  /// Runs `body` and tells what its layers took, the longest first. For one caller at a time; layers of other threads are counted in.
  public static func of<Result>(_ body: () throws -> Result) rethrows -> (result: Result, lines: [Line]) {
    start()
    defer { isOn.store(false, ordering: .relaxed) }
    let result = try body()
    return (result, stop())
  }

  /// Begins to add up, from nothing.
  public static func start() {
    lines.withLock { $0 = [:] }
    isOn.store(true, ordering: .relaxed)
  }

  /// Ends it; what the layers took since `start`, the longest first.
  public static func stop() -> [Line] {
    isOn.store(false, ordering: .relaxed)
    return lines.withLock { $0.values.sorted { ($0.seconds, $0.shape) > ($1.seconds, $1.shape) } }
  }

  /// The beginning of a layer; nil while nobody asks.
  @inline(__always)
  static func begin() -> Span? { isOn.load(ordering: .relaxed) ? Span(start: .now) : nil }

  struct Span {
    let start: ContinuousClock.Instant

    /// Ends the layer. `shape` says what was done to what.
    func end(_ kind: Kind, _ shape: String, products: Int = 0) {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      lines.withLock { lines in
        var line = lines[kind.rawValue + shape] ?? Line(kind: kind, shape: shape)
        line.calls += 1
        line.seconds += seconds
        line.products += Double(products)
        lines[kind.rawValue + shape] = line
      }
    }
  }
}
