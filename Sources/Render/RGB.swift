/// An 8-bit sRGB colour.
public struct RGB: Hashable, Sendable, Codable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  public static let black = RGB(0, 0, 0)
  public static let white = RGB(255, 255, 255)

  /// This colour with `share` (0...1) of another laid over it.
  public func mixed(with other: RGB, share: Double) -> RGB {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8(min(255, max(0, (Double(a) + (Double(b) - Double(a)) * share).rounded())))
    }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// Luma by BT.601's weights, rounded down.
  var light: UInt8 {
    let (red, green, blue) = (Int(red), Int(green), Int(blue))
    return UInt8((299 * red + 587 * green + 114 * blue) / 1000)
  }

  /// The grey that is as light.
  var grey: RGB { RGB(light, light, light) }

  /// With the same added to each channel, kept in 0...255.
  func lightened(by difference: Double) -> RGB {
    func add(_ value: UInt8) -> UInt8 { UInt8(min(255, max(0, (Double(value) + difference).rounded()))) }
    return RGB(add(red), add(green), add(blue))
  }
}

extension Image {
  /// The colour of a pixel; grey images give three equal channels. Setting a grey pixel stores the green channel.
  public subscript(x: Int, y: Int) -> RGB {
    get {
      let at = (y * width + x) * channels
      return channels == 3 ? RGB(pixels[at], pixels[at + 1], pixels[at + 2]) : RGB(pixels[at], pixels[at], pixels[at])
    }
    set {
      let at = (y * width + x) * channels
      if channels == 3 {
        (pixels[at], pixels[at + 1], pixels[at + 2]) = (newValue.red, newValue.green, newValue.blue)
      } else {
        pixels[at] = newValue.green
      }
    }
  }
}
