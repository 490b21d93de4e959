/// What a run leaves out to take less time. At the default nothing: every network sees every step.
///
/// All cadences count network evaluations, of which a second-order sampler has more than steps (`Sampler`).
public struct Shortcuts: Hashable, Sendable {
  /// What turns the finished latents into an image.
  public enum Decoder: String, Codable, CaseIterable, Sendable {
    /// The model's autoencoder.
    case full
    /// TAESD's (`TinyDecoder`).
    case small
  }

  /// The part of the steps in which the prompt is weighed against the negative prompt (Kynkäänniemi et al. 2024): step i of n when
  /// `i / n >= start` and `(i + 1) / n <= end`. In the others the networks read the prompt alone.
  public var guidanceStart = 0.0
  public var guidanceEnd = 1.0
  /// A ControlNet's residuals serve this many evaluations, 1...; 1 for those of their own alone.
  public var controlEvery = 1
  /// Deep features of the UNet serve this many evaluations, 1... (Ma, Fang and Wang 2023): between them only its outermost layers run.
  public var cacheEvery = 1
  /// The part of the tokens that self-attention at the UNet's finest attending level goes without, 0...0.75 (Bolya and Hoffman 2023).
  public var mergedTokens = 0.0
  public var decoder = Decoder.full

  /// None.
  public init() {}

  /// What `change` makes of none.
  public init(_ change: (inout Shortcuts) throws -> Void) rethrows { try change(&self) }

  /// Largest part of the tokens that can be merged: one of each square of four stays.
  public static let mostMerged = 0.75
  /// Most evaluations that anything is kept for.
  public static let mostEvaluations = 100

  /// Whether a step is guided, of a run that is.
  func guides(step: Int, of steps: Int) -> Bool { StepWindow(start: guidanceStart, end: guidanceEnd).holds(step, of: steps) }

  /// Throws `ModelError.badSetting` for the first value outside its range.
  func check() throws {
    func require(_ holds: Bool, _ name: String, _ value: some CustomStringConvertible, _ allowed: String) throws {
      if !holds { throw ModelError.badSetting(name: name, value: "\(value)", allowed: allowed) }
    }
    try require(guidanceStart.isFinite, "guidance start", guidanceStart, "0...1")
    try require(guidanceEnd.isFinite, "guidance end", guidanceEnd, "0...1")
    let most = Self.mostEvaluations
    try require((1...most).contains(controlEvery), "control every", controlEvery, "1...\(most)")
    try require((1...most).contains(cacheEvery), "cache every", cacheEvery, "1...\(most)")
    try require((0...Self.mostMerged).contains(mergedTokens), "merged tokens", mergedTokens, "0...\(Self.mostMerged)")
  }
}
