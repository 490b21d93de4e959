extension ConditionSettings: Codable {
  private enum CodingKeys: String, CodingKey {
    case resolution, detector, threshold, dilation, blur, thinning, cannyLow, cannyHigh, detectResolution
  }

  /// What is absent has its default.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      resolution: try values.decode(Int.self, forKey: .resolution), detector: try values.decode(EdgeDetectorKind.self, forKey: .detector))
    threshold = try values.decodeIfPresent(Int.self, forKey: .threshold) ?? threshold
    dilation = try values.decodeIfPresent(Int.self, forKey: .dilation) ?? dilation
    blur = try values.decodeIfPresent(Double.self, forKey: .blur) ?? blur
    thinning = try values.decodeIfPresent(Bool.self, forKey: .thinning) ?? thinning
    cannyLow = try values.decodeIfPresent(Int.self, forKey: .cannyLow) ?? cannyLow
    cannyHigh = try values.decodeIfPresent(Int.self, forKey: .cannyHigh) ?? cannyHigh
    detectResolution = try values.decodeIfPresent(Int.self, forKey: .detectResolution)
  }

  /// Knobs are written only where they differ from their default, so that the keys of images from before there were knobs stay.
  public func encode(to encoder: any Encoder) throws {
    let standard = ConditionSettings()
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(resolution, forKey: .resolution)
    try values.encode(detector, forKey: .detector)
    if threshold != standard.threshold { try values.encode(threshold, forKey: .threshold) }
    if dilation != standard.dilation { try values.encode(dilation, forKey: .dilation) }
    if blur != standard.blur { try values.encode(blur, forKey: .blur) }
    if thinning != standard.thinning { try values.encode(thinning, forKey: .thinning) }
    if cannyLow != standard.cannyLow { try values.encode(cannyLow, forKey: .cannyLow) }
    if cannyHigh != standard.cannyHigh { try values.encode(cannyHigh, forKey: .cannyHigh) }
    try values.encodeIfPresent(detectResolution, forKey: .detectResolution)
  }
}
