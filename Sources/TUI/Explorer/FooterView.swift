/// A key in the footer.
struct FooterKey {
  let label: String
  let title: String
  /// What pressing its name does; nil for nothing.
  let target: Target?
  var isPossible = true

  /// Cells, with the gap behind it.
  var width: Int { DisplayText(label).width + (title.isEmpty ? 0 : 1 + DisplayText(title).width) + 2 }
}

extension ScreenRenderer {
  /// The focused panel's keys, as many as fit.
  mutating func renderFooter() {
    guard state.dialogs.current == nil else { return }
    var keys = FooterKeys(state)
    while keys.width > layout.footer.width + 2, keys.shorten() {}
    renderKeys(keys.shown)
  }

  /// Keys one behind the other.
  mutating func renderKeys(_ keys: [FooterKey]) {
    var column = 0
    for key in keys {
      let (label, title) = key.isPossible ? (theme.key, theme.text) : (theme.faint, theme.faint)
      let width = frame.spans([(key.label, label), (key.title.isEmpty ? "" : " " + key.title, title)], in: layout.footer, column: column)
      if let target = key.target { mark(Rect(x: layout.footer.x + column, y: layout.footer.y, width: width, height: 1), target) }
      column += width + 2
    }
  }
}

/// What the footer shows, and what it does without where there is little room.
private struct FooterKeys {
  /// What is of use everywhere stays, in the end by the keys alone. These lose their words in this order.
  private static let lasting: [Action.ID] = [.back, .help, .quit, .nextPanel]

  private var actions: [Action]
  /// The first three keep their places.
  private let first: Set<Action.ID>
  /// Actions without their words.
  private var bare: Set<Action.ID> = []
  private let state: ExplorerState

  init(_ state: ExplorerState) {
    self.state = state
    actions = Action.footer(for: state.screen.focus)
    first = Set(actions.prefix(3).map(\.id))
  }

  var shown: [FooterKey] {
    actions.map { action in
      let title = bare.contains(action.id) ? "" : action.title
      return FooterKey(label: action.footerKey, title: title, target: .action(action.id), isPossible: action.obstacle(state) == nil)
    }
  }

  var width: Int { shown.reduce(0) { $0 + $1.width } }

  /// Does without the least important thing: what cannot be done now, then what can; stopping what runs stays as long as words can go.
  /// False where nothing is left to do without.
  mutating func shorten() -> Bool {
    let (first, state) = (first, state)
    return drop { !first.contains($0.id) && $0.obstacle(state) != nil } || drop { !first.contains($0.id) && $0.id != .cancel }
      || dropWords() || drop { _ in true }
  }

  private mutating func drop(_ isDropped: (Action) -> Bool) -> Bool {
    guard let index = actions.lastIndex(where: { !Self.lasting.contains($0.id) && isDropped($0) }) else { return false }
    actions.remove(at: index)
    return true
  }

  private mutating func dropWords() -> Bool {
    let worded = Self.lasting.first { id in !bare.contains(id) && actions.contains { $0.id == id } }
    return worded.map { bare.insert($0).inserted } ?? false
  }
}

extension Action {
  /// The one key that the footer names.
  public var footerKey: String { keys.first?.label ?? label }
}
