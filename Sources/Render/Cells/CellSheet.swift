/// Several images as cells, side by side in rows, each below its label.
public struct CellSheet {
  public struct Tile {
    /// One line; cut where it is longer than the tile.
    public let label: [Cell]
    public let cells: CellGrid

    public init(label: [Cell], cells: CellGrid) { (self.label, self.cells) = (label, cells) }
  }

  /// All of it.
  public let cells: CellGrid

  /// Columns between tiles.
  public static let gap = 2

  /// Tiles in rows of `across`, at least one of each.
  public init(_ tiles: [Tile], across: Int) {
    precondition(!tiles.isEmpty && across > 0)
    let width = tiles.map(\.cells.columns).max() ?? 1, across = min(across, tiles.count)
    let lines = stride(from: 0, to: tiles.count, by: across).map { Array(tiles[$0..<min(tiles.count, $0 + across)]) }
    // A label, the cells, and an empty line between.
    let heights = lines.map { ($0.map(\.cells.rows).max() ?? 1) + 1 }
    let columns = across * width + (across - 1) * Self.gap, rows = heights.reduce(0, +) + lines.count - 1
    var sheet = CellGrid(columns: columns, rows: rows, cells: Array(repeating: Cell(" "), count: columns * rows))
    var top = 0
    for (line, height) in zip(lines, heights) {
      for (place, tile) in line.enumerated() {
        let left = place * (width + Self.gap)
        for (column, cell) in tile.label.prefix(width).enumerated() where column + Int(cell.width) <= width {
          sheet[left + column, top] = cell
        }
        for row in 0..<tile.cells.rows {
          for column in 0..<tile.cells.columns { sheet[left + column, top + 1 + row] = tile.cells[column, row] }
        }
      }
      top += height + 1
    }
    cells = sheet
  }
}
