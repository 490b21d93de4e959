import Pipeline

extension Action {
  /// Every action there is.
  package static let all: [Action] = browsing + pictures + settings + work + program

  private static let browsing: [Action] = [
    Action(.down, [.character("j"), .down], "down", "Next row, or the tile below.", .browse, label: "j ↓"),
    Action(.up, [.character("k"), .up], "up", "Previous row, or the tile above.", .browse, label: "k ↑"),
    Action(.left, [.character("h"), .left], "left", "Previous tile; smaller value in the settings.", .browse, label: "h ←"),
    Action(.right, [.character("l"), .right], "right", "Next tile; larger value in the settings.", .browse, label: "l →"),
    Action(.pageDown, [.pageDown, .control("d")], "page down", "Ten rows on.", .browse),
    Action(.pageUp, [.pageUp, .control("u")], "page up", "Ten rows back.", .browse),
    Action(.first, [.home, .character("<")], "first", "First row.", .browse),
    Action(.last, [.end, .character(">")], "last", "Last row.", .browse),
    Action(.nextPanel, [.tab], "panel", "Next panel.", .browse, footer: 80),
    Action(.previousPanel, [.backTab], "previous panel", "Previous panel.", .browse),
    Action(.select, [.enter], "look", "To the episode's pictures.", .browse, in: [.episodes, .queue, .classes], footer: 40),
    Action(.back, [.escape], "back", "Out of the zoom, then back to the episodes.", .browse),
    Action(
      .fold, (0...9).map { .character(Character("\($0)")) }, "fold", "Opens the fold of that number.", .browse,
      label: "0-9", obstacle: needsCatalog),
    Action(
      .nextFold, [.character("]")], "next fold", "Next fold.", .browse,
      obstacle: { state in
        needsCatalog(state) ?? (state.fold + 1 < (state.catalog?.folds.count ?? 0) ? nil : "this is the last fold")
      }),
    Action(
      .previousFold, [.character("[")], "previous fold", "Previous fold.", .browse,
      obstacle: { state in needsCatalog(state) ?? (state.fold > 0 ? nil : "this is the first fold") }),
    Action(
      .nextClass, [.character("f")], "class", "Lists one class of the fold after the other, then all.", .browse,
      in: [.episodes], footer: 45, obstacle: needsEpisode),
  ]

  private static let pictures: [Action] = [
    Action(
      .zoom, [.enter, .character(" "), .character("z")], "zoom", "Fills the panel with the tile, and back.", .pictures,
      label: "Enter z Space", in: [.pictures], footer: 8, obstacle: needsEpisode),
    Action(
      .look, [.character("o")], "overlay", "Mask tinted, outlined, absent, alone; hits, false alarms and misses of predictions.",
      .pictures, footer: 60, obstacle: needsEpisode),
    Action(.blocks, [.character("m")], "blocks", "Which block characters draw the pictures.", .pictures),
  ]

  private static let settings: [Action] = [
    Action(
      .increase, [.character("l"), .right, .character("+"), .character("=")], "more", "Larger value, next choice.", .settings,
      label: "l + →", in: [.settings], footer: 6),
    Action(
      .decrease, [.character("h"), .left, .character("-")], "less", "Smaller value, previous choice.", .settings,
      label: "h - ←", in: [.settings], footer: 5),
    Action(.edit, [.enter], "type", "Types a value.", .settings, in: [.settings], footer: 7),
    Action(
      .type, (0...9).map { .character(Character("\($0)")) }, "type a number", "Starts typing a value.", .settings,
      label: "0-9", in: [.settings]),
    Action(.nextChoice, [.character(" ")], "next value", "Next choice, larger value.", .settings, in: [.settings]),
    Action(.nextCondition, [.character("c")], "condition", "Next condition.", .settings, footer: 50),
    Action(.previousCondition, [.character("C")], "previous condition", "Previous condition.", .settings),
  ]

  private static let work: [Action] = [
    Action(
      .generate, [.character("g")], "generate", "Queues the generated supports of this episode that are not painted yet.",
      .work, footer: 10,
      obstacle: { state in
        if let obstacle = needsEpisode(state) { return obstacle }
        guard let board = state.board, board.plans[state.plan] != nil else { return nil }
        if board.isComplete(state.plan) { return "these supports are painted; change a setting or the seed for others" }
        let isQueued = board.missing(state.plan).allSatisfy { state.queue.job(for: $0)?.state.isFinal == false }
        return isQueued ? "these supports are in the queue" : nil
      }),
    Action(
      .evaluate, [.character("e")], "evaluate", "IoU of this episode, 1-shot against 1 + K; paints missing supports first.",
      .work, footer: 11, obstacle: needsEpisode),
    Action(
      .evaluateFold, [.character("E")], "evaluate fold", "IoU by class over several episodes of the fold.", .work, footer: 12,
      obstacle: { state in
        if let obstacle = needsEpisode(state) { return obstacle }
        return state.evaluation == nil ? nil : "an evaluation is under way; x in the queue stops it"
      }),
    Action(
      .cancel, [.character("x")], "cancel", "Cancels the job under the cursor in the queue, elsewhere the running one.", .work,
      footer: 13,
      obstacle: { state in
        if state.focus == .queue {
          switch state.queueRows[safe: state.queueCursor.index] {
          case .evaluation: return nil
          case .job(let job): return job.state.isFinal ? "this job has ended" : nil
          case nil: return "the queue is empty"
          }
        }
        return state.isBusy ? nil : "nothing is running"
      }),
    Action(
      .cancelAll, [.character("X")], "cancel all", "Cancels every waiting and running job and the evaluation.", .work,
      obstacle: { $0.isBusy ? nil : "nothing is running" }),
    Action(.retry, [.character("r")], "retry", "Tries again what failed to load.", .work,
      obstacle: { state in
        state.failures.isEmpty && state.openFailure == nil ? "nothing has failed" : nil
      }),
  ]

  private static let program: [Action] = [
    Action(.help, [.character("?")], "help", "All keys.", .program, footer: 90),
    Action(.messages, [.character("!")], "messages", "Everything that was said.", .program),
    Action(.redraw, [.control("l")], "redraw", "Draws the screen anew.", .program),
    Action(.suspend, [.control("z")], "suspend", "Back to the shell; `fg` returns.", .program),
    Action(.quit, [.character("q")], "quit", "Leaves; asks while there is work. The queue goes on at the next start.", .program, footer: 95),
    Action(.interrupt, [.control("c")], "interrupt", "Like quit, with exit status 130.", .program),
  ]

  @Sendable private static func needsCatalog(_ state: ExplorerState) -> String? {
    if state.catalog != nil { return nil }
    return state.openFailure == nil ? "the data set is still opening" : "the data set could not be opened; r tries again"
  }

  @Sendable private static func needsEpisode(_ state: ExplorerState) -> String? {
    if let obstacle = needsCatalog(state) { return obstacle }
    if state.selected != nil { return nil }
    return state.inFlight.contains(.loadEpisodes(fold: state.fold)) ? "episodes are still being drawn" : "there is no episode to work on"
  }
}
