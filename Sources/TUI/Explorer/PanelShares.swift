import Render

/// How the lists share their column: each gets the least that it can be used with, then what it has to show, and an empty one only a line.
struct PanelShares {
  /// Rows of each list, borders included; together they fill the column.
  private(set) var rows: [Panel: Int] = [:]
  private var left: Int

  /// Of a column of `height` rows, 17 at least.
  init(_ state: ExplorerState, height: Int) {
    left = height
    let grown = state.screen.grown
    let settings = state.settings.fields.count + 2, episodes = max(5, state.browse.listed.count + 3)
    let queue = state.queueRowCount == 0 ? 1 : state.queueRowCount + 2
    grow(.episodes, to: 5)
    grow(.settings, to: 6)
    grow(.queue, to: min(queue, 4))
    // What is worked in goes first.
    if grown == .settings { grow(.settings, to: settings) }
    if grown == .queue { grow(.queue, to: min(queue, max(7, height / 3))) }
    grow(.episodes, to: min(episodes, height >= 28 ? 10 : 8))
    grow(.settings, to: min(settings, 10))
    grow(.queue, to: min(queue, 7))
    grow(.settings, to: min(settings, 14))
    // Episodes are gone through more often than settings.
    grow(.episodes, to: min(episodes, height * 2 / 5))
    grow(.settings, to: settings)
    grow(.queue, to: min(queue, 11))
    grow(.episodes, to: episodes)
    grow(.queue, to: queue)
    grow(.episodes, to: height)
  }

  private mutating func grow(_ panel: Panel, to wanted: Int) {
    let more = min(left, max(0, wanted - (rows[panel] ?? 0)))
    rows[panel, default: 0] += more
    left -= more
  }

  /// Rows from which images and the table of classes are both large enough beside each other.
  private static let roomForBoth = 45

  /// Rows of the table of classes below the images, of `height` for both: a line where nothing is measured, and in little room while it is
  /// the images that are looked at.
  static func classRows(_ state: ExplorerState, height: Int) -> Int {
    let fold = state.browse.fold
    guard height >= roomForBoth || state.screen.showsClasses else { return 1 }
    // Beside the classes their titles, their mean, what the bars mean and the borders.
    if state.evaluation.shown[fold] != nil { return min((state.browse.catalog?.folds[safe: fold]?.count ?? 5) + 5, height / 3) }
    return state.evaluation.running?.plan.fold == fold ? 5 : 1
  }
}

extension ScreenRenderer {
  /// A panel that has nothing to show yet: a line that says so.
  mutating func collapse(_ panel: Panel, _ rect: Rect, _ text: String) {
    guard rect.height == 1, rect.width >= 4 else { return }
    let isFocused = state.screen.focus == panel
    mark(rect, .panel(panel))
    for x in rect.x..<rect.maxX { frame.put(Cell("─", style: isFocused ? theme.focusedBorder : theme.border), x: x, y: rect.y) }
    let inside = Rect(x: rect.x + 1, y: rect.y, width: rect.width - 2, height: 1)
    let shown = DisplayText.middle(of: text, to: max(0, inside.width - panel.title.count - 3))
    frame.spans([(" \(panel.title) ", isFocused ? theme.focusedTitle : theme.title), ("\(shown) ", theme.faint)], in: inside)
  }
}
