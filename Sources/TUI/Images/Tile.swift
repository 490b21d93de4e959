/// One image of the images panel.
public enum Tile: Hashable, Sendable {
  case support, condition, query, baseline, augmented
  /// A generated support, counted from 0.
  case generated(Int)
  /// What the running evaluation generates for another episode.
  case evaluated
  /// A cell of the settings side by side.
  case table(row: Int, column: Int)
  /// The cell of a grid that is under the cursor, large.
  case cell
  /// The image of a duel, and the two that it is made of, A first.
  case ab, side(Int)

  public var isGenerated: Bool { if case .generated = self { true } else { false } }
  var isSide: Bool { if case .side = self { true } else { false } }
}
