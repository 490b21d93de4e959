/// A key in the footer.
struct FooterKey {
  let label: String
  var title: String
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

  private struct Entry {
    let action: Action.ID
    var key: FooterKey
    /// Whether it keeps its place before others go.
    let isFirst: Bool
  }

  private var entries: [Entry]
  /// Cells.
  private(set) var width: Int

  init(_ state: ExplorerState) {
    entries = Action.footer(for: state.screen.focus).enumerated().map { place, action in
      let key = FooterKey(
        label: action.footerKey, title: action.title, target: .action(action.id), isPossible: action.obstacle(state) == nil)
      return Entry(action: action.id, key: key, isFirst: place < 3)
    }
    width = entries.reduce(0) { $0 + $1.key.width }
  }

  var shown: [FooterKey] { entries.map(\.key) }

  /// Does without the least important thing: what cannot be done now, then what can; stopping what runs stays as long as words can go.
  /// False where nothing is left to do without.
  mutating func shorten() -> Bool {
    drop { !$0.isFirst && !$0.key.isPossible } || drop { !$0.isFirst && $0.action != .cancel } || dropWords() || drop { _ in true }
  }

  private mutating func drop(_ isDropped: (Entry) -> Bool) -> Bool {
    guard let index = entries.lastIndex(where: { !Self.lasting.contains($0.action) && isDropped($0) }) else { return false }
    width -= entries.remove(at: index).key.width
    return true
  }

  private mutating func dropWords() -> Bool {
    for id in Self.lasting {
      guard let index = entries.firstIndex(where: { $0.action == id && !$0.key.title.isEmpty }) else { continue }
      width -= entries[index].key.width
      entries[index].key.title = ""
      width += entries[index].key.width
      return true
    }
    return false
  }
}

extension Action {
  /// The one key that the footer names.
  public var footerKey: String { keys.first?.label ?? label }
}
