/// A key that answers a dialog, as the footer names it.
struct DialogKey {
  let label: String
  let title: String
  /// Nil for a label that stands for many keys.
  let key: Key?

  init(_ label: String, _ title: String, _ key: Key? = nil) { (self.label, self.title, self.key) = (label, title, key) }
}

extension Dialog {
  /// The keys that answer it; none where the dialog is in the footer's place itself.
  var keys: [DialogKey] {
    let move = [DialogKey("type", "to narrow"), DialogKey("↑", "up", .up), DialogKey("↓", "down", .down)]
    let leave = DialogKey("Esc", "leaves it", .escape), close = DialogKey("Esc", "closes", .escape)
    switch self {
    case .commands: return move + [DialogKey("Enter", "runs it", .enter), close]
    case .picker: return move + [DialogKey("Enter", "takes it", .enter), close]
    case .messages, .cluster:
      return [
        DialogKey("j", "down", .character("j")), DialogKey("k", "up", .character("k")), DialogKey("G", "end", .character("G")), close,
      ]
    case .confirm: return [DialogKey("y", "yes", .character("y")), DialogKey("n", "no", .character("n")), DialogKey("Esc", "no", .escape)]
    case .entry: return [DialogKey("Enter", "takes it", .enter), leave]
    case .text(let purpose, _):
      return (purpose.path == nil ? [] : [DialogKey("Tab", "completes", .tab)]) + [DialogKey("Enter", "goes on", .enter), leave]
    case .filter: return []
    }
  }
}

extension ScreenRenderer {
  /// The keys of what is open, in the footer's place.
  mutating func renderDialogKeys(_ dialog: Dialog) {
    var keys = dialog.keys.map { FooterKey(label: $0.label, title: $0.title, target: $0.key.map(Target.key)) }
    guard !keys.isEmpty, !layout.footer.isEmpty else { return }
    // The way out is the last to go.
    while keys.count > 1, keys.reduce(0, { $0 + $1.width }) > layout.footer.width + 2 { keys.removeFirst() }
    frame.clear(layout.footer)
    renderKeys(keys)
  }
}
