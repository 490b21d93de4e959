extension ExplorerState {
  /// What a key press does: the dialog's business when there is one, otherwise the action table's.
  mutating func press(_ key: Key) -> [Effect] {
    screen.dropCard()
    if dialogs.current != nil { return answer(key) }
    guard let action = Action.meant(by: key, in: screen.focus) else { return [] }
    return run(action, key)
  }

  /// Does an action, or says why it cannot be done now. `key` is the one pressed, or any of the action's.
  mutating func run(_ action: Action, _ key: Key) -> [Effect] {
    if let obstacle = action.obstacle(self) {
      say(Notice(.warning, "\(action.title): \(obstacle)"), about: screen.focus)
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
    case .nextPanel: screen.focus(on: screen.focus.moved(1))
    case .previousPanel: screen.focus(on: screen.focus.moved(-1))
    case .select: select()
    case .back: goBack()

    case .filter: dialogs.open(.filter(LineInput(browse.filter.text), before: browse.filter.text))
    case .sort: dialogs.open(.picker(orders))
    case .mark:
      browse.toggleMark()
      moveCursor(of: .episodes, 1)
    case .markRange: browse.toggleRange()
    case .unmark:
      switch screen.focus {
      case .queue: queue.unmark()
      case .runs: evaluation.changeRuns { $0.unmark() }
      default: browse.unmark()
      }
    case .fold: return chooseFold(key)
    case .nextFold: return openFold(browse.fold + 1)
    case .previousFold: return openFold(browse.fold - 1)
    case .pickFold: folds.map { dialogs.open(.picker($0)) }
    case .pickClass: classes.map { dialogs.open(.picker($0)) }
    case .pickDataset: dialogs.open(.picker(datasets))
    case .importOwn: ask(.importImage)
    case .ownImages: return begin(.listImports)
    case .undoImport: return browse.undoImport().map { begin(.undoImport($0)) } ?? []

    case .zoom: images.toggleZoom()
    case .nearer: zoom(1)
    case .farther: zoom(-1)
    case .nextSupport: images.show(support: (shownSupport + 1) % browse.shots)
    case .previousSupport: images.show(support: (shownSupport + browse.shots - 1) % browse.shots)
    case .look: images.nextLook()
    case .moreOpaque: images.cover(by: 10)
    case .lessOpaque: images.cover(by: -10)
    case .blocks:
      images.nextSymbols()
      say(Notice(.info, "images in \(images.symbols?.title ?? "what the terminal is known to show best")"), about: .images)
    case .hits: images.toggle(.hits)
    case .falseAlarms: images.toggle(.falseAlarms)
    case .misses: images.toggle(.misses)
    case .border: images.toggleBorder()
    case .dim: images.toggleSurroundings()
    case .sortSupports: images.toggleOrder()
    case .rejectWorst: return rejectWorst()
    case .undoRating: return undoVerdict()
    case .keep: return rate(.kept)
    case .star: return rate(.starred)
    case .reject: return rate(.rejected)

    case .increase, .nextChoice: if settings.field.isText { type(nil) } else { settings.step(settings.field, by: 1) }
    case .decrease: if settings.field.isText { type(nil) } else { settings.step(settings.field, by: -1) }
    case .edit: edit()
    case .type: if settings.choices(settings.field) == nil, case .character(let digit) = key { type(String(digit)) }
    case .nextCondition: settings.stepCondition(by: 1)
    case .previousCondition: settings.stepCondition(by: -1)
    case .preset: dialogs.open(.picker(presets))

    case .generate: return generateChosen()
    case .evaluate: return evaluateChosen()
    case .evaluateFold: askToEvaluate()
    case .sortClasses: evaluation.nextOrder()
    case .worst: listWorst()
    case .pickReport:
      screen.focus(on: .runs)
      // Other programs may have evaluated since.
      return [.loadReports]
    case .showRun: return showRun()
    case .forgetRun: if let unfinished = selectedUnfinished { dialogs.open(.confirm(.forget(unfinished))) }
    case .markRun: markRun()
    case .sortRuns: evaluation.changeRuns { $0.nextOrder() }
    case .compareRuns: return compareRuns()
    case .pickReference: dialogs.open(.picker(references))

    case .compare: open(PlanTable(comparing: settings.options, count: settings.supports))
    case .grid: dialogs.open(.picker(grids))
    case .aspect: compare.nextImage(of: settings.supports)
    case .adopt: adopt()
    case .markA: markA()
    case .ab: openDuel()
    case .flip, .duelMode, .shiftLeft, .shiftRight:
      if compare.ab != nil { compare.change(action, now: screen.now, image: images.newImage(), images.look) }

    case .cancel: return cancel()
    case .cancelAll: return [.cancelAllJobs] + evaluation.stop()
    case .retry: return retry()
    case .pause: return [.pauseQueue(!queue.isPaused, now: false)]
    case .runNext: return queue.runNext(chosenJobs)
    case .moveUp: return reorder(by: -1)
    case .moveDown: return reorder(by: 1)
    case .duplicate: return queue.duplicate(chosenJobs)
    case .editJob: return chosenJobs.first.map(queue.edit) ?? []
    case .markJob:
      guard case .job(let job)? = selectedQueueRow else { break }
      queue.toggleMark(job)
      moveCursor(of: .queue, 1)

    case .cluster:
      dialogs.openCluster(at: screen.now)
      return [.loadClusterRuns]

    case .copy: dialogs.open(.picker(copies))
    case .recall: ask(.recall)
    case .exportKept: ask(.exportKept)
    case .report: ask(.report)

    case .help: dialogs.open(.commands(CommandList(.help)))
    case .palette: dialogs.open(.commands(CommandList(.palette)))
    case .messages: dialogs.open(.messages(top: 0))
    case .maximise: screen.toggleMaximised()
    case .theme: dialogs.open(.picker(themes))
    case .mouse:
      screen.toggleMouse()
      say(Notice(.info, screen.usesMouse ? "the mouse is taken; M leaves it to the terminal" : "the mouse is the terminal's"))
      return [.useMouse(screen.usesMouse)]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return leave(status: 0)
    case .interrupt: return leave(status: 130)
    }
    return []
  }

  private mutating func ask(_ purpose: TextPurpose) { dialogs.open(.text(purpose, LineInput(purpose.proposal))) }

  /// Asks for the value of the setting under the cursor, which begins with `text` or is the present one.
  private mutating func type(_ text: String?) {
    dialogs.open(.entry(settings.field, LineInput(text ?? settings.value(settings.field)), complaint: nil))
  }

  /// Asks for a value; of two there is only the other one.
  private mutating func edit() {
    guard let choices = settings.choices(settings.field) else { return type(nil) }
    if choices.count > 2 { dialogs.open(.picker(values(choices))) } else { settings.step(settings.field, by: 1) }
  }

  private mutating func chooseFold(_ key: Key) -> [Effect] {
    guard let catalog = browse.catalog, case .character(let digit) = key, let number = digit.wholeNumberValue else { return [] }
    guard catalog.folds.indices.contains(number) else {
      say(Notice(.warning, "fold: \(catalog.name) has folds 0 to \(catalog.folds.count - 1)"))
      return []
    }
    return number == browse.fold ? [] : openFold(number)
  }

  mutating func leave(status: Int32) -> [Effect] {
    guard isBusy else { return [.quit(status: status)] }
    dialogs.open(.confirm(.quit(status: status)))
    return []
  }

  // MARK: Moving

  /// One step out of whatever is in.
  private mutating func goBack() {
    switch screen.focus {
    case .ab: screen.focus(on: .images)
    case .table, .runs: screen.focus(on: .episodes)
    case .images where images.isZoomed: images.endZoom()
    case .episodes where browse.anchor != nil: browse.dropRange()
    case .episodes where !browse.filter.isEmpty || browse.classFilter != nil:
      browse.dropFilter()
      listEpisodes(keeping: selected)
    default: screen.goHome()
    }
  }

  private mutating func select() {
    guard screen.focus == .queue else { return screen.focus(on: .images) }
    switch selectedQueueRow {
    case .job(let job): showEpisode(of: job)
    case .finished: queue.toggleFinished()
    case .evaluation, nil: break
    }
  }

  private mutating func move(rows: Int) {
    switch screen.focus {
    case .episodes, .queue, .classes, .settings, .runs: moveCursor(of: screen.focus, rows)
    case .images:
      if isPanning { return pan(columns: 0, rows: rows) }
      if images.isZoomed { moveTile(rows.signum()) } else if abs(rows) > 1 { moveTile(rows) } else { moveTile(below: rows > 0) }
    case .table: compare.move(rows: rows.signum(), columns: 0)
    case .ab: break
    }
  }

  private mutating func move(columns: Int) {
    if screen.focus == .table { compare.move(rows: 0, columns: columns) }
    guard screen.focus == .images else { return }
    if isPanning { pan(columns: columns, rows: 0) } else { moveTile(columns) }
  }

  /// Whether the cursor keys move the crosshair of a zoomed image.
  private var isPanning: Bool { images.isZoomed && images.viewport != Viewport() }

  /// The image of the tile under the cursor.
  private var lookedAt: ScreenImage? { TileContent(selectedTile, self).image }

  private mutating func zoom(_ steps: Int) {
    if let image = lookedAt { images.zoom(steps, into: image.image) }
  }

  private mutating func pan(columns: Int, rows: Int) {
    if let image = lookedAt { images.pan(columns: columns, rows: rows, over: image.image) }
  }
}
