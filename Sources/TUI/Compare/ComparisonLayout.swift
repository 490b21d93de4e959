/// How conditions side by side share the screen: a column each, in it the furthest image that there is large, what leads to it small, a line
/// for what has no image in any column.
struct ComparisonLayout {
  /// Columns in sight, and the extent of each with its heading.
  let columns: Int
  let column: Size
  /// Places in a column, title rows included, below its heading.
  let places: [(aspect: TableAspect, rect: Rect)]
  /// At the lower end of a column.
  let lines: [TableAspect]

  /// Cells for the title over a place: up to the next one beside it, as titles are longer than small images are wide.
  func titleWidth(of place: Rect) -> Int {
    let next = places.map(\.rect).filter { $0.y <= place.y && $0.maxY > place.y && $0.x > place.x }.map(\.x).min()
    return max(1, (next.map { $0 - 1 } ?? column.width) - place.x)
  }

  /// Cells of an image of which there is something to be seen, about 11x5.
  private static let leastArea = 60

  private static func area(_ rect: Rect) -> Int { rect.width * (rect.height - 1) }

  /// Rows from which text has lines of its own.
  private static let leastRows = 8

  /// - Parameters:
  ///   - count: columns that there are.
  ///   - pictured: aspects that have an image in some column.
  ///   - cursor: the aspect that has to be in sight.
  ///   - shape: of an aspect's images, in columns that a row asks for.
  init(_ count: Int, pictured: Set<TableAspect>, cursor: TableAspect, in room: Size, shape: (TableAspect) -> Double) {
    let hasLines = room.height >= Self.leastRows && !pictured.isEmpty
    let shown = TableAspect.allCases.filter { !hasLines || pictured.contains($0) }
    let all = Array(shown.suffix(1)) + Array(shown.dropLast())
    lines = TableAspect.allCases.filter { !shown.contains($0) }
    var columns = max(1, count) + 1, column = room, layout: ImageLayout
    // Fewer columns where there is no room for all of each.
    repeat {
      columns -= 1
      column = Size(width: max(1, (room.width - columns + 1) / columns), height: room.height)
      layout = ImageLayout(
        large: all.prefix(1).map(shape), strip: all.dropFirst().map(shape), lead: shown.firstIndex(of: cursor) ?? 0,
        cursor: all.firstIndex(of: cursor) ?? 0, isWhole: true,
        in: Size(width: column.width, height: max(1, room.height - 1 - lines.count)))
    } while columns > 1 && (layout.places.count < all.count || layout.places.contains { Self.area($0.rect) < Self.leastArea })
    (self.columns, self.column) = (columns, column)
    places = layout.places.map { place in
      (all[place.index], Rect(x: place.rect.x, y: place.rect.y + 1, width: place.rect.width, height: place.rect.height))
    }
  }
}
