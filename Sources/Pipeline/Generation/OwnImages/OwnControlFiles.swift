import Foundation
import Render

/// The control images beside images of the user's own: `STEM_control.png`, `STEM_2_control.png`, ... beside `STEM_0.png`, `STEM_1.png`, ...
public enum OwnControlFiles {
  /// The file of the control image with a number, counted from 0.
  public static func name(_ number: Int, stem: String) -> String { number == 0 ? "\(stem)_control.png" : "\(stem)_\(number + 1)_control.png" }

  /// Writes a control image, so that its images can be generated again from what is beside them. One that is there already is left.
  ///
  /// Throws `GenerationError.foreignFile` for a file of somebody else, `CoreError.cannotWrite` or `RenderError`.
  public static func write(_ image: Image, of control: OwnImageRequest.Control, number: Int, stem: String, into folder: SupportFolder) throws {
    let metadata = OwnControlMetadata(control), name = name(number, stem: stem), file = folder.url.appendingPathComponent(name)
    if let there = try? Image(pngOrJpeg: file), OwnImageRequest.Control.digest(there.rgb) == control.digest { return }
    if try folder.place(String(name.dropLast(".png".count)), .png, key: metadata.key) == .finished { return }
    try folder.add(image.pngData(text: metadata.entries()), name: name)
  }

  /// The control images of a request, by their digests: of those given, else of those beside one of its images.
  ///
  /// Throws `GenerationError.controlMissing` for the first that is neither.
  static func images(of request: OwnImageRequest, beside image: URL, given: [Image]) throws -> [Image] {
    let found = given.map(\.rgb) + beside(image, count: request.controls.count)
    let known = Dictionary(found.map { (OwnImageRequest.Control.digest($0), $0) }) { first, _ in first }
    return try request.controls.enumerated().map { number, control in
      guard let image = known[control.digest] else {
        throw GenerationError.controlMissing(path: image.path, file: stem(of: image).map { Self.name(number, stem: $0) } ?? "", given: given.count)
      }
      return image
    }
  }

  /// The control image of an image that is beside it; nil when there is none, or another.
  public static func first(of request: OwnImageRequest, beside image: URL) -> Image? {
    beside(image, count: 1).first { image in request.controls.contains { $0.digest == OwnImageRequest.Control.digest(image) } }
  }

  private static func beside(_ image: URL, count: Int) -> [Image] {
    guard let stem = stem(of: image) else { return [] }
    let folder = image.deletingLastPathComponent()
    return (0..<min(count, 64)).compactMap { try? Image(pngOrJpeg: folder.appendingPathComponent(name($0, stem: stem))).rgb }
  }

  /// `STEM` of `STEM_0.png`.
  private static func stem(of image: URL) -> String? {
    let name = image.deletingPathExtension().lastPathComponent
    return name.lastIndex(of: "_").map { String(name[..<$0]) }
  }
}
