/// What a place on the screen stands for when the mouse points at it.
public enum Target: Hashable, Sendable {
  case panel(Panel)
  /// A row of a panel's list.
  case row(Panel, Int)
  /// A smaller or larger value of the setting under the cursor.
  case step(Int)
  /// An image of the images panel, by its place among the episode's.
  case tile(Int)
  /// The image that fills its panel: where in it counts.
  case image(Panel)
  /// A cell of the settings side by side.
  case cell(row: Int, column: Int)
  case action(Action.ID)
  /// A key that a dialog names.
  case key(Key)
  /// A row of the list that a dialog shows.
  case choice(Int)
  /// A dialog's own place, and all around it.
  case dialog, outside
  case toasts
}

/// A part of the screen that the mouse can point at.
public struct MouseTarget: Hashable, Sendable {
  public let rect: Rect
  public let target: Target
}

/// What the mouse did.
public struct Pointer: Hashable, Sendable {
  public let target: Target
  public let gesture: Gesture
  /// The place in the target, as fractions 0..<1 of its width and height: the middle of the cell.
  public let x: Double
  public let y: Double

  public init(_ gesture: Gesture, at place: MouseTarget, column: Int, row: Int) {
    target = place.target
    self.gesture = gesture
    x = (Double(column - place.rect.x) + 0.5) / Double(max(1, place.rect.width))
    y = (Double(row - place.rect.y) + 0.5) / Double(max(1, place.rect.height))
  }
}

/// What a state looks like: the screen's cells, and what is behind them.
public struct Rendering: Sendable {
  public let frame: Frame
  /// Images that the screen has room for but that are not rendered at this size yet.
  public let wanted: [RenderRequest]
  /// Images shown as cells until they are ready as pixels.
  public let wantedPixels: [PixelRequest]
  /// What the mouse can point at; what is on top comes last.
  public let targets: [MouseTarget]

  /// What the mouse does at a place; nil where there is nothing.
  public func pointer(_ gesture: Gesture, column: Int, row: Int) -> Pointer? {
    targets.last { ($0.rect.x..<$0.rect.maxX).contains(column) && ($0.rect.y..<$0.rect.maxY).contains(row) }
      .map { Pointer(gesture, at: $0, column: column, row: row) }
  }
}
