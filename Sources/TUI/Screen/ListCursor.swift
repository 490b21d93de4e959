/// A selected row in a list, kept inside it, and which rows are in sight.
public struct ListCursor: Hashable, Sendable {
  public private(set) var index = 0
  /// The first row in sight when the cursor last moved; nil puts the selected one into the middle.
  private var top: Int?

  /// Rows that a move leaves in sight before and behind the selected one.
  private static let margin = 2

  public init(_ index: Int = 0) { self.index = max(0, index) }

  /// Moves by `steps` rows without leaving a list of `count`. The rows in sight, `visible` of them, stay where they can.
  public mutating func move(_ steps: Int, count: Int, visible: Int? = nil) {
    let before = visible.map { first(visible: $0, count: count) }
    index = min(max(0, count - 1), max(0, index &+ min(max(steps, -count), count)))
    top = before.map { Self.scrolled($0, to: index, visible ?? 0, margin: min(Self.margin, max(0, (visible ?? 0) - 1) / 2)) }
  }

  /// Selects a row that is in sight: none of them moves.
  public mutating func point(at row: Int, count: Int, visible: Int?) {
    top = visible.map { first(visible: $0, count: count) }
    index = min(max(0, count - 1), max(0, row))
  }

  /// The first row in sight so that the selected one is.
  public func first(visible: Int, count: Int) -> Int {
    guard visible > 0, count > visible else { return 0 }
    let index = min(index, count - 1)
    return min(count - visible, max(0, top.map { Self.scrolled($0, to: index, visible, margin: 0) } ?? index - visible / 2))
  }

  /// The first row after the least scrolling that shows `index` at least `margin` rows from the edges.
  private static func scrolled(_ top: Int, to index: Int, _ visible: Int, margin: Int) -> Int {
    min(max(top, index - visible + 1 + margin), index - margin)
  }
}
