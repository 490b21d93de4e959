import CTurboJPEG

/// JPEG files through libjpeg-turbo, decoded as OpenCV and Pillow do: accurate DCT, smooth chroma upsampling, as stored (`Orientation` turns).
public enum JPEG {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// The image in `bytes`: 1 channel for grey files, else 3 (CMYK and YCCK by OpenCV's formula). `name` is used in errors.
  ///
  /// Throws `corrupt` also where libjpeg would notice a damaged or missing part, fill it with grey and go on.
  public static func decode(_ bytes: [UInt8], name: String = "JPEG data") throws -> Image {
    guard let decoder = tjInitDecompress() else {
      throw RenderError.corrupt(name: name, format: "JPEG", reason: "out of memory")
    }
    defer { tjDestroy(decoder) }
    func reason() -> String { String(cString: tjGetErrorStr2(decoder)) }

    var (width, height, subsampling, space): (Int32, Int32, Int32, Int32) = (0, 0, -1, -1)
    let header = tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &space)
    // The status alone says little: an unusual chroma layout is an error although everything else is filled in by then,
    // and a file that ends inside its tables is none although nothing is.
    guard width > 0, height > 0, let space = UInt32(exactly: space) else {
      throw RenderError.corrupt(name: name, format: "JPEG", reason: header == 0 ? "the file ends too early" : reason())
    }
    guard width <= ImageLimits.side, height <= ImageLimits.side, Int(width) * Int(height) <= ImageLimits.pixels else {
      throw RenderError.tooLarge(name: name, width: Int(width), height: Int(height))
    }
    // Every block of 8x8 samples takes at least a bit; half of that leaves room for unusual coders.
    guard Int(width) * Int(height) / (64 * 8 * 2) <= bytes.count else {
      throw RenderError.corrupt(name: name, format: "JPEG", reason: "the file is too short for its size")
    }

    let format: (pixel: TJPF, channels: Int) =
      switch TJCS(rawValue: space) {
      case TJCS_GRAY: (TJPF_GRAY, 1)
      case TJCS_CMYK, TJCS_YCCK: (TJPF_CMYK, 4)
      default: (TJPF_RGB, 3)
      }
    let size = Int(width) * Int(height) * format.channels
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      func run(_ flags: Int32) -> Bool {
        tjDecompress2(
          decoder, bytes, UInt(bytes.count), buffer.baseAddress, width, 0, height, format.pixel.rawValue,
          TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS | flags) == 0 || (flags == 0 && isHarmless(decoder))
      }
      // Only the last complaint can be asked for: the first one decides whether to go on without stopping.
      let done = run(TJFLAG_STOPONWARNING) || (isHarmless(decoder) && run(0))
      count = done ? size : 0
    }
    guard pixels.count == size else { throw RenderError.corrupt(name: name, format: "JPEG", reason: reason()) }
    return Image(
      width: Int(width), height: Int(height), channels: format.channels == 1 ? 1 : 3,
      pixels: format.channels == 4 ? rgb(fromInvertedCMYK: pixels) : pixels)
  }

  /// The file's bytes: baseline, `quality` 1...100, chroma halved both ways (4:2:0) as OpenCV and Pillow write by default, with
  /// `text` in comments, the same for the same input every time. Throws `invalidText` for what a comment cannot hold.
  public static func encode(_ image: Image, quality: Int = 95, text: [String: String] = [:]) throws -> [UInt8] {
    let comments = try JPEGComments.segments(of: text)
    guard let encoder = tjInitCompress() else { throw RenderError.encodingFailed(format: "JPEG", reason: "out of memory") }
    defer { tjDestroy(encoder) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    defer { tjFree(buffer) }
    let grey = image.channels == 1
    let status = tjCompress2(
      encoder, image.pixels, Int32(image.width), 0, Int32(image.height), (grey ? TJPF_GRAY : TJPF_RGB).rawValue, &buffer, &count,
      Int32((grey ? TJSAMP_GRAY : TJSAMP_420).rawValue), Int32(min(100, max(1, quality))), TJFLAG_ACCURATEDCT)
    guard status == 0, let buffer else {
      throw RenderError.encodingFailed(format: "JPEG", reason: String(cString: tjGetErrorStr2(encoder)))
    }
    return JPEGComments.inserted(comments, into: [UInt8](UnsafeBufferPointer(start: buffer, count: Int(count))))
  }

  /// Whether the decoder only complained of what loses no pixel, such as bytes between segments: old data sets hold such files.
  private static func isHarmless(_ decoder: tjhandle) -> Bool {
    guard tjGetErrorCode(decoder) == TJERR_WARNING.rawValue else { return false }
    let text = String(cString: tjGetErrorStr2(decoder))
    return !text.contains("Premature end")
      && (!text.contains("Corrupt JPEG data") || text.contains("extraneous bytes"))
  }

  /// Adobe stores CMYK inverted, so 255 means no ink: `k - (((255 - c) * k) >> 8)`, as OpenCV's `icvCvt_CMYK2BGR_8u_C4C3R`.
  private static func rgb(fromInvertedCMYK cmyk: [UInt8]) -> [UInt8] {
    var rgb = [UInt8](repeating: 0, count: cmyk.count / 4 * 3)
    for pixel in 0..<(cmyk.count / 4) {
      let black = Int(cmyk[pixel * 4 + 3])
      for channel in 0..<3 {
        rgb[pixel * 3 + channel] = UInt8(black - (((255 - Int(cmyk[pixel * 4 + channel])) * black) >> 8))
      }
    }
    return rgb
  }
}
