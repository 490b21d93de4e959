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

extension ScreenImage {
  /// The image with its marks drawn the way `look` and `choice` say.
  ///
  /// Contours are `thickness` pixels wide, which should be about what a block of the screen covers.
  ///
  /// `opacity` is a tint's, 0...1.
  func composed(_ look: Look, _ choice: MarkChoice = MarkChoice(), thickness: Int = 1, opacity: Double = 0.4) -> Image {
    let size = Size(width: image.width, height: image.height)
    switch marks {
    case .none: return image
    case .object(let mask): return composed(mask.stretched(to: size), look, choice, thickness, opacity)
    case .outline(let mask):
      let mask = mask.stretched(to: size), base = look == .mask ? image : dimmed(choice) { mask.labels[$0] == 1 }
      // A tint would hide what was rendered.
      return look == .contour ? base.outlined(mask, color: MarkColor.standingOut(from: base.rgb, on: mask), thickness: thickness) : base
    case .comparison(let prediction, let truth):
      return composed(prediction.stretched(to: size), truth.stretched(to: size), look, choice, thickness, opacity)
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

  private func composed(_ mask: LabelMask, _ look: Look, _ choice: MarkChoice, _ thickness: Int, _ opacity: Double) -> Image {
    if look == .mask { return mask.colored([RGB(0, 0, 0), RGB(255, 255, 255)]) }
    let base = dimmed(choice) { mask.labels[$0] == 1 }
    if look == .bare { return base }
    let color = MarkColor.standingOut(from: image.rgb, on: mask)
    // The contour keeps the tint in sight where the object has its colour.
    let tinted = look == .contour ? base : base.tinted(mask, color: color, opacity: opacity)
    return tinted.outlined(mask, color: color, thickness: thickness)
  }

  private func composed(
    _ prediction: LabelMask, _ truth: LabelMask, _ look: Look, _ choice: MarkChoice, _ thickness: Int, _ opacity: Double
  ) -> Image {
    func errors(on base: Image, _ opacity: Double) -> Image {
      base.errorView(
        prediction: prediction, truth: truth, opacity: opacity, kinds: choice.errors, reach: choice.isOfBorder ? reach : nil)
    }
    if look == .mask { return errors(on: Image(width: image.width, height: image.height, color: [0, 0, 0]), 1) }
    let base = dimmed(choice) { prediction.labels[$0] == 1 || truth.labels[$0] == 1 }
    switch look {
    // The three colours need more than the one of a mask.
    case .tint: return errors(on: base, min(1, opacity * 1.5))
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
