import Core
import Data

extension ScreenRenderer {
  /// Data set, fold and class on the left, what goes on in the background on the right.
  mutating func renderHeader() {
    guard !layout.header.isEmpty else { return }
    var column = frame.text(" diffss ", in: layout.header, style: theme.brand) + 1
    func place(_ text: String, _ style: Style, _ action: Action.ID?) {
      let width = frame.text(text, in: layout.header, column: column, style: style)
      if let action { mark(Rect(x: layout.header.x + column, y: layout.header.y, width: width, height: 1), .action(action)) }
      column += width
    }
    place(state.browse.catalog?.name ?? state.source.name, theme.strong, .pickDataset)
    // Of the demo itself they are said only of an image of the user's own, whose data set's name they would repeat.
    if state.usesDemoWeights {
      place(DatasetKind.isDemo(state.browse.catalog?.name ?? "") ? ", its weights on your image" : " demo weights", theme.warning, nil)
    }
    if let catalog = state.browse.catalog {
      place(" › ", theme.faint, nil)
      place("fold \(state.browse.fold) of \(catalog.folds.count)", theme.strong, .pickFold)
      place(" › ", theme.faint, nil)
      if let filter = state.browse.classFilter {
        place(catalog.className(filter), theme.strong, .pickClass)
      } else {
        let count = catalog.folds[safe: state.browse.fold]?.count ?? 0
        place("\(Counted(count, "class", "classes"))", theme.text, .pickClass)
      }
    }
    if !state.browse.filter.isEmpty {
      place(" › ", theme.faint, nil)
      place("/\(state.browse.filter.text)", theme.warning, .filter)
    }
    let room = layout.header.width - column - 2
    let engines = EngineText(state.work.engines)
    let told = engines.forms.map { activity($0, isLost: engines.isLost) }.first { DisplayText($0.0).width <= room }
    let (text, style) = told ?? activity(nil, isLost: false)
    let width = frame.textRight(text + " ", in: layout.header, after: column + 1, style: style)
    // Where there is room: how many colours there are, and why.
    let colors = capabilities.colorText, left = Rect(x: layout.header.x, y: layout.header.y, width: layout.header.width - width, height: 1)
    if !colors.isEmpty { frame.textRight(colors + "  ", in: left, after: column + 2, style: theme.faint) }
    mark(Rect(x: layout.header.maxX - width, y: layout.header.y, width: width, height: 1), .panel(.queue))
  }

  /// What goes on. `engine` is what is to be said of the engines, if anything.
  private func activity(_ engine: String?, isLost: Bool) -> (String, Style) {
    if state.source.failure != nil { return ("data set not open", theme.bad) }
    if state.browse.catalog == nil { return ("\(spinner) opening" + (state.source.opening.map { ": \($0)" } ?? ""), theme.accent) }
    if let name = state.work.loading.first { return ("\(spinner) loading weights \(name)", theme.accent) }
    if let evaluation = state.evaluation.running {
      let left = evaluation.secondsLeft(now: state.screen.now).map { ", \(NumberText.clock($0)) left" } ?? ""
      return ("\(spinner) \(engine.map { "\($0), " } ?? "")\(evaluation.text)\(left)", theme.accent)
    }
    let jobs = state.queue.jobs
    if state.queue.trouble != nil, jobs.unfinished > 0, jobs.running == nil {
      return ("queue cannot work, \(jobs.unfinished) to go", theme.bad)
    }
    if state.queue.isPaused, jobs.unfinished > 0, jobs.running == nil { return ("queue paused, \(jobs.unfinished) to go", theme.warning) }
    if jobs.unfinished > 0 {
      let left = jobs.secondsLeft.map { ", \(NumberText.clock($0)) left" } ?? ""
      return ("\(spinner) \(engine ?? "generating"), \(jobs.unfinished) to go\(left)", theme.accent)
    }
    if state.work.inFlight.contains(where: { if case .predict = $0 { true } else { false } }) {
      return ("\(spinner) segmenting", theme.accent)
    }
    if let engine { return (engine, isLost ? theme.bad : state.usesDemoWeights ? theme.warning : theme.good) }
    if state.work.loaded.isEmpty { return ("weights load when needed", theme.faint) }
    return state.usesDemoWeights ? ("demo weights ready", theme.warning) : ("weights ready", theme.good)
  }
}
