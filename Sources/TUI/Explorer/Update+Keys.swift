import Pipeline

extension ExplorerState {
  /// What a key press does: the dialog's business when there is one, otherwise the action table's.
  mutating func press(_ key: Key) -> [Effect] {
    if let dialog { return answer(dialog, key) }
    guard let action = Action.meant(by: key, in: focus) else { return [] }
    return run(action, key)
  }

  /// Does an action, or says why it cannot be done now. `key` is the one pressed, or any of the action's.
  mutating func run(_ action: Action, _ key: Key) -> [Effect] {
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
    case .back: goBack()
    case .filter: dialog = .filter(LineInput(filter.text), before: filter.text)
    case .sort: pickOrder()
    case .mark: toggleMark()
    case .markRange: toggleRange()
    case .unmark: unmark()
    case .fold: return chooseFold(key)
    case .nextFold: return openFold(fold + 1)
    case .previousFold: return openFold(fold - 1)
    case .pickFold: pickFold()
    case .pickClass: pickClass()
    case .pickDataset: pickDataset()
    case .zoom:
      isZoomed.toggle()
      viewport = Viewport()
    case .nearer: zoom(1)
    case .farther: zoom(-1)
    case .nextSupport: support = (shownSupport + 1) % shots
    case .previousSupport: support = (shownSupport + shots - 1) % shots
    case .look: look = look.next
    case .moreOpaque: opacity = min(90, opacity + 10)
    case .lessOpaque: opacity = max(10, opacity - 10)
    case .blocks:
      blocks = blocks.next
      say(Notice(.info, "pictures in \(blocks.title)"))
    case .keep: return judge(.kept)
    case .star: return judge(.starred)
    case .reject: return judge(.rejected)
    case .increase, .nextChoice:
      if settings.field.isText { editField() } else { settings.step(settings.field, by: 1) }
    case .decrease:
      if settings.field.isText { editField() } else { settings.step(settings.field, by: -1) }
    case .edit: set()
    case .type:
      guard settings.choices(settings.field) == nil, case .character(let digit) = key else { break }
      dialog = .entry(settings.field, LineInput(String(digit)), complaint: nil)
    case .nextCondition: settings.step(.setting(.condition), by: 1)
    case .previousCondition: settings.step(.setting(.condition), by: -1)
    case .preset: pickPreset()
    case .generate: return generateChosen()
    case .evaluate: return evaluateChosen()
    case .evaluateFold: askToEvaluate()
    case .compare: openTable(PlanTable(comparing: settings.options, count: settings.supports))
    case .grid: pickGrid()
    case .aspect:
      guard let table else { break }
      if table.kind == .conditions {
        self.table?.number = (table.number + 1) % settings.supports
      } else {
        self.table?.aspect = table.aspect == .generated ? .prediction : .generated
      }
    case .adopt: adopt()
    case .markA: markA()
    case .duel: openDuel()
    case .flip, .duelMode, .shiftLeft, .shiftRight: changeDuel(action)
    case .sortClasses: classOrder = classOrder.next
    case .worst: listWorst()
    case .pickReport: pickReport()
    case .pickReference: pickReference()
    case .cancel: return cancel()
    case .cancelAll: return [.cancelAllJobs] + stopEvaluation()
    case .retry: return retry()
    case .pause: return [.pauseQueue(!isQueuePaused, now: false)]
    case .runNext: return runNext()
    case .moveUp: return reorder(by: -1)
    case .moveDown: return reorder(by: 1)
    case .duplicate: return duplicate()
    case .editJob: return editJob()
    case .markJob: toggleJobMark()
    case .copy: pickCopy()
    case .importOwn: ask(.importImage)
    case .recall: ask(.recall)
    case .exportKept: ask(.exportKept)
    case .report: ask(.report)
    case .help: dialog = .commands(CommandList(.help))
    case .palette: dialog = .commands(CommandList(.palette))
    case .messages: dialog = .messages(top: 0)
    case .maximise: isMaximised.toggle()
    case .theme: pickTheme()
    case .mouse:
      usesMouse.toggle()
      say(Notice(.info, usesMouse ? "the mouse is taken; M leaves it to the terminal" : "the mouse is the terminal's"))
      return [.useMouse(usesMouse)]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return leave(status: 0)
    case .interrupt: return leave(status: 130)
    }
    return []
  }

  private mutating func ask(_ purpose: TextPurpose) { dialog = .text(purpose, LineInput(purpose.proposal)) }

  /// Asks for a value; of two there is only the other one.
  private mutating func set() {
    guard let choices = settings.choices(settings.field) else { return editField() }
    if choices.count > 2 { pickValue() } else { settings.step(settings.field, by: 1) }
  }

  private mutating func editField() { dialog = .entry(settings.field, LineInput(settings.value(settings.field)), complaint: nil) }

  // MARK: Moving

  mutating func focus(on panel: Panel) {
    focus = panel
    if panel == .classes { showsClasses = true }
    if panel == .pictures { showsClasses = false }
  }

  /// One step out of whatever is in.
  private mutating func goBack() {
    switch focus {
    case .duel: focus(on: .pictures)
    case .table: focus(on: .episodes)
    case .pictures where isZoomed:
      isZoomed = false
      viewport = Viewport()
    case .episodes where anchor != nil: anchor = nil
    case .episodes where !filter.isEmpty || classFilter != nil:
      (filter, classFilter) = (EpisodeFilter(), nil)
      listEpisodes(keeping: selected)
    default:
      isMaximised = false
      focus(on: .episodes)
    }
  }

  private mutating func move(rows: Int) {
    switch focus {
    case .episodes, .queue, .classes, .settings: moveCursor(of: focus, rows)
    case .pictures:
      if isZoomed, viewport != Viewport() { return pan(columns: 0, rows: rows) }
      let columns = TileGrid(self, in: Layout(self).tileArea).columns
      moveTile(isZoomed ? rows.signum() : max(-tiles.count, min(tiles.count, rows)) * columns, staysInColumn: !isZoomed)
    case .table: table?.move(rows: rows.signum(), columns: 0)
    case .duel: break
    }
  }

  private mutating func move(columns: Int) {
    if focus == .table { table?.move(rows: 0, columns: columns) }
    guard focus == .pictures else { return }
    if isZoomed, viewport != Viewport() { pan(columns: columns, rows: 0) } else { moveTile(columns, staysInColumn: false) }
  }

  private mutating func moveTile(_ steps: Int, staysInColumn: Bool) {
    let last = tiles.count - 1
    let target = min(tile, last) + steps
    // Down from the last full row ends on the last tile; up from the first row stays.
    tile = staysInColumn && target < 0 ? min(tile, last) : min(last, max(0, target))
  }

  private mutating func zoom(_ steps: Int) {
    guard let image = TileContent(selectedTile, self).picture?.image else { return }
    if !isZoomed { (isZoomed, viewport) = (true, Viewport()) }
    viewport.zoom(steps, width: image.width)
  }

  private mutating func pan(columns: Int, rows: Int) {
    guard let image = TileContent(selectedTile, self).picture?.image else { return }
    viewport.pan(columns: columns, rows: max(-16, min(16, rows)), width: image.width, height: image.height)
  }

  private mutating func select() -> [Effect] {
    guard focus == .queue else {
      focus(on: .pictures)
      return []
    }
    guard case .job(let job)? = selectedQueueRow else { return [] }
    // Its episode, where it is listed; the cursor moves to its pictures.
    guard let row = listed.firstIndex(where: {
      episodes[$0].classIndex == job.request.source.classIndex && episodes[$0].supports.contains { $0.id == job.request.source.item }
    }) else {
      say(Notice(.info, "its episode is not in this list; look in another fold or show all classes"))
      return []
    }
    cursor = ListCursor(row)
    focus(on: .pictures)
    return []
  }

  private mutating func leave(status: Int32) -> [Effect] {
    guard isBusy else { return [.quit(status: status)] }
    dialog = .confirm(.quit(status: status))
    return []
  }
}
