import Models
import Render

/// Makes control images, stage by stage as the published DifFSS script does (goldens: `conditions`).
public struct ConditionMaker: Sendable {
  public let type: ConditionType
  public let settings: ConditionSettings
  private let detector: (any EdgeDetector)?
  private let palette: Palette

  /// `detector` must be the one that `type.detector(settings)` names; it may be nil where that is nil.
  ///
  /// Throws `PipelineError.badSetting` for a condition with edges and no detector, or for `none`.
  public init(_ type: ConditionType, settings: ConditionSettings, palette: Palette, detector: (any EdgeDetector)? = nil) throws {
    guard type != .none, type.detector(settings) == nil || detector != nil else {
      throw PipelineError.badSetting(name: "condition", value: type.rawValue, allowed: "one with a control image and its edge detector")
    }
    self.type = type
    self.settings = settings
    self.palette = palette
    self.detector = detector
  }

  /// The control image of one class, `mask` being 1 where it is and of the picture's size, `adeIndex` 0...149.
  public func make(image: Image, mask: LabelMask, adeIndex: Int) throws -> ControlImage {
    let rule = try SizeRule(width: image.width, height: image.height, resolution: settings.resolution)
    let resized = rule.apply(image.rgb)
    // 255 (ignore) is background.
    let foreground = mask.binary(of: 1).resized(width: rule.width, height: rule.height)
    var stages = [ConditionStage(name: .resized, image: resized), ConditionStage(name: .mask, image: foreground.image)]
    let control: Image
    if let detector, type != .mask {
      let edges = try Self.edges(resized, detector: detector)
      let dilated = foreground.dilated(by: Self.ellipse)
      let masked = edges.multiplied(by: dilated).rgb
      stages += [ConditionStage(name: .edge, image: edges), ConditionStage(name: .dilated, image: dilated.image)]
      control = type == .scribble ? try Self.scribble(masked, resolution: settings.resolution) : masked
    } else {
      guard palette.colors.indices.contains(adeIndex) else {
        throw PipelineError.badSetting(name: "ADE20K class", value: "\(adeIndex)", allowed: "0...149")
      }
      control = Self.painted(foreground, color: palette.colors[adeIndex], background: palette.colors[0])
    }
    return ControlImage(image: control, stages: stages + [ConditionStage(name: .control, image: control)])
  }

  /// The script means to dilate ten times, but passes that number where OpenCV expects the destination: it dilates once.
  private static let ellipse = StructuringElement.ellipse(width: 14, height: 14)

  /// RGB: the object in its colour on that of ADE20K's class 0. The background is (120, 120, 120), not black.
  static func painted(_ foreground: LabelMask, color: [UInt8], background: [UInt8]) -> Image {
    var pixels = [UInt8]()
    pixels.reserveCapacity(foreground.labels.count * 3)
    for value in foreground.labels { pixels.append(contentsOf: value != 0 ? color : background) }
    return Image(width: foreground.width, height: foreground.height, channels: 3, pixels: pixels)
  }

  /// Grey: the detector's probability times 255, truncated as NumPy's `astype(uint8)` does.
  package static func edges(_ image: Image, detector: any EdgeDetector) throws -> Image {
    let probability = try detector.edges(rgb: Tensor(bytes: image))
    return Image(
      width: image.width, height: image.height, channels: 1,
      pixels: try probability.values.map { value in
        guard value.isFinite else { throw PipelineError.notANumber(what: "the edge map") }
        return UInt8(min(max(value * 255, 0), 255))
      })
  }

  /// RGB 0/255: above 127 in every channel, after the size rule once more (no change when the edges were found at this resolution).
  package static func scribble(_ masked: Image, resolution: Int) throws -> Image {
    let rule = try SizeRule(width: masked.width, height: masked.height, resolution: resolution)
    return rule.apply(masked).channelMinimum.thresholded(above: 127).rgb
  }
}
