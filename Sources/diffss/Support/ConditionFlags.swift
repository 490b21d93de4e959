import ArgumentParser
import Pipeline

/// How a control image is made, beside its size. What the condition does not use is passed over.
struct ConditionFlags: ParsableArguments {
  private static let standard = ConditionSettings()

  @Option(help: "scribble: the edge detector behind it: \(EdgeDetectorKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var detector: EdgeDetectorKind = Self.standard.detector

  @Option(help: "scribble: white where the masked edges are above this, \(Self.text(ConditionSettings.thresholds)).")
  var threshold: Int = Self.standard.threshold

  @Flag(help: "scribble: lines worn down to one pixel.")
  var thinning = false

  @Option(help: "canny: slope above which a pixel continues an edge, \(Self.text(ConditionSettings.cannyThresholds)).")
  var cannyLow: Int = Self.standard.cannyLow

  @Option(help: "canny: slope above which a pixel is an edge, \(Self.text(ConditionSettings.cannyThresholds)).")
  var cannyHigh: Int = Self.standard.cannyHigh

  @Option(help: "All with edges: side in pixels of the ellipse by which the mask grows, \(Self.text(ConditionSettings.dilations)).")
  var dilation: Int = Self.standard.dilation

  @Option(help: "All with edges: sigma in pixels of the blur before edges are looked for, 0...10.")
  var blur: Double = Self.standard.blur

  @Option(help: "scribble: shorter side at which edges are looked for, \(Self.text(ConditionSettings.resolutions)); the picture's own (--resolution) when absent.")
  var detectResolution: Int?

  func validate() throws {
    func require<Value>(_ value: Value, _ name: String, _ range: ClosedRange<Value>) throws {
      if !range.contains(value) { throw ValidationError("\(name) must be \(range.lowerBound)...\(range.upperBound)") }
    }
    if let detectResolution { try require(detectResolution, "--detect-resolution", ConditionSettings.resolutions) }
    try require(threshold, "--threshold", ConditionSettings.thresholds)
    try require(dilation, "--dilation", ConditionSettings.dilations)
    try require(blur, "--blur", ConditionSettings.blurs)
    try require(cannyHigh, "--canny-high", ConditionSettings.cannyThresholds)
    try require(cannyLow, "--canny-low", ConditionSettings.cannyThresholds)
    if cannyLow > cannyHigh { throw ValidationError("--canny-low must be at most --canny-high, which is \(cannyHigh)") }
  }

  /// These flags at a resolution.
  func settings(resolution: Int) -> ConditionSettings {
    ConditionSettings(
      resolution: resolution, detector: detector, threshold: threshold, dilation: dilation, blur: blur, thinning: thinning,
      cannyLow: cannyLow, cannyHigh: cannyHigh, detectResolution: detectResolution)
  }

  private static func text(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound)...\(range.upperBound)" }
}
