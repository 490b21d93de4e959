/// Settings side by side, and two images against one another.
package struct CompareState: Sendable {
  package private(set) var table: PlanTable?
  package private(set) var duel: Duel?
  /// What was marked as A.
  package private(set) var sideA: Duel.Side?

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

  mutating func mark(_ side: Duel.Side?) { sideA = side }

  /// Sets an image against the one marked as A; false where none is marked.
  mutating func open(against side: Duel.Side) -> Bool {
    guard let sideA else { return false }
    duel = Duel(a: sideA, b: side)
    return true
  }

  /// Puts the border of a split at a fraction of its width; `image` is a fresh image's number.
  mutating func split(at x: Double, image: Int, _ look: Look) {
    duel?.split = min(16, max(0, Int((x * 16).rounded())))
    duel?.compose(id: image, look: look)
  }

  /// Does what a key of the duel means; `image` is a fresh image's number.
  mutating func change(_ action: Action.ID, now: Double, image: Int, _ look: Look) {
    guard var duel else { return }
    switch action {
    case .duelMode: duel.mode = duel.mode.next
    case .flip: duel.flip(at: now)
    case .shiftLeft: duel.split = max(0, duel.split - 1)
    case .shiftRight: duel.split = min(16, duel.split + 1)
    default: break
    }
    duel.compose(id: image, look: look)
    self.duel = duel
  }

  /// Forgets the data set's images.
  mutating func close() { (table, duel, sideA) = (nil, nil, nil) }
}
