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
    case .help(let top): self.dialog = scrolled(key, top, rows: HelpView.rowCount(self)).map { .help(top: $0) }
    case .messages(let top): self.dialog = scrolled(key, top, rows: MessagesView.rowCount(self)).map { .messages(top: $0) }
    case .confirm(let question): return answer(question, key)
    case .entry(let field, let text, _): type(key, into: field, text)
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
    case .escape, .character("q"), .character("?"), .character("!"), .enter: return nil
    default: return min(last, top)
    }
  }

  private mutating func answer(_ question: Confirmation, _ key: Key) -> [Effect] {
    switch key {
    case .character("y"), .character("Y"), .enter:
      dialog = nil
      switch question {
      case .quit(let status): return [.quit(status: status)]
      case .evaluate(let plan):
        evaluation = RunningEvaluation(plan: plan)
        failures[.evaluate(plan)] = nil
        return [.evaluate(plan)]
      }
    case .character("n"), .character("N"), .character("q"), .escape: dialog = nil
    default: break
    }
    return []
  }

  private mutating func type(_ key: Key, into field: SettingsField, _ text: String) {
    switch key {
    case .escape: dialog = nil
    case .enter, .tab:
      if let allowed = settings.enter(text, in: field) {
        dialog = .entry(field, text: text, complaint: "allowed: \(allowed)")
      } else {
        dialog = nil
      }
    case .backspace, .delete: dialog = .entry(field, text: String(text.dropLast()), complaint: nil)
    case .control("u"): dialog = .entry(field, text: "", complaint: nil)
    case .character(let character):
      guard text.count < 24, character.isASCII, character.isNumber || character == "." else { return }
      dialog = .entry(field, text: text + String(character), complaint: nil)
    default: break
    }
  }
}
