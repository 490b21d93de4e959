import Pipeline

/// Settings side by side, and two pictures against one another.
extension ExplorerState {
  mutating func openTable(_ table: PlanTable) {
    self.table = table
    focus(on: .table)
  }

  mutating func pickGrid() {
    let axes = GridAxis.all
    let pairs = axes.indices.flatMap { row in axes.indices.dropFirst(row + 1).map { (axes[row], axes[$0]) } }
    // The usual ones first.
    let usual = pairs.sorted { left, right in rank(left) < rank(right) }
    dialog = .picker(Picker("Grid over two settings", usual.map { rows, columns in
      let counts = (rows.values(settings.options).count, columns.values(settings.options).count)
      return Choice("\(rows.title) x \(columns.title)", "\(counts.0) x \(counts.1) pictures\(time(counts.0 * counts.1, rows, columns))", .grid(rows, columns))
    }))
  }

  private func rank(_ pair: (GridAxis, GridAxis)) -> Int {
    switch (pair.0.id, pair.1.id) {
    case (.steps, .guidance): 0
    case (.condition, .controlScale): 1
    case (.condition, .seed): 2
    default: 3
    }
  }

  /// How long the pictures of a grid take at the present pace.
  private func time(_ count: Int, _ rows: GridAxis, _ columns: GridAxis) -> String {
    guard let rate = queue.secondsPerStep else { return "" }
    let steps = PlanTable(rows, columns, options: settings.options).cells.reduce(0) { $0 + $1.plan.options.steps }
    return ", at most \(WorkQueue.clock(rate * Double(steps)))"
  }

  /// Takes the settings of the cell under the cursor over.
  mutating func adopt() {
    guard let cell = table?.selected else { return }
    settings.options = cell.plan.options
    say(Notice(.info, "settings taken over: \(cell.title)"))
    focus(on: .pictures)
  }

  /// Queues what is missing in a table, one effect a cell; what is stored or queued already is not queued again.
  func generate(_ table: PlanTable) -> [Effect] {
    guard let episode = selected else { return [] }
    return table.cells.filter { shelf[episode]?.isComplete($0.plan) != true }.map { .generate(episode, $0.plan) }
  }

  /// Segments with every cell's supports, and queues those that are missing first.
  mutating func evaluate(_ table: PlanTable) -> [Effect] {
    guard let episode = selected, let board = shelf[episode] else { return [] }
    var effects: [Effect] = board.baseline == nil ? [predict(episode, nil)] : []
    for cell in table.cells where prediction(episode, cell.plan) == nil {
      if board.isComplete(cell.plan) {
        effects.append(predict(episode, cell.plan))
      } else {
        awaitingSupports[episode, default: []].insert(cell.plan)
        effects.append(.generate(episode, cell.plan))
      }
    }
    return effects
  }

  // MARK: A against B

  private var side: Duel.Side? {
    let content = TileContent(selectedTile, self)
    return content.picture.map { Duel.Side(title: content.title, picture: $0) }
  }

  mutating func markA() {
    sideA = side
    say(Notice(.info, "A is \(sideA?.title ?? ""); B on another tile compares"))
  }

  mutating func openDuel() {
    guard let sideA, let side else { return }
    duel = Duel(a: sideA, b: side)
    focus(on: .duel)
  }

  /// Puts the border of a split at a fraction of its width.
  mutating func splitDuel(at x: Double) {
    guard var duel else { return }
    duel.split = min(16, max(0, Int((x * 16).rounded())))
    duel.compose(id: newPicture(), look: look)
    self.duel = duel
  }

  mutating func changeDuel(_ action: Action.ID) {
    guard var duel else { return }
    switch action {
    case .duelMode: duel.mode = duel.mode.next
    case .flip:
      // From what is seen at the moment.
      duel.showsB = duel.isRunning ? duel.shown(at: now).id != duel.b.picture.id : !duel.showsB
      duel.isRunning = false
    case .shiftLeft: duel.split = max(0, duel.split - 1)
    case .shiftRight: duel.split = min(16, duel.split + 1)
    default: break
    }
    duel.compose(id: newPicture(), look: look)
    self.duel = duel
  }
}
