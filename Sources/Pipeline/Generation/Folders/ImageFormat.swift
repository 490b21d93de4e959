import Render

/// The file format of generated images; both carry the request.
public enum ImageFormat: String, CaseIterable, Codable, Sendable {
  /// Lossless.
  case png
  /// Quality 95, chroma halved both ways: what the published script writes.
  case jpg

  /// `NAME.png` or `NAME.jpg`.
  func file(_ name: String) -> String { "\(name).\(rawValue)" }

  /// The file's bytes, the same for the same input every time. Throws `RenderError`.
  func encode(_ image: Image, text: [String: String]) throws -> [UInt8] {
    switch self {
    case .png: try image.pngData(text: text)
    case .jpg: try image.jpegData(text: text)
    }
  }
}
