import Pipeline

extension ExplorerState {
  /// What a key press does: the dialog's business when there is one, otherwise the action table's.
  mutating func press(_ key: Key) -> [Effect] {
    if let dialog { return answer(dialog, key) }
    guard let action = Action.meant(by: key, in: focus) else { return [] }
    if let obstacle = action.obstacle(self) {
      say(Notice(.warning, "\(action.title): \(obstacle)"))
      return []
    }
    return perform(action.id, key)
  }

  private mutating func perform(_ action: Action.ID, _ key: Key) -> [Effect] {
    switch action {
    case .down: move(rows: 1)
    case .up: move(rows: -1)
    case .left: move(columns: -1)
    case .right: move(columns: 1)
    case .pageDown: move(rows: 10)
    case .pageUp: move(rows: -10)
    case .first: move(rows: -1_000_000)
    case .last: move(rows: 1_000_000)
    case .nextPanel: focus(on: focus.moved(1))
    case .previousPanel: focus(on: focus.moved(-1))
    case .select: return select()
    case .back:
      if isZoomed { isZoomed = false } else { focus(on: .episodes) }
    case .fold: return chooseFold(key)
    case .nextFold: return openFold(fold + 1)
    case .previousFold: return openFold(fold - 1)
    case .nextClass: nextClass()
    case .zoom: isZoomed.toggle()
    case .look: look = look.next
    case .blocks:
      blocks = blocks.next
      say(Notice(.info, "pictures in \(blocks.title)"))
    case .increase, .nextChoice: settings.step(settings.field, by: 1)
    case .decrease: settings.step(settings.field, by: -1)
    case .edit:
      if settings.field.choices != nil { settings.step(settings.field, by: 1) } else {
        dialog = .entry(settings.field, text: settings.value(settings.field), complaint: nil)
      }
    case .type:
      guard settings.field.choices == nil, case .character(let digit) = key else { break }
      dialog = .entry(settings.field, text: String(digit), complaint: nil)
    case .nextCondition: settings.step(.condition, by: 1)
    case .previousCondition: settings.step(.condition, by: -1)
    case .generate: return selected.map { [.generate($0, plan)] } ?? []
    case .evaluate: return evaluateSelected()
    case .evaluateFold: askToEvaluate()
    case .cancel: return cancel()
    case .cancelAll: return [.cancelAllJobs] + stopEvaluation()
    case .retry:
      failures = [:]
      openFailure = nil
      if catalog != nil, episodes.isEmpty { return openFold(fold) }
    case .help: dialog = .help(top: 0)
    case .messages: dialog = .messages(top: 0)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return leave(status: 0)
    case .interrupt: return leave(status: 130)
    }
    return []
  }

  // MARK: Moving

  mutating func focus(on panel: Panel) {
    focus = panel
    if panel == .classes { showsClasses = true }
    if panel == .pictures { showsClasses = false }
  }

  private mutating func move(rows: Int) {
    switch focus {
    case .episodes:
      let before = cursor
      cursor.move(rows, count: listed.count)
      if cursor != before { isZoomed = false }
    case .queue: queueCursor.move(rows, count: queueRows.count)
    case .classes: classCursor.move(rows, count: reports[fold]?.baseline.classes.count ?? 0)
    case .settings: settings.move(rows)
    case .pictures:
      let columns = TileGrid(self, in: Layout(self).tileArea).columns
      moveTile(isZoomed ? rows.signum() : max(-tiles.count, min(tiles.count, rows)) * columns, staysInColumn: !isZoomed)
    }
  }

  private mutating func move(columns: Int) {
    if focus == .pictures { moveTile(columns, staysInColumn: false) }
  }

  private mutating func moveTile(_ steps: Int, staysInColumn: Bool) {
    let last = tiles.count - 1
    let target = min(tile, last) + steps
    // Down from the last full row ends on the last tile; up from the first row stays.
    tile = staysInColumn && target < 0 ? min(tile, last) : min(last, max(0, target))
  }

  private mutating func select() -> [Effect] {
    switch focus {
    case .queue:
      guard case .job(let job)? = queueRows[safe: queueCursor.index] else { return [] }
      reveal { $0.classIndex == job.request.source.classIndex && $0.supports.first?.id == job.request.source.item }
    case .classes:
      guard let score = reports[fold]?.baseline.classes[safe: classCursor.index] else { return [] }
      classFilter = score.classIndex
      listEpisodes()
      focus(on: .episodes)
    default: focus(on: .pictures)
    }
    return []
  }

  /// Moves the cursor to the first listed episode that fits and shows its pictures.
  private mutating func reveal(where fits: (Episode) -> Bool) {
    guard let row = listed.firstIndex(where: { fits(episodes[$0]) }) else {
      say(Notice(.info, "its episode is not in this list; look in another fold or show all classes"))
      return
    }
    cursor = ListCursor(row)
    focus(on: .pictures)
  }

  private mutating func chooseFold(_ key: Key) -> [Effect] {
    guard let catalog, case .character(let digit) = key, let number = digit.wholeNumberValue else { return [] }
    guard catalog.folds.indices.contains(number) else {
      say(Notice(.warning, "fold: \(catalog.name) has folds 0 to \(catalog.folds.count - 1)"))
      return []
    }
    return number == fold ? [] : openFold(number)
  }

  private mutating func nextClass() {
    let choices = (catalog?.folds[safe: fold] ?? []).filter { index in episodes.contains { $0.classIndex == index } }
    guard let current = classFilter, let place = choices.firstIndex(of: current) else {
      classFilter = choices.first
      return listEpisodes()
    }
    classFilter = choices[safe: place + 1]
    listEpisodes()
  }

  // MARK: Work

  private mutating func evaluateSelected() -> [Effect] {
    guard let episode = selected, let board = shelf[episode] else { return [] }
    var effects: [Effect] = board.baseline == nil ? [.predict(episode, nil)] : []
    if board.isComplete(plan) {
      if board.augmented[plan] == nil { effects.append(.predict(episode, plan)) }
      if effects.isEmpty { say(Notice(.info, "this episode is evaluated with these settings")) }
    } else {
      awaitingSupports[episode] = plan
      effects.append(.generate(episode, plan))
    }
    return effects
  }

  private mutating func askToEvaluate() {
    dialog = .confirm(.evaluate(EvaluationPlan(
      fold: fold, auxiliaryShots: settings.supports, options: settings.options, episodes: settings.episodes)))
  }

  private mutating func cancel() -> [Effect] {
    if focus == .queue {
      switch queueRows[safe: queueCursor.index] {
      case .evaluation: return stopEvaluation()
      case .job(let job): return [.cancelJob(job.id)]
      case nil: return []
      }
    }
    if let job = queue.running { return [.cancelJob(job.id)] }
    if evaluation != nil { return stopEvaluation() }
    return queue.jobs.first { !$0.state.isFinal }.map { [.cancelJob($0.id)] } ?? []
  }

  private mutating func stopEvaluation() -> [Effect] {
    guard evaluation != nil else { return [] }
    evaluation?.isStopping = true
    return [.stopEvaluation]
  }

  private mutating func leave(status: Int32) -> [Effect] {
    guard isBusy else { return [.quit(status: status)] }
    dialog = .confirm(.quit(status: status))
    return []
  }
}
