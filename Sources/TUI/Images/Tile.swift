import Pipeline

/// One picture of the pictures panel.
package enum Tile: Hashable, Sendable {
  case support, condition, query, baseline, augmented
  /// A generated support, counted from 0.
  case generated(Int)
  /// A cell of the settings side by side.
  case table(row: Int, column: Int)
  /// The picture of a duel.
  case duel

  package var isGenerated: Bool { if case .generated = self { true } else { false } }
}

extension ExplorerState {
  /// The tiles of the selected episode: what goes in, what comes out, the generated supports last.
  package var tiles: [Tile] {
    [.support, .condition, .query, .baseline, .augmented] + (0..<settings.supports).map { .generated($0) }
  }

  /// The tile under the cursor.
  package var selectedTile: Tile { tiles[safe: min(images.tile, tiles.count - 1)] ?? .support }

  /// The generated support that stands for all where there is room for one: under the cursor, being painted, or the last one.
  package var leadingGenerated: Int {
    if case .generated(let number) = selectedTile { return number }
    guard let requests = board?.plans[plan] else { return 0 }
    if let running = queue.jobs.running, let number = requests.firstIndex(of: running.request) { return number }
    return requests.indices.last { board?.generated[requests[$0]] != nil } ?? 0
  }
}

/// How tiles share the pictures panel.
package struct TileGrid: Hashable, Sendable {
  /// Shown tiles, left to right and top to bottom.
  package let tiles: [Tile]
  package let columns: Int
  /// Cells of one tile with its title and the gap to its right.
  package let tileSize: Size

  /// Rows under a title from which a square picture can be recognised.
  private static let goodSide = 7
  private static let usableSide = 5

  /// All tiles where they are large enough; otherwise one generated support for all; otherwise the page with the cursor.
  package init(_ state: ExplorerState, in area: Size) {
    let all = state.tiles
    let leading = Tile.generated(state.leadingGenerated)
    let collapsed = all.filter { !$0.isGenerated || $0 == leading }
    var shown = all
    if Self.side(all.count, area).side < Self.goodSide, Self.side(collapsed.count, area).side > Self.side(all.count, area).side {
      shown = collapsed
    }
    var page = shown.count
    while page > 1, Self.side(page, area).side < Self.usableSide { page -= 1 }
    let cursor = shown.firstIndex(of: state.selectedTile) ?? 0
    let start = cursor / page * page
    tiles = Array(shown[start..<min(shown.count, start + page)])
    let best = Self.side(page, area)
    columns = best.columns
    let rows = (page + columns - 1) / columns
    tileSize = Size(width: area.width / columns, height: max(1, area.height / rows))
  }

  /// The number of columns that gives `count` tiles the largest square pictures, and their side in rows.
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
