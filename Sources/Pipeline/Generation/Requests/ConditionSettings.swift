/// How a control image is made. What a condition does not use (`ConditionType.uses`) does not change it.
public struct ConditionSettings: Hashable, Sendable {
  /// Target of the shorter side in pixels before rounding to multiples of 64; 64...4096.
  public var resolution: Int
  /// The detector behind a scribble; `hed` and `pidinet` conditions name their own.
  public var detector: EdgeDetectorKind
  /// A scribble is white where the masked edges are strictly above this; 0...254.
  public var threshold: Int
  /// Side in pixels of the ellipse by which the mask grows; 0...128, 0 and 1 leave it as it is.
  public var dilation: Int
  /// Sigma in pixels of the Gaussian that smooths the resized image before edges are looked for; 0...10, 0 for none.
  public var blur: Double
  /// Whether the lines of a scribble are worn down to one pixel.
  public var thinning: Bool
  /// Canny's two thresholds on |dx| + |dy| of 3x3 Sobel derivatives; 0...1000, the low one at most the high one.
  public var cannyLow: Int
  public var cannyHigh: Int
  /// Target of the shorter side where a scribble's edges are looked for, 64...4096; nil for that of the image, `resolution`.
  public var detectResolution: Int?

  /// The published settings (DifFSS, and ControlNet's annotator for Canny).
  public init(
    resolution: Int = 512, detector: EdgeDetectorKind = .hed, threshold: Int = 127, dilation: Int = 14, blur: Double = 0,
    thinning: Bool = false, cannyLow: Int = 100, cannyHigh: Int = 200, detectResolution: Int? = nil
  ) {
    self.resolution = resolution
    self.detector = detector
    self.threshold = threshold
    self.dilation = dilation
    self.blur = blur
    self.thinning = thinning
    self.cannyLow = cannyLow
    self.cannyHigh = cannyHigh
    self.detectResolution = detectResolution
  }
}

extension ConditionSettings {
  /// Throws `CoreError.badSetting` for the first value outside its range.
  public func validate(for type: ConditionType = .mask) throws {
    // Canny's thresholds are bounded by one another where Canny uses them.
    let options = GenerationOptions(DiffusionSettings { ($0.condition, $0.conditionSettings) = (type, self) })
    for setting in Setting.all where setting.isOfControlImage || setting.id == .resolution { try setting.validate(options) }
  }

  /// These settings with the default for everything that does not change the condition: the same image is the same request.
  public func relevant(to type: ConditionType) -> ConditionSettings {
    let own = GenerationOptions(DiffusionSettings { $0.conditionSettings = self })
    var relevant = GenerationOptions(DiffusionSettings { $0.conditionSettings.resolution = resolution })
    for id in type.uses { Setting[id].access.copy(own, &relevant) }
    if detectResolution == resolution { relevant.conditionSettings.detectResolution = nil }
    return relevant.conditionSettings
  }
}
