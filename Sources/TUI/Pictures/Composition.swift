import Render

extension Picture {
  /// The image with its marks drawn the way `look` says.
  ///
  /// Contours are `thickness` pixels wide, which should be about what a block of the screen covers.
  func composed(_ look: Look, thickness: Int = 1) -> Image {
    let size = Size(width: image.width, height: image.height)
    switch marks {
    case .none: return image
    case .object(let mask): return composed(mask.stretched(to: size), look, thickness)
    case .outline(let mask):
      // A tint would hide what was painted.
      return look == .contour ? image.outlined(mask.stretched(to: size), color: Self.markColor, thickness: thickness) : image
    case .comparison(let prediction, let truth):
      let (prediction, truth) = (prediction.stretched(to: size), truth.stretched(to: size))
      switch look {
      case .tint: return image.errorView(prediction: prediction, truth: truth)
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

  private func composed(_ mask: LabelMask, _ look: Look, _ thickness: Int) -> Image {
    switch look {
    // The contour keeps the tint in sight where the object has its colour.
    case .tint: image.tinted(mask, color: Self.markColor, opacity: 0.4).outlined(mask, color: Self.markColor, thickness: thickness)
    case .contour: image.outlined(mask, color: Self.markColor, thickness: thickness)
    case .bare: image
    case .mask: mask.colored([RGB(0, 0, 0), RGB(255, 255, 255)])
    }
  }

  /// Stands out from photographs and lies outside the three colours of the error view.
  private static let markColor = RGB(255, 64, 208)
}
