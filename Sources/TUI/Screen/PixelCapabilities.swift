import Render

/// How the terminal shows pixels.
public struct PixelCapabilities: Hashable, Sendable {
  /// Not `cells`.
  public var graphics: GraphicsProtocol
  /// Most columns and rows of one image.
  public var longestSide: Int
  /// Pixels of a cell.
  public var cell: Size

  public init(_ graphics: GraphicsProtocol, longestSide: Int = .max, cell: Size = PixelCapabilities.usualCell) {
    (self.graphics, self.longestSide, self.cell) = (graphics, longestSide, cell)
  }

  /// Where a terminal does not say how large its cells are.
  public static let usualCell = Size(width: 8, height: 16)

  /// What two accounts of a cell come to: the smaller one, so that no image is larger than its cells where one of them is wrong. Nil without
  /// a credible one.
  public static func cell(_ accounts: [Size?]) -> Size? {
    let credible = accounts.compactMap { $0 }.filter {
      (4...128).contains($0.width) && (4...256).contains($0.height) && (0.2...1.5).contains(Double($0.width) / Double($0.height))
    }
    guard let width = credible.map(\.width).min(), let height = credible.map(\.height).min() else { return nil }
    return Size(width: width, height: height)
  }
}

extension Capabilities {
  /// A cell's width over its height, as far as images on it are concerned.
  var cellAspect: Double { pixels.map { Double($0.cell.width) / Double($0.cell.height) } ?? 0.5 }
}
