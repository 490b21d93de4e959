/// One image of the images panel.
public enum Tile: Hashable, Sendable {
  case support, condition, query, baseline, augmented
  /// A generated support, counted from 0.
  case generated(Int)
  /// What the running evaluation generates for another episode.
  case evaluated
  /// A cell of the settings side by side.
  case table(row: Int, column: Int)
  /// The image of a duel.
  case ab

  public var isGenerated: Bool { if case .generated = self { true } else { false } }
}
