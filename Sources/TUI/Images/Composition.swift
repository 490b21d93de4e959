import Render

extension ScreenImage {
  /// The image with its marks drawn the way `look` says.
  ///
  /// Contours are `thickness` pixels wide, which should be about what a block of the screen covers.
  ///
  /// `opacity` is a tint's, 0...1.
  func composed(_ look: Look, thickness: Int = 1, opacity: Double = 0.4) -> Image {
    let size = Size(width: image.width, height: image.height)
    switch marks {
    case .none: return image
    case .object(let mask): return composed(mask.stretched(to: size), look, thickness, opacity)
    case .outline(let mask):
      // A tint would hide what was rendered.
      return look == .contour ? image.outlined(mask.stretched(to: size), color: Self.markColor, thickness: thickness) : image
    case .comparison(let prediction, let truth):
      let (prediction, truth) = (prediction.stretched(to: size), truth.stretched(to: size))
      switch look {
      // The three colours need more than the one of a mask.
      case .tint: return image.errorView(prediction: prediction, truth: truth, opacity: min(1, opacity * 1.5))
      case .signs: return image
      case .contour:
        return image.tinted(prediction, color: Self.markColor, opacity: 0.45)
          .outlined(truth, color: RGB(255, 255, 255), thickness: thickness)
      case .bare: return image
      case .mask:
        let black = Image(width: size.width, height: size.height, color: [0, 0, 0])
        return black.errorView(prediction: prediction, truth: truth, opacity: 1)
      }
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

  private func composed(_ mask: LabelMask, _ look: Look, _ thickness: Int, _ opacity: Double) -> Image {
    switch look {
    // The contour keeps the tint in sight where the object has its colour.
    case .tint, .signs: image.tinted(mask, color: Self.markColor, opacity: opacity).outlined(mask, color: Self.markColor, thickness: thickness)
    case .contour: image.outlined(mask, color: Self.markColor, thickness: thickness)
    case .bare: image
    case .mask: mask.colored([RGB(0, 0, 0), RGB(255, 255, 255)])
    }
  }

  /// Stands out from photographs and is outside the three colours of the error view.
  private static let markColor = RGB(255, 64, 208)
}
