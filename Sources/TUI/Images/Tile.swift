/// One image of the images panel.
public enum Tile: Hashable, Sendable {
  case support, condition, query, baseline, augmented
  /// A generated support, counted from 0.
  case generated(Int)
  /// A cell of the settings side by side.
  case table(row: Int, column: Int)
  /// The image of a duel.
  case ab

  public var isGenerated: Bool { if case .generated = self { true } else { false } }
}

/// How tiles share the images panel.
public struct TileGrid: Hashable, Sendable {
  /// Shown tiles, left to right and top to bottom.
  public let tiles: [Tile]
  public let columns: Int
  /// Cells of one tile with its title and the gap to its right.
  public let tileSize: Size

  /// Rows under a title from which a square image can be recognised.
  private static let goodSide = 7
  private static let usableSide = 5

  /// All tiles where they are large enough; otherwise the `leading` generated support for all of them; otherwise the page with the cursor.
  init(_ all: [Tile], leading: Int, cursor: Tile, in area: Size) {
    let collapsed = all.filter { !$0.isGenerated || $0 == .generated(leading) }
    var shown = all
    if Self.side(all.count, area).side < Self.goodSide, Self.side(collapsed.count, area).side > Self.side(all.count, area).side {
      shown = collapsed
    }
    var page = shown.count
    while page > 1, Self.side(page, area).side < Self.usableSide { page -= 1 }
    let start = (shown.firstIndex(of: cursor) ?? 0) / page * page
    tiles = Array(shown[start..<min(shown.count, start + page)])
    let best = Self.side(page, area)
    columns = best.columns
    let rows = (page + columns - 1) / columns
    tileSize = Size(width: area.width / columns, height: max(1, area.height / rows))
  }

  /// The number of columns that gives `count` tiles the largest square images, and their side in rows.
  private static func side(_ count: Int, _ area: Size) -> (columns: Int, side: Int) {
    var best = (columns: 1, side: 0)
    for columns in 1...max(1, count) {
      let rows = (count + columns - 1) / columns
      let side = min(area.height / rows - 1, (area.width / columns - 1) / 2)
      if side > best.side { best = (columns, side) }
    }
    return best
  }
}
