/// Settings side by side, and two images against one another.
extension ExplorerState {
  mutating func open(_ table: PlanTable) {
    compare.open(table)
    screen.focus(on: .table)
  }

  /// Takes the settings of the cell under the cursor over.
  mutating func adopt() {
    guard let cell = compare.table?.selected else { return }
    settings.take(cell.plan.options, seed: cell.plan.options.seed)
    screen.focus(on: .images)
    say(Notice(.info, "settings taken over: \(cell.title)"), about: .settings)
  }

  /// Queues what is missing in a table, one effect a cell; what is stored or queued already is not queued again.
  func generate(_ table: PlanTable) -> [Effect] {
    guard let episode = selected else { return [] }
    return table.cells.filter { images.boards[episode]?.isComplete($0.plan) != true }.map { .generate(episode, $0.plan) }
  }

  /// Segments with every cell's supports, and queues those that are missing first.
  mutating func evaluate(_ table: PlanTable) -> [Effect] {
    guard let episode = selected, let board = images.boards[episode] else { return [] }
    var effects: [Effect] = board.baseline == nil ? [predict(episode, nil)] : []
    for cell in table.cells where prediction(episode, cell.plan) == nil {
      if board.isComplete(cell.plan) {
        effects.append(predict(episode, cell.plan))
      } else {
        evaluation.wait(episode, for: cell.plan)
        effects.append(.generate(episode, cell.plan))
      }
    }
    return effects
  }

  // MARK: A against B

  private var side: ABComparison.Side? {
    let content = TileContent(selectedTile, self)
    return content.image.map { ABComparison.Side(title: content.title, image: $0) }
  }

  mutating func markA() {
    compare.mark(side)
    say(Notice(.info, "A is \(compare.sideA?.title ?? ""); B on another tile compares"), about: .images)
  }

  mutating func openDuel() {
    if let side, compare.open(against: side) { screen.focus(on: .ab) }
  }
}
