import Pipeline

/// Changes the state as the event demands and says what is to be done outside. Neither waits nor asks for the time.
package func update(_ state: inout ExplorerState, _ event: Event) -> [Effect] {
  var effects: [Effect] = []
  let network = state.settings.network, run = state.run
  switch event {
  case .key(let key): effects = state.press(key)
  case .pointed(let pointer): effects = state.point(pointer)
  case .resized(let size): state.size = size
  case .tick(let seconds):
    state.now = seconds
    state.toasts.removeAll { $0.until <= seconds }
  case .done(let effect, let outcome):
    state.inFlight.remove(effect)
    effects = state.take(outcome, of: effect)
  case .opening(let done, let of): state.opening = of > 0 ? "\(100 * done / of) % of \(of) masks read" : nil
  case .work(let event): effects = state.take(event)
  case .evaluationProgress(let progress): state.evaluation?.take(progress, now: state.now)
  case .wanted(let requests):
    effects = requests.filter { state.paintings[$0.key] == nil }.map { .paint($0) }
  case .said(let notice): state.say(notice)
  case .terminated(let status): return [.quit(status: status)]
  }
  if state.settings.network != network { state.forgetPredictions() }
  if state.run != run { state.followRun() }
  effects += state.wishes(beside: effects)
  effects = effects.filter { !$0.isAnswered || !state.inFlight.contains($0) }
  for effect in effects where effect.isAnswered { state.inFlight.insert(effect) }
  return effects
}

extension ExplorerState {
  /// What the screen lacks for the selected episode and is neither under way nor known to fail.
  mutating func wishes(beside begun: [Effect]) -> [Effect] {
    func lacking(_ effects: [Effect]) -> [Effect] { effects.filter { !inFlight.contains($0) && failures[$0] == nil } }
    guard catalog != nil else {
      let isOpening = (Array(inFlight) + begun).contains { if case .openDataset = $0 { true } else { false } }
      return openFailure == nil && !isOpening ? lacking([.open]) : []
    }
    guard let episode = selected else { return [] }
    if shelf[episode] == nil || shelf.episodes.last != episode { shelf.open(episode) }
    guard let board = shelf[episode] else { return [] }
    var wishes: [Effect] = []
    if board.supports.isEmpty { wishes.append(.loadEpisode(episode)) }
    if conditionChoice.type != .none, board.conditions[conditionChoice] == nil { wishes.append(.makeCondition(episode, conditionChoice)) }
    if board.plans[plan] == nil { wishes.append(.look(episode, plan)) }
    if focus == .table, let table {
      for cell in table.cells {
        let choice = cell.plan.choice(of: table.number % shots), needsCondition = table.kind == .conditions && choice.type != .none
        if board.plans[cell.plan] == nil || (needsCondition && board.conditions[choice] == nil) { wishes.append(.survey(episode, cell.plan, choice)) }
      }
    }
    return lacking(wishes)
  }

  /// Opens a fold and forgets the list of the one before.
  mutating func openFold(_ number: Int) -> [Effect] {
    fold = number
    (classFilter, marked, episodes) = (nil, [], [])
    if reference?.plan.fold != number { reference = nil }
    listEpisodes()
    failures[.loadEpisodes(fold: number)] = nil
    return [.loadEpisodes(fold: number)]
  }

  /// The contour that a generated picture should keep to, where the support's mask is at hand.
  func outline(for request: GenerationRequest) -> Picture.Marks {
    for episode in shelf.episodes.reversed() {
      guard episode.classIndex == request.source.classIndex else { continue }
      let place = episode.supports.firstIndex { $0.id == request.source.item }
      if let mask = place.flatMap({ shelf[episode]?.supportMask($0) }) { return .outline(mask) }
    }
    return .none
  }
}
