import Foundation

extension Image {
  /// The image in a PNG or JPEG file, told apart by its first bytes. Throws `RenderError`.
  public init(pngOrJpeg url: URL) throws {
    self = try Image.decode(bytes: FileBytes.read(url), name: url.path)
  }

  /// The image in the bytes of a PNG or JPEG file; `name` is used in errors. Throws `RenderError`.
  public static func decode(bytes: [UInt8], name: String = "image") throws -> Image {
    if bytes.starts(with: PNG.signature) { return try PNG.decode(bytes, name: name) }
    if bytes.starts(with: JPEG.signature) { return try JPEG.decode(bytes, name: name) }
    throw RenderError.notAnImage(name: name, found: FileKind.describe(bytes))
  }

  /// The bytes of a PNG file with metadata; the same input gives the same bytes.
  public func pngData(text: [String: String] = [:]) throws -> [UInt8] { try PNG.encode(self, text: text) }

  /// Writes a PNG file, all or nothing. Throws `RenderError.unwritable`, and `.invalidText` for text that the file cannot hold.
  public func writePNG(to url: URL, text: [String: String] = [:]) throws {
    try FileBytes.write(pngData(text: text), to: url)
  }

  /// The bytes of a JPEG file with metadata, `quality` 1...100; the same input gives the same bytes.
  public func jpegData(quality: Int = 95, text: [String: String] = [:]) throws -> [UInt8] {
    try JPEG.encode(self, quality: quality, text: text)
  }

  /// Writes a JPEG file, all or nothing; `quality` 1...100.
  /// Throws `RenderError.unwritable`, and `.invalidText` for text that the file cannot hold.
  public func writeJPEG(to url: URL, quality: Int = 95, text: [String: String] = [:]) throws {
    try FileBytes.write(jpegData(quality: quality, text: text), to: url)
  }
}

extension LabelMask {
  /// The class indices in a PNG file: the index of a palette file, the value of a grey one. Throws `RenderError`.
  public init(png url: URL) throws {
    let bytes = try FileBytes.read(url)
    guard bytes.starts(with: PNG.signature) else {
      throw RenderError.notAMask(name: url.path, found: FileKind.describe(bytes))
    }
    self = try PNG.decodeLabels(bytes, name: url.path)
  }

  /// The labels as a grey image, value = label.
  public var image: Image { Image(width: width, height: height, channels: 1, pixels: labels) }

  /// Writes an 8-bit grey PNG file, value = label, all or nothing.
  public func writePNG(to url: URL, text: [String: String] = [:]) throws { try image.writePNG(to: url, text: text) }
}

/// The metadata of PNG and JPEG files.
public enum ImageText {
  /// All text entries of a file by key. Throws `RenderError`.
  public static func read(_ url: URL) throws -> [String: String] { try of(FileBytes.read(url), name: url.path) }

  /// The same of the bytes of a file; `name` is used in errors. Throws `RenderError`.
  public static func of(_ bytes: [UInt8], name: String = "image") throws -> [String: String] {
    if bytes.starts(with: PNG.signature) { return try PNG.text(of: bytes, name: name) }
    if bytes.starts(with: JPEG.signature) { return try JPEGComments.text(of: bytes, name: name) }
    throw RenderError.notAnImage(name: name, found: FileKind.describe(bytes))
  }
}

/// Guesses at what a file is, for error messages.
enum FileKind {
  static func describe(_ bytes: [UInt8]) -> String {
    let known: [(magic: String, kind: String)] = [
      ("GIF8", "it is a GIF file"), ("BM", "it is a BMP file"), ("II*\0", "it is a TIFF file"), ("MM\0*", "it is a TIFF file"),
      ("%PDF", "it is a PDF file"), ("PK\u{3}\u{4}", "it is a ZIP archive"), ("\u{1f}", "it is a compressed file"),
      ("<svg", "it is an SVG file"), ("version https://git-lfs", "it is a Git LFS pointer, the file itself was not downloaded"),
      ("<", "it is a text or HTML file"), ("{", "it is a JSON file"),
    ]
    if bytes.isEmpty { return "the file is empty" }
    if bytes.starts(with: PNG.signature) { return "it is a PNG file" }
    if bytes.starts(with: JPEG.signature) { return "it is a JPEG file" }
    if bytes.dropFirst(257).starts(with: "ustar".utf8) { return "it is a tar archive: unpack it with tar xf" }
    if bytes.starts(with: "RIFF".utf8) && bytes.dropFirst(8).starts(with: "WEBP".utf8) { return "it is a WebP file" }
    return known.first { bytes.starts(with: $0.magic.utf8) }?.kind ?? "its first bytes are those of no image format we know"
  }
}
