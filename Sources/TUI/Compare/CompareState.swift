/// Settings side by side, and two images against one another.
public struct CompareState: Sendable {
  public private(set) var table: PlanTable?
  public private(set) var ab: ABComparison?
  /// What was marked as A.
  public private(set) var sideA: ABComparison.Side?

  mutating func open(_ table: PlanTable) { self.table = table }

  mutating func move(rows: Int, columns: Int) { table?.move(rows: rows, columns: columns) }

  /// Another image in the cells: of a comparison the next of the generated supports, of a grid images or predictions.
  mutating func nextImage(of supports: Int) {
    guard let table else { return }
    if table.kind == .conditions {
      self.table?.number = (table.number + 1) % supports
    } else {
      self.table?.aspect = table.aspect == .generated ? .prediction : .generated
    }
  }

  mutating func mark(_ side: ABComparison.Side?) { sideA = side }

  /// Sets an image against the one marked as A; false where none is marked.
  mutating func open(against side: ABComparison.Side) -> Bool {
    guard let sideA else { return false }
    ab = ABComparison(a: sideA, b: side)
    return true
  }

  /// Puts the border of a split at a fraction of its width; `image` is a fresh image's number.
  mutating func split(at x: Double, image: Int, _ look: Look) {
    ab?.split = min(16, max(0, Int((x * 16).rounded())))
    ab?.compose(id: image, look: look)
  }

  /// Does what a key of the duel means; `image` is a fresh image's number.
  mutating func change(_ action: Action.ID, now: Double, image: Int, _ look: Look) {
    guard var ab else { return }
    switch action {
    case .duelMode: ab.mode = ab.mode.next
    case .flip: ab.flip(at: now)
    case .shiftLeft: ab.split = max(0, ab.split - 1)
    case .shiftRight: ab.split = min(16, ab.split + 1)
    default: break
    }
    ab.compose(id: image, look: look)
    self.ab = ab
  }

  /// Forgets the data set's images.
  mutating func close() { (table, ab, sideA) = (nil, nil, nil) }
}
