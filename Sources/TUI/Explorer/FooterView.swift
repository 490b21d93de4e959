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
  /// The focused panel's keys, as many as fit; the way out, help and quit always, by their keys alone where there is no room for more. Beside
  /// the first three, which keep their places, what cannot be done now goes before what can.
  mutating func renderFooter() {
    guard state.dialogs.current == nil else { return }
    let lasting: Set<Action.ID> = [.back, .help, .quit]
    var actions = Action.footer(for: state.screen.focus)
    func keys() -> [FooterKey] {
      actions.map { FooterKey(label: $0.footerKey, title: $0.title, target: .action($0.id), isPossible: $0.obstacle(state) == nil) }
    }
    func isTooWide(_ keys: [FooterKey]) -> Bool { keys.reduce(0) { $0 + $1.width } > layout.footer.width + 2 }
    while isTooWide(keys()) {
      let idle = actions.dropFirst(3).lastIndex { !lasting.contains($0.id) && $0.obstacle(state) != nil }
      guard let index = idle ?? actions.lastIndex(where: { !lasting.contains($0.id) }) else { break }
      actions.remove(at: index)
    }
    var shown = keys()
    if isTooWide(shown) { shown = shown.map { FooterKey(label: $0.label, title: "", target: $0.target, isPossible: $0.isPossible) } }
    renderKeys(shown)
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

extension Action {
  /// The one key that the footer names.
  public var footerKey: String { keys.first?.label ?? label }
}
