import Render

extension CellGrid {
  /// Bytes that bring a screen here from the grid before, of the same size: the cursor to each run of changed cells, and these. Without one
  /// all cells are sent.
  public func bytes(after old: CellGrid?) -> Int {
    guard let old else { return ansi.utf8.count }
    var bytes = 0
    for row in 0..<rows {
      var column = 0
      while column < columns {
        guard old[column, row] != self[column, row] else {
          column += 1
          continue
        }
        var end = column
        while end < columns, old[end, row] != self[end, row] { end += 1 }
        let run = CellGrid(columns: end - column, rows: 1, cells: (column..<end).map { self[$0, row] })
        bytes += "\u{1B}[\(row + 1);\(column + 1)H".utf8.count + run.ansi.utf8.count - 1
        column = end
      }
    }
    return bytes
  }
}
