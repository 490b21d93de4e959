/// What somebody who has never been here has to know.
public enum FirstSteps {
  /// Keys, empty where there are none, and what they do.
  public static let lines: [(key: String, text: String)] = [
    ("", "Left: episodes (query and supports). Right: their images."),
    ("g", "generates supports from the real one"),
    ("e", "measures what they bring, in IoU"),
    ("b", "compares conditions"),
    ("Tab", "next panel"),
    ("?", "tells all keys, and this again"),
  ]
}

extension ScreenRenderer {
  /// The first steps over the settings until the first key: nobody needs these before.
  mutating func renderStartCard() {
    guard state.screen.showsCard else { return }
    let place = layout.panels[.settings] ?? layout.panels[state.screen.focus] ?? frame.bounds
    let width = min(place.width, 60) - 4
    var rows: [(key: String, text: String)] = []
    for line in FirstSteps.lines {
      for (index, text) in DisplayText.wrapped(line.text, to: max(8, width - (line.key.isEmpty ? 0 : 2))).enumerated() {
        rows.append((line.key.isEmpty ? "" : index == 0 ? "\(line.key) " : "  ", text))
      }
    }
    guard width >= 16, rows.count + 2 <= place.height else { return }
    let box = Rect(x: place.x, y: place.maxY - rows.count - 2, width: width + 4, height: rows.count + 2)
    frame.clear(box)
    mark(box, .panel(.settings))
    let inside = frame.box(box, title: "First steps", note: "any key", border: theme.focusedBorder, titleStyle: theme.focusedTitle)
      .inset(1, 0)
    for (row, line) in rows.enumerated() { frame.spans([(line.key, theme.key), (line.text, theme.text)], in: inside, row: row) }
  }
}
