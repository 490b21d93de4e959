import Foundation

/// What a typed line means to the explorer in plain lines.
public enum PlainInput {
  /// Keys in their order; nil for a line that means nothing. `read` is no key: it asks for the whole panel.
  public static func keys(_ line: String, _ state: ExplorerState) -> [Key]? {
    let word = line.trimmingCharacters(in: .whitespaces)
    if let named = names[word.lowercased()] { return [named] }
    switch state.dialogs.current {
    case .entry, .text, .filter:
      // An empty line takes what is there.
      return word.isEmpty ? [.enter] : [.end, .control("u")] + word.map { .character($0) } + [.enter]
    case .picker, .commands: return word.isEmpty ? [.enter] : [.end, .control("u")] + word.map { .character($0) } + (state.isChoosing(word) ? [.enter] : [])
    case .confirm, .messages, .cluster, nil: break
    }
    if word.isEmpty { return [.down] }
    if word.count == 1, let key = word.first { return [.character(key)] }
    // An action by its name, through the palette.
    guard let action = Action.all.first(where: { $0.isNamed && $0.title == word.lowercased() && $0.panels?.contains(state.screen.focus) ?? true })
      ?? Action.all.first(where: { $0.isNamed && $0.title == word.lowercased() }) else { return nil }
    return [.character(":")] + action.title.map { .character($0) } + [.enter]
  }

  private static let names: [String: Key] = [
    "esc": .escape, "enter": .enter, "tab": .tab, "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
    "pgup": .pageUp, "pgdn": .pageDown, "space": .character(" "), "back tab": .backTab,
  ]
}

extension ExplorerState {
  /// Whether the typed words leave one choice.
  fileprivate func isChoosing(_ word: String) -> Bool {
    switch dialogs.current {
    case .picker(var picker):
      picker.query = LineInput(word)
      return picker.listed.count == 1
    case .commands(var list):
      list.query = LineInput(word)
      return list.actions.count == 1 || list.selected?.title == word
    default: return false
    }
  }
}
