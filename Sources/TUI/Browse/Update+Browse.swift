import Pipeline

/// Lists of episodes: filter, order, marks, and the pickers of what is listed.
extension ExplorerState {
  /// What an episode is filtered by, as far as it is asked for.
  func facts(_ episode: Episode, _ asked: EpisodeFacts.Kinds) -> EpisodeFacts {
    var facts = EpisodeFacts()
    if asked.contains(.names) {
      facts.className = catalog?.className(episode.classIndex) ?? ""
      facts.names = ([episode.query] + episode.supports).map(\.id).joined(separator: " ")
    }
    if asked.contains(.figures) { facts.score = scores[episode] ?? EpisodeScore() }
    if asked.contains(.marks) { facts.isMarked = marked.contains(episode) }
    if asked.contains(.paintings) {
      let supports = episode.supports.flatMap { painted[SupportName(item: $0.id, classIndex: episode.classIndex)] ?? [] }
      (facts.conditions, facts.verdicts) = (Set(supports.map(\.condition)), Set(supports.compactMap(\.verdict)))
    }
    return facts
  }

  /// Makes the list anew after a change of episodes, filter or order: with the cursor on an episode where it is still listed, else at the top.
  mutating func listEpisodes(keeping kept: Episode? = nil) {
    let asked = filter.asked
    listed = episodes.indices.filter { index in
      (classFilter == nil || episodes[index].classIndex == classFilter) && (filter.isEmpty || filter.accepts(facts(episodes[index], asked)))
    }
    if order != .drawn {
      let keys = listed.map { order.value(scores[episodes[$0]]) ?? .infinity }
      listed = listed.indices.sorted { (keys[$0], listed[$0]) < (keys[$1], listed[$1]) }.map { listed[$0] }
    }
    cursor = ListCursor(kept.flatMap { episode in listed.firstIndex { episodes[$0] == episode } } ?? 0)
    anchor = nil
    if selected != kept { (tile, support, isZoomed, viewport) = (0, 0, false, Viewport()) }
  }

  /// Takes a filter over; a fold that it asks for is opened.
  mutating func take(filter text: String) -> [Effect] {
    let kept = selected
    filter = EpisodeFilter(text)
    if let wanted = filter.fold, wanted != fold, catalog?.folds.indices.contains(wanted) == true { return openFold(wanted) }
    listEpisodes(keeping: kept)
    return []
  }

  // MARK: Marks

  /// Rows of the range that is being drawn.
  package var range: ClosedRange<Int>? { anchor.map { min($0, cursor.index)...max($0, cursor.index) } }

  /// Episodes that an action works on: the marked ones in their order, or the one under the cursor.
  var chosen: [Episode] {
    let inRange = range.map { Set($0.compactMap { listed[safe: $0] }.map { episodes[$0] }) } ?? []
    let all = marked.union(inRange)
    return all.isEmpty ? selected.map { [$0] } ?? [] : episodes.filter(all.contains)
  }

  mutating func toggleMark() {
    guard let episode = selected else { return }
    if marked.remove(episode) == nil { marked.insert(episode) }
    moveCursor(of: .episodes, 1)
  }

  mutating func toggleRange() {
    guard let range else {
      anchor = cursor.index
      return
    }
    for row in range { if let index = listed[safe: row] { marked.insert(episodes[index]) } }
    anchor = nil
  }

  mutating func unmark() {
    if focus == .queue { markedJobs = [] } else { (marked, anchor) = ([], nil) }
  }

  // MARK: Pickers

  mutating func pickOrder() {
    dialog = .picker(Picker(
      scores.isEmpty ? "Order of the episodes" : "Order of the episodes, by \(word(for: run))", EpisodeOrder.allCases.map { Choice($0.title, "", .order($0)) }, at: EpisodeOrder.allCases.firstIndex(of: order) ?? 0))
  }

  mutating func pickFold() {
    guard let catalog else { return }
    let choices = catalog.folds.indices.map { fold in
      Choice("fold \(fold)", catalog.folds[fold].map(catalog.className).joined(separator: ", "), .fold(fold))
    }
    dialog = .picker(Picker("Fold", choices, at: fold))
  }

  mutating func pickClass() {
    guard let catalog, let indices = catalog.folds[safe: fold] else { return }
    let counts = Dictionary(grouping: episodes, by: \.classIndex).mapValues(\.count)
    let classes = indices.map { Choice(catalog.className($0), "\(counts[$0] ?? 0) episodes", .classIndex($0)) }
    dialog = .picker(Picker(
      "Class", [Choice("all classes", "\(episodes.count) episodes", .classIndex(nil))] + classes,
      at: classFilter.flatMap { indices.firstIndex(of: $0) }.map { $0 + 1 } ?? 0))
  }

  /// Of which of the fold's classes an imported mask is.
  mutating func pickImportClass(image: String, mask: String) {
    let classes = (catalog?.folds[safe: fold] ?? []).filter { index in episodes.contains { $0.classIndex == index } }
    dialog = .picker(Picker("Its class", classes.map { index in
      Choice(catalog?.className(index) ?? "", "label \(index)", .importClass(image: image, mask: mask, classIndex: index))
    }))
  }

  mutating func pickDataset() {
    dialog = .picker(Picker(
      "Data set", datasets.map { Choice($0.rawValue, $0.rawValue == datasetName ? "open" : "", .dataset($0)) },
      at: datasets.firstIndex { $0.rawValue == datasetName } ?? 0))
  }

  mutating func pickTheme() {
    dialog = .picker(Picker(
      "Colours of the text", ThemeName.allCases.map { Choice($0.rawValue, $0.detail, .theme($0)) }, at: ThemeName.allCases.firstIndex(of: theme) ?? 0))
  }

  mutating func pickPreset() {
    var choices = Preset.allCases.map { Choice($0.rawValue, $0.detail, .preset($0)) }
    choices += presets.map { Choice($0.name, $0.detail, .ownPreset($0)) }
    choices.append(Choice("keep these settings…", "under a name of yours", .namePreset))
    if !presets.isEmpty { choices.append(Choice("forget a preset…", "", .pickForgotten)) }
    dialog = .picker(Picker("Preset", choices))
  }

  /// The values of the setting under the cursor.
  mutating func pickValue() {
    let field = settings.field, now = settings.value(field)
    guard let values = settings.choices(field) else { return }
    dialog = .picker(Picker(field.title, values.map { value in
      Choice(value, value == SettingsForm.usual ? "the first that fits" : value == now ? "now" : "", .setting(field, value))
    }, at: values.firstIndex(of: now) ?? 0))
  }

  mutating func chooseFold(_ key: Key) -> [Effect] {
    guard let catalog, case .character(let digit) = key, let number = digit.wholeNumberValue else { return [] }
    guard catalog.folds.indices.contains(number) else {
      say(Notice(.warning, "fold: \(catalog.name) has folds 0 to \(catalog.folds.count - 1)"))
      return []
    }
    return number == fold ? [] : openFold(number)
  }

  /// Does what a row of a picker means.
  mutating func choose(_ choice: Choice) -> [Effect] {
    switch choice.meaning {
    case .dataset(let kind): return open(kind)
    case .fold(let number): return number == fold ? [] : openFold(number)
    case .classIndex(let index):
      classFilter = index
      listEpisodes(keeping: selected)
      focus(on: .episodes)
    case .order(let order):
      self.order = order
      listEpisodes(keeping: selected)
    case .importClass(let image, let mask, let index):
      let effect = Effect.importPicture(image: image, mask: mask, classIndex: index)
      failures[effect] = nil
      return [effect]
    case .namePreset: dialog = .text(.presetName, LineInput())
    case .pickForgotten: dialog = .picker(Picker("Forget a preset", presets.map { Choice($0.name, $0.detail, .forgetPreset($0.name)) }))
    case .forgetPreset(let name): return [.forgetPreset(name)]
    case .ownPreset(let preset):
      do {
        try preset.options.validate()
        let seed = settings.options.seed
        settings.options = preset.options
        settings.options.seed = seed
      } catch { say(Notice(error)) }
    case .preset(let preset): preset.apply(to: &settings.options, defaults: settings.defaults)
    case .theme(let name): theme = name
    case .setting(let field, let value): settings.choose(value, in: field)
    case .copy(let text):
      say(Notice(.info, "copied: \(choice.title)"))
      return [.copy(text)]
    case .report(let index):
      guard let report = savedReports[safe: index] else { return [] }
      (reports[report.plan.fold], showsOwn) = (report, false)
      focus(on: .classes)
      return report.plan.fold == fold ? [] : openFold(report.plan.fold)
    case .ownFigures:
      showsOwn = true
      focus(on: .episodes)
    case .reference(let index): reference = index.flatMap { savedReports[safe: $0] }
    case .stop(let kind): return stop(kind)
    case .grid(let rows, let columns): openTable(PlanTable(rows, columns, options: settings.options))
    }
    return []
  }

  /// Opens another data set in place of this one.
  private mutating func open(_ kind: DatasetKind) -> [Effect] {
    guard kind.rawValue != datasetName || catalog == nil else { return [] }
    let fresh = ExplorerState(datasetName: kind.rawValue, fold: 0)
    (datasetName, catalog, fold, episodes, marked, filter, classFilter) = (kind.rawValue, nil, 0, [], [], EpisodeFilter(), nil)
    (shelf, scores, own, reports, savedReports, reference, painted, verdicts) = (fresh.shelf, [:], [:], [:], [], nil, [:], [:])
    showsOwn = false
    (failures, openFailure, awaitingSupports, table, duel, sideA) = ([:], nil, [:], nil, nil, nil)
    // The same may be asked of the new one.
    inFlight = []
    listEpisodes()
    focus(on: .episodes)
    return [.openDataset(kind)]
  }
}
