import Core

/// Changes the state as the event demands and says what is to be done outside. Neither waits nor asks for the time.
public func update(_ state: inout ExplorerState, _ event: Event) -> [Effect] {
  // Nothing is begun any more.
  if case .terminated(let status) = event { return [.quit(status: status)] }
  let segmenter = state.settings.segmenter, run = state.run
  var effects = state.take(event)
  if state.settings.segmenter != segmenter { state.images.forgetPredictions() }
  if state.run != run { state.followRun() }
  effects += state.wishes(beside: effects)
  if let unknown = state.dialogs.unknownPath { effects += state.work.lacking([.inspectPath(unknown.text, unknown.use)]) }
  return state.work.begin(effects)
}

extension ExplorerState {
  fileprivate mutating func take(_ event: Event) -> [Effect] {
    switch event {
    case .key(let key): return press(key)
    case .pointed(let pointer): return point(pointer)
    case .resized(let size): screen.size = size
    case .tick(let seconds):
      screen.tick(to: seconds)
      dialogs.tick(to: seconds)
      let isBusy = queue.jobs.running != nil || evaluation.running != nil
      let looks: [Effect] = resources.isDue(at: seconds, isBusy: isBusy) ? [.sampleResources] : []
      return dialogs.asksForCluster(at: seconds) ? looks + [.loadClusterRuns] : looks
    case .done(let effect, let outcome):
      work.end(effect)
      return take(outcome, of: effect)
    case .opening(let done, let count): source.tell(done: done, of: count)
    case .work(let event): return take(event)
    case .evaluationProgress(let progress):
      evaluation.take(progress, now: screen.now)
      if case .resuming(let done, let count) = progress {
        say(Notice(.info, "\(done) of \(Counted(count, "episode")) were finished before and are taken over"))
      }
      if case .generating = progress {} else { queue.forgetEvaluated() }
    case .wanted(let requests): return requests.filter { images.rendered[$0.key] == nil }.map { .render($0) }
    case .wantedPixels(let requests): return work.lacking(requests.filter { images.pixels[$0.key] == nil }.map { .encode($0) })
    case .idle: return foresight.map { [$0] } ?? []
    case .resting: return keepSession()
    case .said(let notice): say(notice)
    case .terminated: break
    }
    return []
  }

  /// What the screen lacks for the selected episode and is neither under way nor known to fail.
  fileprivate mutating func wishes(beside begun: [Effect]) -> [Effect] {
    guard browse.catalog != nil else {
      let isOpening = (Array(work.inFlight) + begun).contains(where: \.opensDataset)
      return source.failure == nil && !isOpening ? work.lacking([.open]) : []
    }
    guard let episode = selected else { return [] }
    images.open(episode)
    guard let board = images.boards[episode] else { return [] }
    var wishes: [Effect] = []
    if board.supports.isEmpty { wishes.append(.loadEpisode(episode)) }
    if conditionChoice.type != .none, board.conditions[conditionChoice] == nil { wishes.append(.makeCondition(episode, conditionChoice)) }
    if board.plans[plan] == nil { wishes.append(.look(episode, plan)) }
    if screen.focus == .table, let table = compare.table {
      for cell in table.cells {
        let choice = cell.plan.choice(of: table.number % browse.shots), needsCondition = table.kind == .conditions && choice.type != .none
        if board.plans[cell.plan] == nil || (needsCondition && board.conditions[choice] == nil) {
          wishes.append(.survey(episode, cell.plan, choice))
        }
      }
    }
    return work.lacking(wishes)
  }
}
