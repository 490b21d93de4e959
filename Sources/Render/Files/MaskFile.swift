import Foundation

/// A mask as it is in a file, of any kind: its stored numbers, its colours and what is transparent. What is meant by it is not decided here.
public struct MaskFile: Sendable {
  /// How the numbers of the pixels are kept.
  public enum Kind: Hashable, Sendable {
    /// Grey, or colours that are equal in all three channels; 1, 2, 4, 8 or 16 bits.
    case grey(bits: Int)
    /// Indices of a palette.
    case palette
    /// Red, green and blue that differ somewhere.
    case colour
    /// A JPEG file: values are near what was meant.
    case jpeg
  }

  public let kind: Kind
  public let width: Int
  public let height: Int
  /// The stored number of each pixel: an index, or a grey value up to 65535. Empty for colours.
  public let values: [UInt16]
  /// `0xRRGGBB` of each pixel of a palette or of colours, else empty.
  public let colours: [UInt32]
  /// 0 transparent ... 255 of each pixel; empty where it is the same everywhere, which says nothing.
  public let alpha: [UInt8]
  /// What the file's EXIF data says.
  public let orientation: Orientation

  /// Reads a file. Throws `RenderError`.
  public init(_ url: URL) throws { try self.init(bytes: FileBytes.read(url), name: url.path) }

  /// From the bytes of a PNG or JPEG file; `name` is used in errors. Throws `RenderError`.
  public init(bytes: [UInt8], name: String = "mask") throws {
    orientation = Orientation(of: bytes)
    if bytes.starts(with: JPEG.signature) {
      let image = try JPEG.decode(bytes, name: name)
      (kind, width, height) = (.jpeg, image.width, image.height)
      values = image.grey(.pillow).pixels.map(UInt16.init)
      (colours, alpha) = ([], [])
      return
    }
    guard bytes.starts(with: PNG.signature) else { throw RenderError.notAnImage(name: name, found: FileKind.describe(bytes)) }
    let stored = try PNG.stored(bytes, name: name)
    (width, height) = (stored.width, stored.height)
    alpha = stored.alpha.contains { $0 != stored.alpha[0] } ? stored.alpha : []
    if stored.isPalette {
      (kind, values, colours) = (.palette, stored.samples, stored.colours)
    } else if stored.channels == 1 {
      (kind, values, colours) = (.grey(bits: stored.bits), stored.samples, [])
    } else {
      let samples = stored.samples, pixels = samples.count / 3
      func isGrey(_ pixel: Int) -> Bool {
        let red = samples[pixel * 3]
        return red == samples[pixel * 3 + 1] && red == samples[pixel * 3 + 2]
      }
      if (0..<pixels).allSatisfy(isGrey) {
        (kind, values, colours) = (.grey(bits: stored.bits), (0..<pixels).map { samples[$0 * 3] }, [])
      } else {
        let shift = UInt16(stored.bits - 8)
        (kind, values) = (.colour, [])
        colours = (0..<pixels).map { pixel in
          Self.colour(samples[pixel * 3] >> shift, samples[pixel * 3 + 1] >> shift, samples[pixel * 3 + 2] >> shift)
        }
      }
    }
  }

  /// `0xRRGGBB`.
  static func colour(_ red: UInt16, _ green: UInt16, _ blue: UInt16) -> UInt32 {
    let (red, green, blue) = (UInt32(red), UInt32(green), UInt32(blue))
    return red << 16 | green << 8 | blue
  }
}
