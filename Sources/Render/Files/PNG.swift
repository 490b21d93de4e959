import CPNG

/// PNG files of every kind, through libpng.
///
/// As images they follow OpenCV's `IMREAD_COLOR` and Pillow: palettes are looked up, low grey depths scaled to 0...255, 16-bit
/// samples cut to their upper byte, alpha and transparent colours dropped without blending, gamma ignored.
/// As masks the stored numbers count: a palette gives its index, grey its value, unscaled at 1, 2 and 4 bits.
public enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The image in `bytes`: 1 channel for the grey kinds, else 3. `name` is used in errors. Throws `RenderError`.
  public static func decode(_ bytes: [UInt8], name: String = "PNG data") throws -> Image {
    let decoded = try Raw(bytes, as: DIFFSS_PNG_COLOR, name: name)
    return Image(width: decoded.width, height: decoded.height, channels: decoded.channels, pixels: decoded.samples)
  }

  /// The class indices in `bytes`. Colour files are accepted only where red, green and blue are equal everywhere.
  /// Throws `maskHasColours` and `labelOutOfRange` beside the errors of `decode`.
  public static func decodeLabels(_ bytes: [UInt8], name: String = "PNG data") throws -> LabelMask {
    let decoded = try Raw(bytes, as: DIFFSS_PNG_LABELS, name: name)
    let (channels, width) = (decoded.channels, decoded.width)
    if channels == 1 && decoded.sampleBytes == 1 {
      return LabelMask(width: width, height: decoded.height, labels: decoded.samples)
    }
    var labels = [UInt8](repeating: 0, count: width * decoded.height)
    let pixelBytes = channels * decoded.sampleBytes
    for pixel in labels.indices {
      func sample(_ channel: Int) -> Int {
        let at = pixel * pixelBytes + channel * decoded.sampleBytes
        return decoded.sampleBytes == 1
          ? Int(decoded.samples[at]) : Int(decoded.samples[at]) << 8 | Int(decoded.samples[at + 1])
      }
      let value = sample(0)
      if channels == 3 && (sample(1) != value || sample(2) != value) {
        throw RenderError.maskHasColours(name: name, x: pixel % width, y: pixel / width)
      }
      guard let label = UInt8(exactly: value) else {
        throw RenderError.labelOutOfRange(name: name, value: value, x: pixel % width, y: pixel / width)
      }
      labels[pixel] = label
    }
    return LabelMask(width: width, height: decoded.height, labels: labels)
  }

  /// Everything that a mask file may say, undecided.
  struct Stored {
    let width: Int
    let height: Int
    let isPalette: Bool
    /// 1, 2, 4, 8 or 16 a sample.
    let bits: Int
    /// 1 for grey values and indices, else 3.
    let channels: Int
    let samples: [UInt16]
    /// `0xRRGGBB` of each pixel of a palette, else empty.
    let colours: [UInt32]
    /// Of each pixel; empty where the file has none.
    let alpha: [UInt8]
  }

  /// The stored numbers in `bytes`, with what a palette and transparency make of them.
  static func stored(_ bytes: [UInt8], name: String) throws -> Stored {
    let header = try Raw.header(bytes, name: name), raw = try Raw(bytes, as: DIFFSS_PNG_LABELS, name: name)
    func wide(_ place: Int) -> UInt16 {
      let (high, low) = (UInt16(raw.samples[place * 2]), UInt16(raw.samples[place * 2 + 1]))
      return high << 8 | low
    }
    let samples = raw.sampleBytes == 1 ? raw.samples.map(UInt16.init) : (0..<raw.samples.count / 2).map(wide)
    let isPalette = header.color_type == PNG_COLOR_TYPE_PALETTE
    let hasAlpha = header.color_type & PNG_COLOR_MASK_ALPHA != 0 || header.has_transparency != 0
    let shown = isPalette || hasAlpha ? try Raw(bytes, as: DIFFSS_PNG_RGBA, name: name).samples : []
    let pixels = raw.width * raw.height
    func colour(_ pixel: Int) -> UInt32 { MaskFile.colour(UInt16(shown[pixel * 4]), UInt16(shown[pixel * 4 + 1]), UInt16(shown[pixel * 4 + 2])) }
    return Stored(
      width: raw.width, height: raw.height, isPalette: isPalette, bits: Int(header.bit_depth), channels: raw.channels, samples: samples,
      colours: isPalette ? (0..<pixels).map(colour) : [],
      alpha: hasAlpha ? (0..<pixels).map { shown[$0 * 4 + 3] } : [])
  }

  /// The tEXt, zTXt and iTXt entries; the last one wins where a key is repeated. Entries behind the pixels are looked
  /// for only when none is before them, so that metadata of our own files costs no decoding. Throws `RenderError`.
  public static func text(of bytes: [UInt8], name: String = "PNG data") throws -> [String: String] {
    let early = TextBox()
    _ = try Raw.header(bytes, name: name, text: early)
    if !early.entries.isEmpty { return early.entries }
    let all = TextBox()
    _ = try Raw(bytes, as: DIFFSS_PNG_COLOR, name: name, text: all)
    return all.entries
  }

  /// The file's bytes: 8-bit grey or RGB with `text` sorted by key, the same for the same input every time.
  /// `level` is zlib's, 1 (fastest) to 9; when nil the library's own. Throws `invalidText` for a key that is not 1...79 ASCII characters or
  /// a value with a zero in it.
  public static func encode(_ image: Image, text: [String: String] = [:], level: Int? = nil) throws -> [UInt8] {
    let entries = text.sorted { $0.key < $1.key }
    for (key, value) in entries {
      let printable = key.utf8.allSatisfy { (32...126).contains($0) }
      guard printable, (1...79).contains(key.utf8.count), !key.hasPrefix(" "), !key.hasSuffix(" "), !key.contains("  "),
        !value.utf8.contains(0)
      else { throw RenderError.invalidText(key: key) }
    }
    let keys = CStrings(entries.map(\.key))
    let values = CStrings(entries.map(\.value))
    let sink = ByteBox()
    sink.bytes.reserveCapacity(image.pixels.count / 2 + 1024)
    let message = MessageBuffer()
    let done = image.pixels.withUnsafeBufferPointer { pixels in
      diffss_png_write(
        UInt32(image.width), UInt32(image.height), Int32(image.channels), Int32(min(9, max(0, level ?? 0))), pixels.baseAddress,
        keys.pointers, values.pointers, Int32(entries.count),
        { context, bytes, count in
          guard let context, let bytes else { return }
          Unmanaged<ByteBox>.fromOpaque(context).takeUnretainedValue().bytes
            .append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        }, Unmanaged.passUnretained(sink).toOpaque(), message.pointer)
    }
    guard done == 1 else { throw RenderError.encodingFailed(format: "PNG", reason: message.text) }
    return sink.bytes
  }
}

/// Pixels as libpng gives them.
private struct Raw {
  let width: Int
  let height: Int
  let channels: Int
  /// 1, or 2 with the high byte first.
  let sampleBytes: Int
  let samples: [UInt8]

  /// The header after all limits are checked; `text` receives what is before the pixels.
  static func header(_ bytes: [UInt8], name: String, text: TextBox? = nil) throws -> diffss_png_header {
    try checkChunks(bytes, name: name)
    var header = diffss_png_header()
    let message = MessageBuffer()
    // The library's own limit on sides would hide the size from the error; Int32.max is the format's.
    let done = bytes.withUnsafeBufferPointer {
      diffss_png_read(
        $0.baseAddress, $0.count, Int32(DIFFSS_PNG_HEADER), UInt32(Int32.max), &header, nil, 0,
        text == nil ? nil : TextBox.receive, text?.context, message.pointer)
    }
    guard done == 1 else { throw RenderError.corrupt(name: name, format: "PNG", reason: message.text) }
    let (width, height) = (Int(header.width), Int(header.height))
    guard width <= ImageLimits.side, height <= ImageLimits.side, width * height <= ImageLimits.pixels else {
      throw RenderError.tooLarge(name: name, width: width, height: height)
    }
    return header
  }

  /// libpng makes room for a chunk before it reads it: one that claims more than there is would cost gigabytes. Pixels are read piece by piece.
  private static func checkChunks(_ bytes: [UInt8], name: String) throws {
    var place = PNG.signature.count
    while place + 8 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let kind = bytes[place + 4..<place + 8], isPixels = kind.elementsEqual("IDAT".utf8)
      guard isPixels || length <= bytes.count - place - 8 else {
        throw RenderError.corrupt(name: name, format: "PNG", reason: "the file ends too early")
      }
      // What programs put behind an image's end is none of it.
      if kind.elementsEqual("IEND".utf8) { return }
      place += length + 12
    }
  }

  /// Decodes to `DIFFSS_PNG_COLOR`, `DIFFSS_PNG_LABELS` or `DIFFSS_PNG_RGBA`.
  init(_ bytes: [UInt8], as wanted: Int, name: String, text: TextBox? = nil) throws {
    var header = try Self.header(bytes, name: name)
    (width, height) = (Int(header.width), Int(header.height))
    let isPalette = header.color_type == PNG_COLOR_TYPE_PALETTE
    let hasColours = header.color_type & PNG_COLOR_MASK_COLOR != 0 && !(isPalette && wanted == DIFFSS_PNG_LABELS)
    channels = wanted == DIFFSS_PNG_RGBA ? 4 : hasColours ? 3 : 1
    sampleBytes = wanted == DIFFSS_PNG_LABELS && header.bit_depth == 16 ? 2 : 1
    let size = width * height * channels * sampleBytes
    let message = MessageBuffer()
    var done: Int32 = 0
    samples = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      done = bytes.withUnsafeBufferPointer {
        diffss_png_read(
          $0.baseAddress, $0.count, Int32(wanted), UInt32(ImageLimits.side), &header, buffer.baseAddress, size,
          text == nil ? nil : TextBox.receive, text?.context, message.pointer)
      }
      count = done == 1 ? size : 0
    }
    guard done == 1 else { throw RenderError.corrupt(name: name, format: "PNG", reason: message.text) }
  }
}

/// Room for the message that the C functions leave behind.
private final class MessageBuffer {
  let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(DIFFSS_PNG_MESSAGE))
  init() { pointer.initialize(repeating: 0, count: Int(DIFFSS_PNG_MESSAGE)) }
  deinit { pointer.deallocate() }
  var text: String { String(cString: pointer) }
}

/// Collects text entries from the C side.
private final class TextBox {
  var entries: [String: String] = [:]
  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static let receive: diffss_png_text_callback = { context, key, value, length in
    guard let context, let key, let value else { return }
    let bytes = UnsafeRawBufferPointer(start: value, count: length)
    Unmanaged<TextBox>.fromOpaque(context).takeUnretainedValue()
      .entries[String(cString: key)] = String(decoding: bytes, as: UTF8.self)
  }
}

/// Collects the bytes of a file being written.
private final class ByteBox {
  var bytes: [UInt8] = []
}

/// A C array of C strings, alive as long as the object.
private final class CStrings {
  let storage: [UnsafeMutablePointer<CChar>]
  let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>

  init(_ strings: [String]) {
    storage = strings.map { string in
      let bytes = string.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      bytes.withUnsafeBufferPointer { source in
        for (index, byte) in source.enumerated() { (copy + index).initialize(to: byte) }
      }
      return copy
    }
    pointers = .allocate(capacity: max(1, strings.count))
    for (index, string) in storage.enumerated() { (pointers + index).initialize(to: UnsafePointer(string)) }
  }

  deinit {
    for string in storage { string.deallocate() }
    pointers.deallocate()
  }
}
