extension Image {
  /// Which published integer formula turns RGB into grey.
  public enum GreyFormula: Sendable {
    /// OpenCV's `cvtColor`: (9798 R + 19235 G + 3735 B + 2^14) >> 15.
    case opencv
    /// Pillow's `convert("L")`: (19595 R + 38470 G + 7471 B + 2^15) >> 16.
    case pillow
    /// libpng's, which OpenCV uses when it reads a colour PNG as grey: OpenCV's weights without rounding.
    case libpng
  }

  /// One channel by the chosen formula; a grey image as it is.
  public func grey(_ formula: GreyFormula) -> Image {
    if channels == 1 { return self }
    let (red, green, blue, rounding, shift): (Int, Int, Int, Int, Int) =
      switch formula {
      case .opencv: (9798, 19235, 3735, 1 << 14, 15)
      case .pillow: (19595, 38470, 7471, 1 << 15, 16)
      case .libpng: (9798, 19235, 3735, 0, 15)
      }
    var grey = [UInt8](repeating: 0, count: width * height)
    for pixel in grey.indices {
      let sum = red * Int(pixels[pixel * 3]) + green * Int(pixels[pixel * 3 + 1]) + blue * Int(pixels[pixel * 3 + 2])
      grey[pixel] = UInt8((sum + rounding) >> shift)
    }
    return Image(width: width, height: height, channels: 1, pixels: grey)
  }
}
