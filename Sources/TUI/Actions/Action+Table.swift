import Generation

extension Action {
  /// Every action there is.
  public static let all: [Action] = browsing + images + settings + work + compare + queue + share + program

  private static let browsing: [Action] = [
    Action(
      .down, [.character("j"), .down], "down", "Next row, or the tile below; the crosshair in a zoomed image.", .browse, label: "j ↓",
      in: rows),
    Action(
      .up, [.character("k"), .up], "up", "Previous row, or the tile above; the crosshair in a zoomed image.", .browse, label: "k ↑",
      in: rows),
    Action(.left, [.character("h"), .left], "left", "Previous tile; the crosshair in a zoomed image.", .browse, label: "h ←", in: [.images, .table, .episodes, .queue, .classes]),
    Action(.right, [.character("l"), .right], "right", "Next tile; the crosshair in a zoomed image.", .browse, label: "l →", in: [.images, .table, .episodes, .queue, .classes]),
    Action(.pageDown, [.pageDown, .control("d")], "page down", "Ten rows on.", .browse, in: pages),
    Action(.pageUp, [.pageUp, .control("u")], "page up", "Ten rows back.", .browse, in: pages),
    Action(.first, [.home, .character("<")], "first", "First row.", .browse, in: pages),
    Action(.last, [.end, .character(">"), .character("G")], "last", "Last row.", .browse, in: pages),
    Action(.nextPanel, [.tab], "panel", "Next panel.", .browse, footer: 15),
    Action(.previousPanel, [.backTab], "previous panel", "Previous panel.", .browse),
    Action(.select, [.enter], "look", "To the episode's images.", .browse, in: [.episodes, .queue], footer: 40),
    Action(.back, [.escape], "back", "Out of the zoom or a view over the whole screen, then back to the episodes; there it ends a range and drops the filter.", .browse, footer: 88),
    Action(
      .filter, [.character("/")], "filter", "Lists the episodes that fit to what is typed: \(EpisodeFilter.syntax).", .browse,
      footer: 20, obstacle: needsCatalog),
    Action(.sort, [.character("s")], "sort", "Another order of the episodes.", .browse, in: [.episodes], footer: 44, obstacle: needsCatalog),
    Action(.mark, [.character(" ")], "mark", "Marks the episode, or takes its mark away, and goes on to the next one; g, e and E work on marked ones.", .browse, in: [.episodes], footer: 42, obstacle: needsEpisode),
    Action(.markRange, [.character("v")], "range", "Begins a range of marks, and ends it where the cursor is.", .browse, in: [.episodes], obstacle: needsEpisode),
    Action(
      .unmark, [.character("u")], "unmark all", "Takes all marks away.", .browse, in: [.episodes, .queue, .runs],
      obstacle: { state in
        let hasMarks =
          switch state.screen.focus {
          case .queue: !state.queue.marked.isEmpty
          case .runs: !state.evaluation.runs.marked.isEmpty
          default: state.browse.hasMarks
          }
        return hasMarks ? nil : "nothing is marked"
      }),
    Action(
      .fold, (0...9).map { .character(Character("\($0)")) }, "fold", "Opens the fold of that number.", .browse,
      label: "0-9", obstacle: needsCatalog),
    Action(
      .nextFold, [.character("]")], "next fold", "Next fold.", .browse,
      obstacle: { state in
        needsCatalog(state) ?? (state.browse.fold + 1 < (state.browse.catalog?.folds.count ?? 0) ? nil : "this is the last fold")
      }),
    Action(
      .previousFold, [.character("[")], "previous fold", "Previous fold.", .browse,
      obstacle: { state in needsCatalog(state) ?? (state.browse.fold > 0 ? nil : "this is the first fold") }),
    Action(.pickFold, [.character("F")], "folds", "The folds with their classes, to choose one.", .browse, obstacle: needsCatalog),
    Action(.pickClass, [.character("f")], "class", "The classes of the fold, to list the episodes of one.", .browse, footer: 45, obstacle: needsCatalog),
    Action(
      .importOwn, [.character("i")], "import",
      "Takes an image of your own with its mask in, as a support and as a query: of a class of the fold, of one of yours, or of a new one.",
      .browse, in: [.episodes], footer: 43, obstacle: needsCatalog),
    Action(
      .ownImages, [.character("Y")], "own images", "The images that you imported, to remove one or to put it into another class.", .browse,
      in: [.episodes], obstacle: needsCatalog),
    Action(
      .undoImport, [.character("U")], "undo import", "Takes the last import, removal or change of class back.", .browse, in: [.episodes],
      obstacle: { $0.browse.hasImports ? nil : "nothing was imported or removed since the data set was opened" }),
    Action(
      .pickDataset, [.character("D")], "data set", "The data sets whose folders are in config.toml, the demo, and any folder.", .browse,
      obstacle: { state in state.evaluation.running == nil ? nil : "an evaluation is under way; x in the queue stops it" }),
  ]

  private static let images: [Action] = [
    Action(
      .zoom, [.enter, .character(" "), .character("z")], "zoom", "Fills the panel with the tile, and back.", .images,
      label: "Enter z Space", in: [.images], footer: 8, obstacle: needsEpisode),
    Action(.nearer, [.character("+"), .character("=")], "nearer", "Fewer, larger pixels, and the values under the crosshair.", .images, label: "+ =", in: [.images], footer: 30, obstacle: needsEpisode),
    Action(.farther, [.character("-")], "farther", "More of the image.", .images, in: [.images], obstacle: needsEpisode),
    Action(.nextSupport, [.character(".")], "next support", "Of several real supports the next one and its condition.", .images, obstacle: needsShots),
    Action(.previousSupport, [.character(",")], "previous support", "The one before.", .images, obstacle: needsShots),
    Action(
      .look, [.character("o")], "overlay", "Mask tinted, outlined, absent, alone; hits, false alarms and misses of predictions in colour and as + F M.",
      .images, footer: 60, obstacle: needsEpisode),
    Action(.moreOpaque, [.character("}")], "more opaque", "More of the tint.", .images),
    Action(.lessOpaque, [.character("{")], "less opaque", "Less of the tint.", .images),
    Action(.hits, [.character("t")], "hits", "Hits of predictions, drawn or not.", .images, in: [.images, .table]),
    Action(.falseAlarms, [.character("a")], "false alarms", "False alarms of predictions, drawn or not.", .images, in: [.images, .table]),
    Action(.misses, [.character("w")], "misses", "What predictions miss, drawn or not.", .images, in: [.images, .table]),
    Action(
      .border, [.character("n")], "border", "Errors along the truth's border alone, within 2 % of the diagonal, or all.", .images,
      in: [.images, .table]),
    Action(.dim, [.character("d")], "dim", "Makes what is around the object dark and grey, or shows it.", .images, in: [.images, .table]),
    Action(.blocks, [.character("m")], "blocks", "Which block characters draw the images.", .images),
    Action(.keep, [.character("K")], "keep", "Keeps the generated support for the export, or takes that back.", .images, in: [.images], footer: 33, obstacle: needsGenerated),
    Action(.star, [.character("*")], "star", "Keeps it and gives it a star.", .images, in: [.images], obstacle: needsGenerated),
    Action(.reject, [.character("R")], "reject", "Leaves it out of predictions and exports.", .images, in: [.images], footer: 34, obstacle: needsGenerated),
    Action(
      .rejectWorst, [.character("W")], "reject the worst", "Rejects the generated support whose agreement with its mask is least.", .images,
      in: [.images], footer: 35, obstacle: needsWorst),
    Action(
      .undoRating, [.character("u")], "undo", "Takes the last verdict on an image back.", .images, in: [.images],
      obstacle: { $0.images.hasVerdicts ? nil : "no verdict was given yet" }),
    Action(
      .sortSupports, [.character("s")], "sort",
      "Generated supports by their agreement with the mask, the worst first, or by their numbers.", .images, in: [.images],
      footer: 36, obstacle: needsEpisode),
  ]

  private static let settings: [Action] = [
    Action(
      .increase, [.character("l"), .right, .character("+"), .character("=")], "more", "Larger value, next choice.", .settings,
      label: "l + →", in: [.settings], footer: 6),
    Action(
      .decrease, [.character("h"), .left, .character("-")], "less", "Smaller value, previous choice.", .settings,
      label: "h - ←", in: [.settings], footer: 5),
    Action(.edit, [.enter], "set", "Types a value, prompts take pasted text; or chooses one of a list.", .settings, in: [.settings], footer: 7),
    Action(
      .type, (0...9).map { .character(Character("\($0)")) }, "type a number", "Starts typing a value.", .settings,
      label: "0-9", in: [.settings]),
    Action(.nextChoice, [.character(" ")], "next value", "Next choice, larger value.", .settings, in: [.settings]),
    Action(.nextCondition, [.character("c")], "condition", "Next condition.", .settings, footer: 50),
    Action(.previousCondition, [.character("C")], "previous condition", "Previous condition.", .settings),
    Action(.preset, [.character("P")], "preset", "Settings that go together, and your own ones under their names.", .settings, footer: 52),
  ]

  private static let work: [Action] = [
    Action(
      .generate, [.character("g")], "generate", "Queues the generated supports of the marked episodes, or of this one, that are not generated yet; side by side those of every cell.",
      .work, in: lists, footer: 10,
      obstacle: { state in
        if let obstacle = needsEpisode(state) { return obstacle }
        guard state.browse.marked.isEmpty, state.screen.focus != .table else { return nil }
        guard let board = state.board, board.plans[state.plan] != nil else { return nil }
        if board.isComplete(state.plan) { return "these supports are generated; change a setting or the seed for others" }
        let isQueued = board.missing(state.plan).allSatisfy { state.queue.jobs.job(for: $0)?.state.isFinal == false }
        return isQueued ? "these supports are in the queue" : nil
      }),
    Action(
      .evaluate, [.character("e")], "evaluate", "IoU of this episode without and with the generated supports, and the drift; generates missing supports first. Side by side every cell; with marks all marked episodes.",
      .work, in: lists, footer: 11, obstacle: needsEpisode),
    Action(
      .evaluateFold, [.character("E")], "evaluate fold", "IoU by class over several episodes of the fold, or over the marked ones.", .work, footer: 12,
      obstacle: { state in
        if let obstacle = needsEpisode(state) { return obstacle }
        return state.evaluation.running == nil ? nil : "an evaluation is under way; x in the queue stops it"
      }),
    Action(
      .sortClasses, [.character("s")], "sort", "Another order of the classes.", .work, in: [.classes], footer: 30, obstacle: needsReport),
    Action(.worst, [.enter], "worst episodes", "Lists the class's episodes, the worst first.", .work, in: [.classes], footer: 20, obstacle: needsReport),
    Action(
      .pickReport, [.character("L")], "saved runs",
      "All saved evaluations in a table, to show one or to compare some; or single predictions with the settings of the form.", .work,
      footer: 54,
      obstacle: { $0.evaluation.saved.isEmpty && $0.evaluation.unfinished.isEmpty ? "no evaluation was saved yet; E makes one" : nil }),
    Action(
      .pickReference, [.character("R")], "compare runs", "Another saved evaluation to compare the shown one with.", .work, in: [.classes], footer: 31, obstacle: needsReport),
    Action(
      .showRun, [.enter], "show", "Shows the evaluation in the list and the table of classes; goes on with an unfinished one.", .work,
      in: [.runs], footer: 10,
      obstacle: { state in
        guard state.selectedUnfinished != nil, state.evaluation.running != nil else { return nil }
        return "an evaluation is under way; x in the queue stops it"
      }),
    Action(
      .forgetRun, [.character("x")], "forget", "Forgets an unfinished evaluation with its finished episodes; its images stay.", .work,
      in: [.runs], footer: 14, obstacle: { $0.selectedUnfinished == nil ? "only unfinished evaluations are forgotten" : nil }),
    Action(
      .markRun, [.character(" ")], "mark", "Marks the evaluation, or takes its mark away; the classes of marked ones are below.", .work,
      in: [.runs], footer: 11, obstacle: { $0.selectedRun == nil ? "only evaluations are compared" : nil }),
    Action(.sortRuns, [.character("s")], "sort", "Another order of the evaluations.", .work, in: [.runs], footer: 12),
    Action(
      .compareRuns, [.character("R")], "compare", "The last marked evaluation against the one marked before it, by class with errors.",
      .work, in: [.runs], footer: 13, obstacle: { $0.obstacleToComparison }),
  ]

  private static let compare: [Action] = [
    Action(.compare, [.character("b")], "beside", "Mask, scribble and soft edges beside each other for this episode: control map, image, prediction, IoU.", .compare, footer: 55, obstacle: needsEpisode),
    Action(.grid, [.character("#")], "grid", "A grid of images over two settings; what the cells share is done once.", .compare, obstacle: needsEpisode),
    Action(.aspect, [.character(" "), .character("o")], "other image", "Of a comparison the next generated support; of a grid images or predictions.", .compare, in: [.table], footer: 14),
    Action(.adopt, [.enter], "take over", "Takes the cell's settings over and goes back to the episode.", .compare, in: [.table], footer: 16),
    Action(.markA, [.character("A")], "mark as A", "The tile becomes side A.", .compare, in: [.images], obstacle: needsImage),
    Action(
      .ab, [.character("B")], "against A", "The tile against side A: flicker, split, difference.", .compare, in: [.images],
      obstacle: { state in
        if let obstacle = needsImage(state) { return obstacle }
        guard let sideA = state.compare.sideA else { return "no tile is marked as A; A does" }
        let isItself = TileContent(state.selectedTile, state).image?.id == sideA.image.id
        return isItself ? "this tile is A itself; go to another one and press B there" : nil
      }),
    Action(.duelMode, [.character("m"), .tab], "mode", "Flicker, split, difference.", .compare, in: [.ab], footer: 10),
    Action(
      .flip, [.character(" ")], "flip", "Stops the flicker and shows the other side.", .compare, in: [.ab], footer: 11,
      obstacle: { $0.compare.ab?.mode == .flicker ? nil : "only the flicker has two sides" }),
    Action(
      .shiftLeft, [.character("h"), .left], "border left", "More of B in a split.", .compare, label: "h ←", in: [.ab], footer: 12,
      obstacle: needsSplit),
    Action(
      .shiftRight, [.character("l"), .right], "border right", "More of A in a split.", .compare, label: "l →", in: [.ab], footer: 13,
      obstacle: needsSplit),
  ]

  private static let queue: [Action] = [
    Action(
      .cancel, [.character("x")], "stop", "Cancels the marked jobs or the one under the cursor; asks how to stop a running one: now, after this image, skip it. Elsewhere the running one.",
      .queue, footer: 13,
      obstacle: { state in
        if state.screen.focus == .queue {
          if !state.queue.marked.isEmpty { return nil }
          switch state.selectedQueueRow {
          case .evaluation: return nil
          case .job(let job): return job.state.isFinal ? "this job has ended" : nil
          case .finished: return "these jobs have ended"
          case nil: return "the queue is empty"
          }
        }
        return state.isBusy ? nil : "nothing is running"
      }),
    Action(
      .cancelAll, [.character("X")], "cancel all", "Cancels every waiting and running job and the evaluation.", .queue,
      obstacle: { $0.isBusy ? nil : "nothing is running" }),
    Action(
      .retry, [.character("r")], "retry", "In the queue: the marked jobs or the one under the cursor again, if it failed or was cancelled. Elsewhere: what failed to load.", .queue,
      obstacle: { state in
        if state.screen.focus == .queue {
          return state.chosenJobs.contains(where: \.state.canBeRetried) ? nil : "only failed and cancelled jobs are tried again"
        }
        return state.work.failures.isEmpty && state.source.failure == nil ? "nothing has failed" : nil
      }),
    Action(.pause, [.character("p")], "pause", "No further image is begun, or the queue goes on.", .queue, footer: 32),
    Action(.runNext, [.character("n")], "next", "Generates the marked jobs, or the one under the cursor, before all others that wait.", .queue, in: [.queue], footer: 20, obstacle: needsWaiting),
    Action(.moveUp, [.character("K")], "earlier", "One place up.", .queue, in: [.queue], obstacle: needsWaiting),
    Action(.moveDown, [.character("J")], "later", "One place down.", .queue, in: [.queue], obstacle: needsWaiting),
    Action(.duplicate, [.character("d")], "duplicate", "Queues the same request with another seed.", .queue, in: [.queue], footer: 24, obstacle: needsJob),
    Action(.editJob, [.character("i")], "edit", "Takes the job's settings into the form; one that waits is cancelled.", .queue, in: [.queue], footer: 25, obstacle: needsJob),
    Action(.markJob, [.character(" ")], "mark", "Marks the job, or takes its mark away.", .queue, in: [.queue], footer: 26, obstacle: needsJob),
    Action(
      .cluster, [.character("N")], "cluster", "Runs on a cluster: tasks by state, images, pace, time left, what failed ones said last.",
      .queue),
  ]

  private static let share: [Action] = [
    Action(.copy, [.character("y")], "copy", "The command line, the prompt, a path, the table of figures: to the clipboard (OSC 52).", .share, footer: 70, obstacle: needsCatalog),
    Action(.recall, [.character("I")], "recall", "Takes the settings over from an image that this program generated.", .share, obstacle: needsCatalog),
    Action(.report, [.character("H")], "report", "One HTML file with the evaluations, the images and their requests.", .share, obstacle: needsCatalog),
    Action(.exportKept, [.character("O")], "export kept", "Writes the kept images into a folder, named as the published loaders read them.", .share, obstacle: needsCatalog),
  ]

  private static let program: [Action] = [
    Action(.help, [.character("?")], "help", "All keys; typing filters them, Enter runs one.", .program, footer: 90),
    Action(.palette, [.character(":")], "commands", "Actions by name.", .program),
    Action(.messages, [.character("!")], "messages", "Everything that was said.", .program),
    Action(
      .maximise, [.character("Z")], "fill",
      "The images fill the screen, or the focused panel where that is another one than the episodes; and back.", .program),
    Action(.theme, [.character("T")], "theme", "Colours of the text, seen while one goes through them.", .program),
    Action(.mouse, [.character("M")], "mouse", "Takes the mouse, or leaves it to the terminal for marking text.", .program),
    Action(.redraw, [.control("l")], "redraw", "Draws the screen again.", .program),
    Action(.suspend, [.control("z")], "suspend", "Back to the shell; `fg` returns.", .program),
    Action(.quit, [.character("q")], "quit", "Leaves; asks while there is work. The queue goes on at the next start.", .program, footer: 95),
    Action(.interrupt, [.control("c")], "interrupt", "Like quit, with exit status 130.", .program),
  ]

  /// Everything with rows that are more than a screen.
  private static let pages: Set<Panel> = Set(Panel.allCases.filter { !$0.isWhole }).union([.runs])

  /// Everything with rows.
  private static let rows: Set<Panel> = lists.union([.runs])

  /// Everything with a cursor where episodes are worked on.
  private static let lists: Set<Panel> = [.episodes, .images, .settings, .queue, .classes, .table]

  @Sendable private static func needsShots(_ state: ExplorerState) -> String? {
    needsEpisode(state) ?? (state.browse.shots > 1 ? nil : "the episode has one support; --shots asks for more")
  }

  @Sendable private static func needsCatalog(_ state: ExplorerState) -> String? {
    if state.browse.catalog != nil { return nil }
    return state.source.failure == nil ? "the data set is still opening" : "the data set could not be opened; r tries again"
  }

  @Sendable private static func needsEpisode(_ state: ExplorerState) -> String? {
    if let obstacle = needsCatalog(state) { return obstacle }
    if state.browse.selected != nil { return nil }
    if state.work.inFlight.contains(.loadEpisodes(fold: state.browse.fold)) { return "episodes are still being drawn" }
    return state.browse.episodes.isEmpty ? "there is no episode to work on" : "no episode fits the filter"
  }

  @Sendable private static func needsGenerated(_ state: ExplorerState) -> String? {
    guard case .generated(let number) = state.selectedTile else { return "only generated supports are judged" }
    return state.board?.generated(number, of: state.plan) == nil ? "it is not generated yet" : nil
  }

  @Sendable private static func needsWorst(_ state: ExplorerState) -> String? {
    state.worstSupport == nil ? "no generated support was measured yet; e does" : nil
  }

  @Sendable private static func needsImage(_ state: ExplorerState) -> String? {
    needsEpisode(state) ?? (TileContent(state.selectedTile, state).image == nil ? "the tile shows no image yet" : nil)
  }

  @Sendable private static func needsReport(_ state: ExplorerState) -> String? {
    state.evaluation.shown[state.browse.fold] == nil ? "no evaluation of this fold yet; E makes one" : nil
  }

  @Sendable private static func needsSplit(_ state: ExplorerState) -> String? {
    state.compare.ab?.mode == .split ? nil : "only a split has a border"
  }

  @Sendable private static func needsJob(_ state: ExplorerState) -> String? { state.chosenJobs.isEmpty ? "there is no job under the cursor" : nil }

  @Sendable private static func needsWaiting(_ state: ExplorerState) -> String? {
    state.chosenJobs.contains(where: \.state.isWaiting) ? nil : "only jobs that wait have an order"
  }
}
