extension ScreenRenderer {
  /// The focused panel's keys, as many as fit; help and quit always.
  mutating func renderFooter() {
    var actions = Action.footer(for: state.screen.focus)
    func width(_ action: Action) -> Int { DisplayText(action.footerKey).width + 1 + DisplayText(action.title).width + 2 }
    while actions.reduce(0, { $0 + width($1) }) > layout.footer.width + 1,
      let index = actions.lastIndex(where: { $0.id != .help && $0.id != .quit })
    {
      actions.remove(at: index)
    }
    var column = 0
    for action in actions {
      let isPossible = action.obstacle(state) == nil
      let width = frame.spans(
        [(action.footerKey, isPossible ? theme.key : theme.faint), (" " + action.title, isPossible ? theme.text : theme.faint), ("  ", theme.text)],
        in: layout.footer, column: column)
      mark(Rect(x: layout.footer.x + column, y: layout.footer.y, width: width - 2, height: 1), .action(action.id))
      column += width
    }
  }
}

extension Action {
  /// The one key that the footer names.
  public var footerKey: String { keys.first?.label ?? label }
}
