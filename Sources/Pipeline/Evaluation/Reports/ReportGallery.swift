import Core
import Render

/// Supports with the images generated from them, small enough for a page.
public struct ReportGallery: Sendable {
  /// A generated image and what it says of itself.
  public struct Entry: Sendable {
    /// Among those of its support, from 1.
    public let number: Int
    /// Of its file.
    public let name: String
    /// RGB, the mask outlined where it is known.
    public let image: Image
    /// Seed, steps and guidance scale in words.
    public let caption: String
    /// The text that Stable Diffusion web interfaces show; nil for an image of the user's own.
    public let parameters: String?
    /// The whole request, indented.
    public let json: String
    /// What does not belong together in it.
    public let remark: String?
  }

  /// A support, a condition, and the images generated with them.
  public struct Row: Sendable {
    /// Item, class and condition in words.
    public let title: String
    /// The data set's name; nil for images of the user's own.
    public let dataset: String?
    /// The real image with its mask outlined; nil where the data set is not at hand.
    public let real: Image?
    /// Nil where it is not at hand.
    public let control: Image?
    public let images: [Entry]
    /// What is missing, in words.
    public let remarks: [String]
  }

  public let rows: [Row]
  /// What is left out, in words.
  public let remarks: [String]
  /// Why files could not be shown.
  public let problems: [any Error]

  /// Without any image.
  public static let empty = ReportGallery(rows: [], remarks: [], problems: [])

  /// Longest side of an image, pixels; larger ones are shrunk.
  public static let side = 256
  /// Images in a row; further ones are left out.
  public static let mostImages = 16

  /// The sheet: a row a support, with the real image, the control image and the generated ones; gaps where there is none.
  ///
  /// Throws `EvaluationError.nothingToReport` without an image, `CoreError.badSetting` when no PNG could hold it.
  public func sheet() throws -> Image {
    guard !rows.isEmpty else { throw EvaluationError.nothingToReport(what: "no generated image for a contact sheet") }
    let columns = 2 + (rows.map(\.images.count).max() ?? 0)
    let cells = rows.flatMap { row -> [Image?] in
      let images: [Image?] = [row.real, row.control] + row.images.map(\.image)
      return images + [Image?](repeating: nil, count: columns - images.count)
    }
    let (width, height) = (columns * (Self.side + Self.gap), rows.count * (Self.side + Self.gap))
    guard max(width, height) <= ImageLimits.side, width * height <= ImageLimits.pixels else {
      throw CoreError.badSetting(
        name: "the contact sheet's size", value: "\(width)x\(height)",
        allowed: "\(ImageLimits.side) pixels a side and \(ImageLimits.pixels) in all; show fewer supports with --limit")
    }
    return Image.sheet(cells, columns: columns, gap: Self.gap)
  }

  private static let gap = 4
}
