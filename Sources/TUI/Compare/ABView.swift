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
    render(ab, in: place(Self.rest(of: Size(width: inside.width, height: inside.height), beside: places)))
  }

  /// What the images leave of the room: to the right of all, or below those that are beside each other.
  private static func rest(of room: Size, beside places: [Rect]) -> Rect {
    let right = (places.map(\.maxX).max() ?? 0) + 2, beside = Rect(x: right, y: 0, width: room.width - right, height: room.height)
    guard beside.width < leastWidth, places.count == 3, places[0].y == places[1].y else { return beside }
    return Rect(x: 1, y: places[0].maxY + 1, width: places[2].x - 2, height: room.height - places[0].maxY - 1)
  }

  /// Columns from which facts can be read.
  private static let leastWidth = 14

  /// How the two differ in figures, and what the colours of predictions mean.
  private mutating func render(_ ab: ABComparison, in rect: Rect) {
    guard rect.width >= Self.leastWidth else { return }
    let lines = ab.facts.flatMap { facts in
      [(facts.title, "", theme.strong)] + facts.rows.map { ($0.name, $0.value, theme.text) }
    }
    var legend: [[(String, Style)]] = []
    if case .comparison = ab.a.image.marks { legend = legendPieces }
    // In two columns where one is too short.
    let columns = lines.count + 1 + legend.count > rect.height && rect.width >= 2 * Self.leastWidth + 2 ? 2 : 1
    let width = min(24, rect.width / columns - 1), first = columns == 1 ? lines.count : (ab.facts.first?.rows.count ?? 0) + 1
    for (place, line) in lines.enumerated() {
      let column = place < first ? 0 : 1, row = rect.row(place - column * first)
      let own = Rect(x: rect.x + column * (width + 2), y: row.y, width: width, height: row.height)
      frame.text(line.0, in: own, column: line.1.isEmpty ? 0 : 1, style: line.2)
      frame.textRight(line.1, in: own, style: line.2)
    }
    for (place, spans) in legend.enumerated() { frame.spans(spans, in: rect.row(min(first, lines.count) + 1 + place)) }
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
