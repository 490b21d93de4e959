import Render

/// What is drawn of the marks over an image, beside the look.
public struct MarkChoice: Hashable, Sendable {
  /// Kinds of pixels of predictions.
  public var errors = ErrorKinds.all
  /// Whether they are drawn along the truth's border alone.
  public var isOfBorder = false
  /// Whether what is outside of the object, or of prediction and truth, is dark and grey.
  public var dimsSurroundings = false

  public init() {}

  /// How far from the border, as a part of the image's diagonal: as Boundary IoU takes it (Cheng et al. 2021).
  static let borderShare = 0.02
}

/// What colours there are to draw marks with.
enum MarkInks: Hashable, Sendable {
  case any
  /// A terminal's own few, of which any mixture becomes grey: the colours of predictions that its legend has, and its greys for the image.
  case few(ErrorColors, greys: [RGB])
  /// Light and dark alone.
  case none

  init(_ capabilities: Capabilities) {
    switch capabilities.depth {
    case .truecolor, .indexed256, .indexed88: self = .any
    case .indexed16, .indexed8:
      var colors = ErrorColors()
      let named = Theme.fewErrors.map { capabilities.named.colors[Int($0)] }
      (colors.hit, colors.falseAlarm, colors.miss) = (named[0], named[1], named[2])
      self = .few(colors, greys: capabilities.named.colors.prefix(capabilities.depth == .indexed8 ? 8 : 16).filter(\.isGrey))
    case .mono: self = .none
    }
  }

  var errors: ErrorColors? { if case .few(let colors, _) = self { colors } else { nil } }
}

extension ScreenImage {
  /// The image with its marks drawn the way `look` and `choice` say.
  ///
  /// Contours are `thickness` pixels wide, which should be about what a block of the screen covers.
  ///
  /// `opacity` is a tint's, 0...1; where there are few colours, those of predictions cover.
  func composed(
    _ look: Look, _ choice: MarkChoice = MarkChoice(), thickness: Int = 1, opacity: Double = 0.4, inks: MarkInks = .any
  ) -> Image {
    let size = Size(width: image.width, height: image.height)
    switch marks {
    case .none: return image
    case .object(let mask): return composed(mask.stretched(to: size), look, choice, thickness, opacity, inks)
    case .outline(let mask):
      let mask = mask.stretched(to: size), base = look == .mask ? image : dimmed(choice) { mask.labels[$0] == 1 }
      // A tint would hide what was rendered.
      guard look == .contour else { return base }
      if inks == .none { return base.outlinedInBlackAndWhite(mask, thickness) }
      return base.outlined(mask, color: MarkColor.standingOut(from: base.rgb, on: mask), thickness: thickness)
    case .comparison(let prediction, let truth):
      return composed(prediction.stretched(to: size), truth.stretched(to: size), look, choice, thickness, opacity, inks)
    }
  }

  /// Whether letters stand over the image in this look.
  func hasSigns(_ look: Look) -> Bool { if case .comparison = marks { look == .signs } else { false } }

  /// Whether nothing is drawn over the image in this look.
  func isBare(_ look: Look) -> Bool {
    switch marks {
    case .none: true
    case .outline: look != .contour
    case .object, .comparison: look == .bare
    }
  }

  private func composed(
    _ mask: LabelMask, _ look: Look, _ choice: MarkChoice, _ thickness: Int, _ opacity: Double, _ inks: MarkInks
  ) -> Image {
    if look == .mask { return mask.colored([RGB(0, 0, 0), RGB(255, 255, 255)]) }
    let base = dimmed(choice) { mask.labels[$0] == 1 }
    if look == .bare { return base }
    if inks == .none {
      let shaded = base.tinted(mask, color: .white, opacity: opacity).tinted(mask, label: 0, color: .black, opacity: min(1, opacity * 1.5))
      return (look == .contour ? base : shaded).outlinedInBlackAndWhite(mask, thickness)
    }
    let color = MarkColor.standingOut(from: image.rgb, on: mask)
    // The contour keeps the tint in sight where the object has its colour.
    let tinted = look == .contour ? base : base.tinted(mask, color: color, opacity: opacity)
    return tinted.outlined(mask, color: color, thickness: thickness)
  }

  private func composed(
    _ prediction: LabelMask, _ truth: LabelMask, _ look: Look, _ choice: MarkChoice, _ thickness: Int, _ opacity: Double, _ inks: MarkInks
  ) -> Image {
    func errors(on base: Image, _ opacity: Double) -> Image {
      base.errorView(
        prediction: prediction, truth: truth, colors: inks.errors ?? ErrorColors(), opacity: inks.errors == nil ? opacity : 1,
        kinds: choice.errors, reach: choice.isOfBorder ? reach : nil)
    }
    if look == .mask { return errors(on: Image(width: image.width, height: image.height, color: [0, 0, 0]), 1) }
    let base = dimmed(choice) { prediction.labels[$0] == 1 || truth.labels[$0] == 1 }
    switch look {
    // The three colours need more than the one of a mask; of few, greys alone are left for the image, where another would be taken for a mark.
    case .tint:
      if case .few(_, let greys) = inks { return errors(on: base.shaded(in: greys), 1) }
      return errors(on: base, min(1, opacity * 1.5))
    case .contour:
      let color = MarkColor.standingOut(from: image.rgb, on: prediction)
      return base.tinted(prediction, color: color, opacity: 0.45).outlined(truth, color: .white, thickness: thickness)
    case .bare, .signs, .mask: return base
    }
  }

  /// Pixels from the truth's border within which errors are of it.
  var reach: Int {
    let (width, height) = (Double(image.width), Double(image.height))
    return max(1, Int((MarkChoice.borderShare * (width * width + height * height).squareRoot()).rounded()))
  }

  private func dimmed(_ choice: MarkChoice, keeping isKept: (Int) -> Bool) -> Image {
    choice.dimsSurroundings ? image.dimmed(outside: (0..<image.width * image.height).map(isKept)) : image
  }
}

extension RGB {
  fileprivate var isGrey: Bool { red == green && green == blue }
}

extension Image {
  /// In some greys alone, each pixel in the nearest after its light is stretched over all of them.
  fileprivate func shaded(in greys: [RGB]) -> Image {
    let light = grey(.opencv).pixels, levels = greys.map { Float($0.red) }
    guard let least = light.min(), let most = light.max(), let darkest = levels.min(), let brightest = levels.max() else { return self }
    let scale = (brightest - darkest) / Float(max(1, most - least))
    let shades = (0..<256).map { value in
      let wanted = darkest + Float(value - Int(least)) * scale
      return greys.min { abs(Float($0.red) - wanted) < abs(Float($1.red) - wanted) } ?? .black
    }
    var out = self.rgb
    for (at, value) in light.enumerated() { out[at % width, at / width] = shades[Int(value)] }
    return out
  }

  /// With a line along the mask's border that is seen on light and dark alike: white inside, black outside.
  fileprivate func outlinedInBlackAndWhite(_ mask: LabelMask, _ thickness: Int) -> Image {
    outlined(mask, label: 0, color: .black, thickness: thickness).outlined(mask, color: .white, thickness: thickness)
  }
}
