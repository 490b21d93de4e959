import Foundation

/// What dialogs lead to.
extension ExplorerState {
  /// What a key does while a dialog is open.
  mutating func answer(_ key: Key) -> [Effect] {
    // Leaving, drawing again and the shell are never out of reach.
    switch key {
    case .control("l"): return [.redraw]
    case .control("z"): return [.suspend]
    case .control("c"):
      if case .confirm(.quit(let status))? = dialogs.current { return [.quit(status: max(status, 130))] }
      dialogs.close()
      return leave(status: 130)
    default: break
    }
    return dialogs.press(key, screen.size).map { heed($0) } ?? []
  }

  /// Does what a dialog leaves to others.
  mutating func heed(_ answer: DialogsState.Answer) -> [Effect] {
    switch answer {
    case .run(let action): return runListed(action)
    case .choose(let choice): return choose(choice)
    case .agree(.quit(let status)): return [.quit(status: status)]
    case .agree(.evaluate(let plan)): return begin(plan)
    case .agree(.resume(let unfinished)): return resume(unfinished)
    case .agree(.forget(let unfinished)): return begin(.forget(unfinished))
    case .agree(.removeImport(let image)): return begin(.removeImport(image))
    case .enter(let field, let input): enter(input, in: field)
    case .text(let purpose, let text, let labels): return take(text, for: purpose, labels)
    case .filter(let text): return filter(by: text)
    case .keepFilter: screen.focus(on: .episodes)
    case .moveList(let rows): moveCursor(of: .episodes, rows)
    }
    return []
  }

  /// Runs an action from a list; one of another panel is done there.
  private mutating func runListed(_ action: Action) -> [Effect] {
    guard let key = action.keys.first, action.isNamed else { return [] }
    if let panels = action.panels, !panels.contains(screen.focus) || (screen.focus.isWhole && action.panels == nil) {
      guard let panel = Panel.tabs.first(where: panels.contains) else {
        say(Notice(.warning, "\(action.title): only in \(panels.map(\.title).sorted().joined(separator: ", "))"))
        return []
      }
      screen.focus(on: panel)
    }
    return run(action, key)
  }

  /// Takes a typed value, or says what is allowed and lets it be typed again.
  private mutating func enter(_ input: LineInput, in field: SettingsField) {
    if let allowed = settings.enter(input.text, in: field) {
      dialogs.open(.entry(field, input, complaint: "allowed: \(allowed)"))
    } else {
      dialogs.close()
    }
  }

  private mutating func take(_ text: String, for purpose: TextPurpose, _ labels: [Int]) -> [Effect] {
    let path = (text as NSString).expandingTildeInPath
    switch purpose {
    case .recall: return begin(.recall(path))
    case .exportKept: return begin(.exportKept(path))
    case .report: return begin(.report(path))
    case .presetName: return begin(.keepPreset(OwnPreset(String(text.prefix(60)), settings.options)))
    case .importImage:
      let next = TextPurpose.importMask(image: path)
      dialogs.open(.text(next, LineInput(next.proposal)))
    case .openFolder: return begin(.identifyFolder((path as NSString).standardizingPath))
    case .className(let source): return begin(.importImage(source, .named(text)))
    case .importMask(let image): dialogs.open(.picker(importClasses(.files(image: image, mask: path), labels)))
    }
    return []
  }

  /// Asks for work, though the same may have failed before.
  mutating func begin(_ effect: Effect) -> [Effect] {
    work.retry(effect)
    return [effect]
  }

  /// Does what a row of a picker means.
  private mutating func choose(_ choice: Choice) -> [Effect] {
    switch choice.meaning {
    case .dataset(let kind): return open(kind)
    case .pickFolder: dialogs.open(.text(.openFolder, LineInput()))
    case .openFolder(let kind, let path, let isKept): return open(path, as: kind) + (isKept ? begin(.rememberFolder(kind, path: path)) : [])
    case .nameClass(let source, let name): dialogs.open(.text(.className(source), LineInput(name)))
    case .fold(let number): return number == browse.fold ? [] : openFold(number)
    case .classIndex(let index):
      browse.show(class: index)
      listEpisodes(keeping: selected)
      screen.focus(on: .episodes)
    case .order(let order):
      browse.sort(by: order)
      listEpisodes(keeping: selected)
    case .importClass(let source, let meant): return begin(.importImage(source, meant))
    case .ownImage(let image): dialogs.open(.picker(fates(of: image)))
    case .removeImport(let image): dialogs.open(.confirm(.removeImport(image)))
    case .moveImport(let image): dialogs.open(.picker(importClasses(.imported(image))))
    case .namePreset: dialogs.open(.text(.presetName, LineInput()))
    case .pickForgotten: dialogs.open(.picker(forgettablePresets))
    case .forgetPreset(let name): return [.forgetPreset(name)]
    case .ownPreset(let preset): do { try settings.apply(preset) } catch { say(Notice(error)) }
    case .preset(let preset): settings.apply(preset)
    case .theme(let name): screen.choose(theme: name)
    case .setting(let field, let value): settings.choose(value, in: field)
    case .copy(let text):
      say(Notice(.info, "copied: \(choice.title)"))
      return [.copy(text)]
    case .copyEvaluation(let episodes): return begin(.listEpisodes(episodes))
    case .noCopy(let reason): say(Notice(.warning, reason))
    case .reference(let index): evaluation.compare(with: index.flatMap { evaluation.saved[safe: $0] })
    case .stop(let kind): return queue.stop(kind, screen.focus == .queue ? chosenJobs : [])
    case .grid(let rows, let columns): open(PlanTable(rows, columns, options: settings.options))
    }
    return []
  }
}
