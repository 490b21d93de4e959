/// Two images against one another.
extension ScreenRenderer {
  /// What the mode makes of both, and where they leave it large both of them beside it.
  mutating func renderAB(_ rect: Rect) {
    guard let ab = state.compare.ab else {
      _ = panel(.ab, rect)
      return
    }
    let inside = rect.inset(1, 1), shown = ab.shown(at: state.screen.now)
    let places = duel(ab, shown, in: Size(width: inside.width, height: inside.height)), hasSides = places.count == 3
    let names = hasSides ? [] : ["A \(ab.a.title)", "B \(ab.b.title)"]
    _ = panel(.ab, rect, title: "A against B: \(ab.mode.title)", note: (names + [ab.verdict].compactMap { $0 }).joined(separator: ", "))
    guard !inside.isEmpty else { return }
    func place(_ rect: Rect) -> Rect {
      Rect(x: inside.x + rect.x, y: inside.y + rect.y, width: rect.width, height: rect.height).clipped(to: inside)
    }
    if hasSides {
      for (number, side) in [("A", ab.a), ("B", ab.b)].enumerated() {
        let (head, body) = place(places[number]).splitTop(1), isShown = ab.mode == .flicker && side.1.image.id == shown.id
        frame.text("\(side.0): \(side.1.title)", in: head, style: isShown ? theme.focusedTitle : theme.strong)
        render(side.1.image, .side(number), in: body)
      }
    }
    guard let (head, body) = places.last.map({ place($0).splitTop(1) }) else { return }
    let line = Rect(x: head.x, y: head.y, width: inside.maxX - head.x, height: head.height)
    frame.text(ab.title(at: state.screen.now, isShort: hasSides), in: line, style: theme.strong)
    render(shown, .ab, in: body)
  }

  /// The places of A, of B and of what is shown of them, or of that alone, title rows included.
  private func duel(_ ab: ABComparison, _ shown: ScreenImage, in room: Size) -> [Rect] {
    let shapes = [ab.a.image, ab.b.image, shown].map {
      ImageLayout.shape(width: $0.image.width, height: $0.image.height, cellAspect: capabilities.cellAspect)
    }
    let alone = ImageLayout(large: [shapes[2]], in: room).places.map(\.rect), all = ImageLayout(large: shapes, in: room).places.map(\.rect)
    guard all.count == 3, let own = alone.first, all[2].height * 4 >= own.height * 3, all[0].height < all[2].height else { return alone }
    return all
  }
}
