import Core
import Render

/// Supports with the pictures painted from them, small enough for a page.
public struct ReportGallery: Sendable {
  /// A generated picture and what it says of itself.
  public struct Picture: Sendable {
    /// Of its file.
    public let name: String
    /// RGB, the mask outlined where it is known.
    public let image: Image
    /// Seed, steps and guidance scale in words.
    public let caption: String
    /// The text that Stable Diffusion web interfaces show; nil for a picture of the user's own.
    public let parameters: String?
    /// The whole request, indented.
    public let json: String
    /// What does not belong together in it.
    public let remark: String?
  }

  /// A support, a condition, and the pictures painted with them.
  public struct Row: Sendable {
    /// Item, class and condition in words.
    public let title: String
    /// The data set's name; nil for pictures of the user's own.
    public let dataset: String?
    /// The real picture with its mask outlined; nil where the data set is not at hand.
    public let real: Image?
    /// Nil where it is not at hand.
    public let control: Image?
    public let pictures: [Picture]
    /// What is missing, in words.
    public let remarks: [String]
  }

  public let rows: [Row]
  /// What is left out, in words.
  public let remarks: [String]
  /// Why files could not be shown.
  public let problems: [any Error]

  /// Without any picture.
  public static let empty = ReportGallery(rows: [], remarks: [], problems: [])

  /// Longest side of a picture, pixels; larger ones are shrunk.
  public static let side = 256
  /// Pictures in a row; further ones are left out.
  public static let mostPictures = 16

  /// The sheet: a row a support, with the real picture, the control image and the generated ones; gaps where there is none.
  ///
  /// Throws `EvaluationError.nothingToReport` without a picture, `.badSetting` when no PNG could hold it.
  public func sheet() throws -> Image {
    guard !rows.isEmpty else { throw EvaluationError.nothingToReport(what: "no generated picture for a contact sheet") }
    let columns = 2 + (rows.map(\.pictures.count).max() ?? 0)
    let cells = rows.flatMap { row -> [Image?] in
      let pictures: [Image?] = [row.real, row.control] + row.pictures.map(\.image)
      return pictures + [Image?](repeating: nil, count: columns - pictures.count)
    }
    let (width, height) = (columns * (Self.side + Self.gap), rows.count * (Self.side + Self.gap))
    guard max(width, height) <= PictureLimits.side, width * height <= PictureLimits.pixels else {
      throw CoreError.badSetting(
        name: "the contact sheet's size", value: "\(width)x\(height)",
        allowed: "\(PictureLimits.side) pixels a side and \(PictureLimits.pixels) in all; show fewer supports with --limit")
    }
    return Image.sheet(cells, columns: columns, gap: Self.gap)
  }

  private static let gap = 4
}
