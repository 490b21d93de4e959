import Core
import Models
import Render

/// Makes control images, stage by stage as the published DifFSS script does (goldens: `conditions`).
public struct ConditionMaker: Sendable {
  public let type: ConditionType
  public let settings: ConditionSettings
  private let detector: (any EdgeDetector)?
  private let palette: Palette
  private let edgeMaps: EdgeMaps?

  /// `detector` must be the one that `type.detector(settings)` names; it may be nil where that is nil.
  ///
  /// Throws `CoreError.badSetting` for a setting out of range, a condition with a detector and none given, or for `none`.
  public init(_ type: ConditionType, settings: ConditionSettings, palette: Palette, detector: (any EdgeDetector)? = nil) throws {
    try self.init(type, settings: settings, palette: palette, detector: detector, edgeMaps: nil)
  }

  /// `edgeMaps` keeps what the detector found.
  public init(
    _ type: ConditionType, settings: ConditionSettings, palette: Palette, detector: (any EdgeDetector)?, edgeMaps: EdgeMaps?
  ) throws {
    guard type != .none, type.detector(settings) == nil || detector != nil else {
      throw CoreError.badSetting(name: "condition", value: type.rawValue, allowed: "one with a control image and its edge detector")
    }
    try settings.validate(for: type)
    self.type = type
    self.settings = settings
    self.palette = palette
    self.detector = detector
    self.edgeMaps = edgeMaps
  }

  /// The control image of one class, `mask` being 1 where it is and of the image's size, `adeIndex` 0...149.
  ///
  /// Throws `GenerationError.noObject` for one that would show nothing of the object.
  public func make(image: Image, mask: LabelMask, adeIndex: Int) throws -> ControlImage {
    let rule = try settings.detectionSize(type, width: image.width, height: image.height)
    let resized = rule.apply(image.rgb)
    // 255 (ignore) is background.
    let foreground = mask.binary(of: 1).resized(width: rule.width, height: rule.height)
    guard foreground.labels.contains(1) else {
      throw noObject("its mask vanishes at \(rule.width)x\(rule.height)", "choose a larger --resolution, or an object that is larger in its image")
    }
    var stages = [ConditionStage(name: .resized, image: resized), ConditionStage(name: .mask, image: foreground.image)]
    let control: Image
    if type == .mask {
      control = try coloured(foreground, adeIndex: adeIndex)
    } else {
      let image = resized.blurred(sigma: settings.blur)
      let edges = try edges(image), dilated = dilated(foreground), masked = edges.multiplied(by: dilated)
      if settings.blur > 0 { stages.append(ConditionStage(name: .blurred, image: image)) }
      stages += [
        ConditionStage(name: .edge, image: edges), ConditionStage(name: .dilated, image: dilated.image),
        ConditionStage(name: .masked, image: masked),
      ]
      if type == .scribble {
        let strokes = try Self.strokes(masked, settings)
        stages.append(ConditionStage(name: .threshold, image: strokes))
        control = (settings.thinning ? strokes.thinned : strokes).rgb
      } else {
        control = masked.rgb
      }
      guard control.pixels.contains(where: { $0 > 0 }) else { throw noEdge(masked) }
    }
    return ControlImage(image: control, stages: stages + [ConditionStage(name: .control, image: control)])
  }

  private func noObject(_ reason: String, _ advice: String) -> GenerationError {
    .noObject(condition: type.rawValue, reason: reason, advice: advice)
  }

  private func noEdge(_ masked: Image) -> GenerationError {
    let strongest = Int(masked.pixels.max() ?? 0)
    if type == .scribble, strongest > 0 {
      return strongest > settings.threshold
        ? noObject("its lines vanish at resolution \(settings.resolution)", "choose a larger --resolution, or a lower --threshold")
        : noObject("no edge in it is above the threshold \(settings.threshold), the strongest is \(strongest)", "choose a lower --threshold")
    }
    let advice = type == .canny ? "choose lower --canny-low and --canny-high, or the condition mask" : "choose another image, or the condition mask"
    return noObject("no edge was found in or around it", advice)
  }

  /// RGB: the object in its colour on that of ADE20K's class 0. The background is (120, 120, 120), not black.
  private func coloured(_ foreground: LabelMask, adeIndex: Int) throws -> Image {
    guard palette.colors.indices.contains(adeIndex) else {
      throw CoreError.badSetting(name: "ADE20K class", value: "\(adeIndex)", allowed: "0...149")
    }
    guard palette.colors[adeIndex] != palette.colors[0] else {
      throw noObject("ADE20K class \(adeIndex) has the colour of the background", "choose another colour with --ade, or another condition")
    }
    let colors = [palette.colors[0], palette.colors[adeIndex]].map { RGB($0[0], $0[1], $0[2]) }
    return foreground.colored(colors)
  }

  /// The script means to dilate ten times, but passes that number where OpenCV expects the destination: it dilates once.
  private func dilated(_ foreground: LabelMask) -> LabelMask {
    settings.dilation > 0 ? foreground.dilated(by: .ellipse(width: settings.dilation, height: settings.dilation)) : foreground
  }

  private func edges(_ image: Image) throws -> Image {
    guard let detector, let kind = type.detector(settings) else {
      return image.canny(low: settings.cannyLow, high: settings.cannyHigh)
    }
    guard let edgeMaps else { return try Self.edges(image, detector: detector) }
    return try edgeMaps.edges(of: image, by: kind) { try Self.edges(image, detector: detector) }
  }

  /// Grey: the detector's probability times 255, truncated as NumPy's `astype(uint8)` does.
  /// Throws `ModelError`, and `GenerationError.notANumber`.
  public static func edges(_ image: Image, detector: any EdgeDetector) throws -> Image {
    let probability = try LayerWatch.naming { try detector.edges(rgb: Tensor(bytes: image)) }
    return Image(
      width: image.width, height: image.height, channels: 1,
      pixels: try probability.values.map { value in
        guard value.isFinite else { throw GenerationError.notANumber(what: "the edge map") }
        return UInt8(min(max(value * 255, 0), 255))
      })
  }

  /// Grey 0/255: above the threshold in every channel, after the size rule once more (no change when the edges were found at this
  /// resolution, area averaging when they were found at a larger one). Throws `CoreError.badSetting` for a size out of range.
  public static func strokes(_ masked: Image, _ settings: ConditionSettings) throws -> Image {
    let rule = try SizeRule(width: masked.width, height: masked.height, resolution: settings.resolution)
    return rule.apply(masked).channelMinimum.thresholded(above: UInt8(settings.threshold))
  }
}
