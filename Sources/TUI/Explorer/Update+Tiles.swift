/// The cursor among the tiles.
extension ExplorerState {
  /// To a tile further on or back as they are read.
  mutating func moveTile(_ steps: Int) {
    let order = board(in: Layout(self).tileArea).order
    guard let place = order.firstIndex(of: selectedTile) else { return }
    select(order[min(order.count - 1, max(0, place + max(-order.count, min(order.count, steps))))])
  }

  /// To the tile above or below.
  mutating func moveTile(below: Bool) { select(board(in: Layout(self).tileArea).neighbour(of: selectedTile, below: below)) }

  private mutating func select(_ tile: Tile) { if let number = tiles.firstIndex(of: tile) { images.select(tile: number) } }
}
