import Foundation
import Pipeline

extension ExplorerState {
  /// What a key does while a dialog is open.
  mutating func answer(_ dialog: Dialog, _ key: Key) -> [Effect] {
    // Leaving, drawing anew and the shell are never out of reach.
    switch key {
    case .control("l"): return [.redraw]
    case .control("z"): return [.suspend]
    case .control("c"):
      if case .confirm(.quit(let status)) = dialog { return [.quit(status: max(status, 130))] }
      self.dialog = isBusy ? .confirm(.quit(status: 130)) : nil
      return isBusy ? [] : [.quit(status: 130)]
    default: break
    }
    switch dialog {
    case .commands(let list): return answer(list, key)
    case .picker(let picker): return answer(picker, key)
    case .messages(let top): self.dialog = scrolled(key, top, rows: MessagesView.rowCount(self)).map { .messages(top: $0) }
    case .confirm(let question): return answer(question, key)
    case .entry(let field, let input, _): enter(key, into: field, input)
    case .text(let purpose, let input): return enter(key, purpose, input)
    case .filter(let input, let before): return enter(key, filter: input, before)
    }
    return []
  }

  // MARK: Lists that are filtered by typing

  /// Moves a cursor; false for keys that do not.
  private func move(_ cursor: inout ListCursor, _ key: Key, count: Int) -> Bool {
    switch key {
    case .down, .control("n"), .tab: cursor.move(1, count: count)
    case .up, .control("p"), .backTab: cursor.move(-1, count: count)
    case .pageDown, .control("d"): cursor.move(10, count: count)
    case .pageUp: cursor.move(-10, count: count)
    default: return false
    }
    return true
  }

  private mutating func answer(_ list: CommandList, _ key: Key) -> [Effect] {
    var list = list
    switch key {
    case .escape: dialog = nil
    // The key that opened the help closes it.
    case .character("?") where list.form == .help && list.query.text.isEmpty: dialog = nil
    case .enter:
      dialog = nil
      guard let action = list.selected, let own = action.keys.first, action.isNamed else { return [] }
      // An action of another panel is done there.
      if let panels = action.panels, !panels.contains(focus) || (focus.isWhole && action.panels == nil) {
        guard let panel = Panel.tabs.first(where: panels.contains) else {
          say(Notice(.warning, "\(action.title): only in \(panels.map(\.title).sorted().joined(separator: ", "))"))
          return []
        }
        focus(on: panel)
      }
      return run(action, own)
    default:
      if !move(&list.cursor, key, count: list.actions.count), list.query.take(key) { list.cursor = ListCursor() }
      dialog = .commands(list)
    }
    return []
  }

  private mutating func answer(_ picker: Picker, _ key: Key) -> [Effect] {
    var picker = picker
    switch key {
    case .escape: dialog = nil
    case .enter:
      dialog = nil
      return picker.selected.map { choose($0) } ?? []
    default:
      if !move(&picker.cursor, key, count: picker.listed.count), picker.query.take(key) { picker.cursor = ListCursor() }
      dialog = .picker(picker)
    }
    return []
  }

  /// The new first row of a scrolling text, or nil when the key closes it.
  private func scrolled(_ key: Key, _ top: Int, rows: Int) -> Int? {
    let page = ScrollingDialog.visibleRows(size)
    let last = max(0, rows - page)
    switch key {
    case .character("j"), .down: return min(last, top + 1)
    case .character("k"), .up: return max(0, top - 1)
    case .character(" "), .pageDown, .control("d"): return min(last, top + page)
    case .pageUp, .control("u"): return max(0, top - page)
    case .home, .character("<"): return 0
    case .end, .character(">"): return last
    case .escape, .character("q"), .character("!"), .enter: return nil
    default: return min(last, top)
    }
  }

  // MARK: Questions and entries

  private mutating func answer(_ question: Confirmation, _ key: Key) -> [Effect] {
    switch key {
    case .character("y"), .character("Y"), .enter:
      dialog = nil
      switch question {
      case .quit(let status): return [.quit(status: status)]
      case .evaluate(let plan): return begin(plan)
      }
    case .character("n"), .character("N"), .character("q"), .escape: dialog = nil
    default: break
    }
    return []
  }

  private mutating func enter(_ key: Key, into field: SettingsField, _ input: LineInput) {
    var input = input
    switch key {
    case .escape: dialog = nil
    case .enter, .tab:
      let allowed = settings.enter(input.text, in: field)
      dialog = allowed.map { .entry(field, input, complaint: "allowed: \($0)") }
    default:
      // Numbers take nothing else.
      if !field.isText, case .character(let character) = key, !(character.isASCII && (character.isNumber || character == ".")) { return }
      if !field.isText, case .character = key, input.text.count >= 24 { return }
      _ = input.take(key)
      dialog = .entry(field, input, complaint: nil)
    }
  }

  private mutating func enter(_ key: Key, _ purpose: TextPurpose, _ input: LineInput) -> [Effect] {
    var input = input
    switch key {
    case .escape: dialog = nil
    case .enter where !input.text.trimmingCharacters(in: .whitespaces).isEmpty:
      dialog = nil
      let name = input.text.trimmingCharacters(in: .whitespaces), path = (name as NSString).expandingTildeInPath
      let effect: Effect
      switch purpose {
      case .recall: effect = .recall(path)
      case .exportKept: effect = .exportKept(path)
      case .report: effect = .report(path)
      case .presetName: effect = .keepPreset(OwnPreset(String(name.prefix(60)), settings.options))
      case .importImage:
        let next = TextPurpose.importMask(image: path)
        dialog = .text(next, LineInput(next.proposal))
        return []
      case .importMask(let image):
        pickImportClass(image: image, mask: path)
        return []
      }
      failures[effect] = nil
      return [effect]
    default:
      _ = input.take(key)
      dialog = .text(purpose, input)
    }
    return []
  }

  private mutating func enter(_ key: Key, filter input: LineInput, _ before: String) -> [Effect] {
    var input = input
    switch key {
    case .escape:
      dialog = nil
      return take(filter: before)
    case .enter:
      dialog = nil
      focus(on: .episodes)
      return []
    case .down: moveCursor(of: .episodes, 1)
    case .up: moveCursor(of: .episodes, -1)
    default:
      guard input.take(key) else { return [] }
      dialog = .filter(input, before: before)
      return take(filter: input.text)
    }
    return []
  }
}
