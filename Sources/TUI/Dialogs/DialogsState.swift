import Foundation

/// What is over the panels, and everything that was said.
public struct DialogsState: Sendable {
  public private(set) var current: Dialog?
  /// Notices of the last seconds.
  public private(set) var toasts: [Toast] = []
  /// The last 500 notices.
  public private(set) var messages: [Notice] = []
  /// What is known of the path that is being typed, as it was when it was looked at.
  public private(set) var path: PathInsight?
  /// What becomes of the typed path as soon as it is known.
  private var wish: Wish?

  private enum Wish { case complete, take }
  /// When runs on a cluster were last asked for.
  private var clusterAsked = -Double.infinity

  mutating func open(_ dialog: Dialog) { (current, path, wish) = (dialog, nil, nil) }

  mutating func close() { (current, path, wish) = (nil, nil, nil) }

  // MARK: Paths

  /// The path that is being typed and was not looked at yet.
  var unknownPath: (text: String, use: PathUse)? {
    guard case .text(let purpose, let input)? = current, let use = purpose.path, path?.text != input.text else { return nil }
    return (input.text, use)
  }

  /// Whether the typed path was taken and is being looked at.
  var isTaking: Bool { wish == .take }

  /// Takes over what was found out about a path, unless another one is typed by now, and does what was asked of it meanwhile.
  mutating func take(_ insight: PathInsight) -> Answer? {
    guard case .text(let purpose, let input)? = current, purpose.path != nil, input.text == insight.text else { return nil }
    let wish = wish
    self.wish = nil
    if let instead = insight.instead {
      current = .text(purpose, LineInput(instead))
      return nil
    }
    path = insight
    switch wish {
    case .complete: complete(purpose, input)
    case .take: return enter(purpose, input)
    case nil: break
    }
    return nil
  }

  /// Completes the typed path as far as all names in its folder agree.
  private mutating func complete(_ purpose: TextPurpose, _ input: LineInput) {
    guard let path, path.text == input.text else { return wish = .complete }
    if path.completed != input.text { current = .text(purpose, LineInput(path.completed)) }
  }

  /// Takes the typed text. What is known not to do is said below a path, which stays.
  private mutating func enter(_ purpose: TextPurpose, _ input: LineInput) -> Answer? {
    let known = path?.text == input.text ? path : nil
    if known?.mayDo == false { return nil }
    if known == nil, purpose.path?.isChecked == true {
      wish = .take
      return nil
    }
    close()
    return .text(purpose, input.text.trimmingCharacters(in: .whitespaces), labels: known?.labels ?? [])
  }

  // MARK: Notices

  /// Keeps a notice among the messages, without showing it.
  mutating func keep(_ notice: Notice) {
    messages.append(notice)
    if messages.count > 500 { messages.removeFirst(messages.count - 500) }
  }

  /// Shows a notice for a while, beside the panel that it is about, and keeps it among the messages.
  mutating func say(_ notice: Notice, about panel: Panel?, at now: Double) {
    keep(notice)
    toasts.removeAll { $0.notice == notice }
    toasts.append(Toast(notice: notice, panel: panel, until: now + (notice.level == .info ? 4 : 10)))
    if toasts.count > 3 { toasts.removeFirst() }
  }

  mutating func dropToasts() { toasts = [] }

  mutating func tick(to now: Double) { toasts.removeAll { $0.until <= now } }

  // MARK: Runs on a cluster

  /// Seconds between two looks.
  private static let clusterInterval = 5.0

  /// Opens the view of runs on a cluster, which the caller asks for.
  mutating func openCluster(at now: Double) {
    clusterAsked = now
    open(.cluster(lines: ["asking …"], top: 0))
  }

  /// Whether runs on a cluster are in sight and have not been asked for lately; then they are by the caller.
  mutating func asksForCluster(at now: Double) -> Bool {
    guard case .cluster = current, now - clusterAsked >= Self.clusterInterval else { return false }
    clusterAsked = now
    return true
  }

  /// Shows runs where they are in sight still.
  mutating func take(clusterRuns lines: [String]) {
    guard case .cluster(_, let top) = current else { return }
    current = .cluster(lines: lines, top: top)
  }

  /// Whether runs on a cluster are in sight.
  var showsCluster: Bool { if case .cluster = current { true } else { false } }

  // MARK: Keys

  /// What a key of a dialog leaves to others.
  enum Answer {
    case run(Action)
    case choose(Choice)
    case agree(Confirmation)
    case enter(SettingsField, LineInput)
    /// `labels` are those of a mask that has several.
    case text(TextPurpose, String, labels: [Int])
    /// The text behind `/` from now on.
    case filter(String)
    case keepFilter
    /// The list below the filter.
    case moveList(Int)
  }

  /// Takes a key for what is open; `size` is the screen's.
  mutating func press(_ key: Key, _ size: Size) -> Answer? {
    switch current {
    case .commands(let list): return press(key, list)
    case .picker(let picker): return press(key, picker)
    case .messages(let top):
      current = scrolled(key, top, rows: MessagesView.rows(messages, size).count, page: ScrollingDialog.visibleRows(size)).map {
        .messages(top: $0)
      }
    case .cluster(let lines, let top):
      let rows = ClusterView.rows(lines, size).count
      current = scrolled(key, top, rows: rows, page: ScrollingDialog.visibleRows(size)).map { .cluster(lines: lines, top: $0) }
    case .confirm(let question): return press(key, question)
    case .entry(let field, let input, _): return press(key, field, input)
    case .text(let purpose, let input): return press(key, purpose, input)
    case .filter(let input, let before): return press(key, filter: input, before)
    case nil: break
    }
    return nil
  }

  /// Moves a cursor; false for keys that do not.
  private func move(_ cursor: inout ListCursor, _ key: Key, count: Int) -> Bool {
    switch key {
    case .down, .control("n"), .tab: cursor.move(1, count: count)
    case .up, .control("p"), .backTab: cursor.move(-1, count: count)
    case .pageDown, .control("d"): cursor.move(10, count: count)
    case .pageUp: cursor.move(-10, count: count)
    case .home: cursor.move(-count, count: count)
    case .end: cursor.move(count, count: count)
    default: return false
    }
    return true
  }

  private mutating func press(_ key: Key, _ list: CommandList) -> Answer? {
    var list = list
    switch key {
    case .escape: close()
    // The key that opened the help closes it.
    case .character("?") where list.form == .help && list.query.text.isEmpty: close()
    case .enter:
      // Nothing fits: it can be typed again.
      guard let selected = list.selected else { break }
      close()
      return .run(selected)
    default:
      if !move(&list.cursor, key, count: list.actions.count), list.query.take(key) { list.cursor = ListCursor() }
      current = .commands(list)
    }
    return nil
  }

  private mutating func press(_ key: Key, _ picker: Picker) -> Answer? {
    var picker = picker
    switch key {
    case .escape: close()
    case .enter:
      guard let selected = picker.selected else { break }
      close()
      return .choose(selected)
    default:
      if !move(&picker.cursor, key, count: picker.listed.count), picker.query.take(key) { picker.cursor = ListCursor() }
      current = .picker(picker)
    }
    return nil
  }

  /// Puts the cursor of a list on a row in sight.
  mutating func point(at row: Int) -> Bool {
    switch current {
    case .picker(var picker):
      picker.cursor = ListCursor(row)
      current = .picker(picker)
    case .commands(var list):
      list.cursor = ListCursor(row)
      current = .commands(list)
    default: return false
    }
    return true
  }

  /// The new first row of a scrolling text, or nil when the key closes it.
  private func scrolled(_ key: Key, _ top: Int, rows: Int, page: Int) -> Int? {
    let last = max(0, rows - page)
    switch key {
    case .character("j"), .down: return min(last, top + 1)
    case .character("k"), .up: return max(0, top - 1)
    case .character(" "), .pageDown, .control("d"): return min(last, top + page)
    case .pageUp, .control("u"): return max(0, top - page)
    case .home, .character("<"): return 0
    case .end, .character(">"), .character("G"): return last
    case .escape, .character("q"), .character("!"), .enter: return nil
    default: return min(last, top)
    }
  }

  private mutating func press(_ key: Key, _ question: Confirmation) -> Answer? {
    switch key {
    case .character("y"), .character("Y"), .enter:
      close()
      return .agree(question)
    case .character("n"), .character("N"), .character("q"), .escape: close()
    default: break
    }
    return nil
  }

  private mutating func press(_ key: Key, _ field: SettingsField, _ input: LineInput) -> Answer? {
    var input = input
    switch key {
    case .escape: close()
    case .enter, .tab: return .enter(field, input)
    default:
      // Numbers take nothing else.
      if !field.isText, case .character(let character) = key, !(character.isASCII && (character.isNumber || character == ".")) {
        return nil
      }
      if !field.isText, case .character = key, input.text.count >= 24 { return nil }
      _ = input.take(key)
      current = .entry(field, input, complaint: nil)
    }
    return nil
  }

  private mutating func press(_ key: Key, _ purpose: TextPurpose, _ input: LineInput) -> Answer? {
    var input = input
    switch key {
    case .escape: close()
    case .enter where !input.text.allSatisfy(\.isWhitespace): return enter(purpose, input)
    case .tab where purpose.path != nil: complete(purpose, input)
    default:
      wish = nil
      _ = input.take(key)
      current = .text(purpose, input)
    }
    return nil
  }

  private mutating func press(_ key: Key, filter input: LineInput, _ before: String) -> Answer? {
    var input = input
    switch key {
    case .escape:
      close()
      return .filter(before)
    case .enter:
      close()
      return .keepFilter
    case .down: return .moveList(1)
    case .up: return .moveList(-1)
    default:
      guard input.take(key) else { return nil }
      current = .filter(input, before: before)
      return .filter(input.text)
    }
  }
}
