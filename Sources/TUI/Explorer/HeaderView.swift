extension ScreenPainter {
  /// Data set, fold and class on the left, what goes on in the background on the right.
  mutating func paintHeader() {
    guard !layout.header.isEmpty else { return }
    var column = frame.text(" diffss ", in: layout.header, style: theme.brand) + 1
    func place(_ text: String, _ style: Style, _ action: Action.ID?) {
      let width = frame.text(text, in: layout.header, column: column, style: style)
      if let action { frame.mark(Rect(x: layout.header.x + column, y: layout.header.y, width: width, height: 1), .action(action)) }
      column += width
    }
    place(state.catalog?.name ?? state.datasetName, theme.strong, .pickDataset)
    if state.usesDemoWeights { place(" demo weights", theme.warning, nil) }
    if let catalog = state.catalog {
      place(" › ", theme.faint, nil)
      place("fold \(state.fold) of \(catalog.folds.count)", theme.strong, .pickFold)
      place(" › ", theme.faint, nil)
      if let filter = state.classFilter {
        place(catalog.className(filter), theme.strong, .pickClass)
      } else {
        let count = catalog.folds[safe: state.fold]?.count ?? 0
        place("\(count) class\(count == 1 ? "" : "es")", theme.text, .pickClass)
      }
    }
    if !state.filter.isEmpty {
      place(" › ", theme.faint, nil)
      place("/\(state.filter.text)", theme.warning, .filter)
    }
    let (text, style) = activity
    let width = frame.textRight(text + " ", in: layout.header, after: column + 1, style: style)
    frame.mark(Rect(x: layout.header.maxX - width, y: layout.header.y, width: width, height: 1), .panel(.queue))
  }

  private var activity: (String, Style) {
    if state.openFailure != nil { return ("data set not open", theme.bad) }
    if state.catalog == nil { return ("\(spinner) opening" + (state.opening.map { ": \($0)" } ?? ""), theme.accent) }
    if let name = state.modelsLoading.first { return ("\(spinner) loading weights \(name)", theme.accent) }
    if let evaluation = state.evaluation {
      let left = evaluation.secondsLeft(now: state.now).map { ", \(WorkQueue.clock($0)) left" } ?? ""
      return ("\(spinner) \(Self.describe(evaluation))\(left)", theme.accent)
    }
    if state.isQueuePaused, state.queue.unfinished > 0, state.queue.running == nil { return ("queue paused, \(state.queue.unfinished) to go", theme.warning) }
    if state.queue.unfinished > 0 {
      let left = state.queue.secondsLeft.map { ", \(WorkQueue.clock($0)) left" } ?? ""
      return ("\(spinner) painting, \(state.queue.unfinished) to go\(left)", theme.accent)
    }
    if state.inFlight.contains(where: { if case .predict = $0 { true } else { false } }) {
      return ("\(spinner) segmenting", theme.accent)
    }
    if state.modelsLoaded.isEmpty { return ("weights load when needed", theme.faint) }
    return state.usesDemoWeights ? ("demo weights ready", theme.warning) : ("weights ready", theme.good)
  }

  /// How far an evaluation has come, in few words.
  static func describe(_ evaluation: RunningEvaluation) -> String {
    if evaluation.isStopping { return "stopping" }
    return switch evaluation.progress {
    case .generating(let done, let count, _, _)?: "painting \(min(done + 1, count))/\(count)"
    case .checking(let done, let count)?: "checking drift \(done)/\(count)"
    case .evaluating(let done, let count, _, _)?: "evaluating \(done)/\(count)"
    case nil: "preparing"
    }
  }
}
