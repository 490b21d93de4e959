/// The actions to read through, to filter by typing and to run: the help (`?`) and the palette (`:`).
public struct CommandList: Hashable, Sendable {
  public enum Form: Hashable, Sendable {
    /// By group, with what each does.
    case help
    /// One line each, the best match first.
    case palette
  }

  public let form: Form
  public var query = LineInput()
  public var cursor = ListCursor()

  public init(_ form: Form) { self.form = form }

  /// What is listed: actions that one can name without giving them a key.
  public var actions: [Action] {
    let all = Action.all.filter { form == .help || $0.isNamed }
    let text = query.text
    guard !text.trimmingCharacters(in: .whitespaces).isEmpty else { return all }
    // A key by its label comes first.
    let byKey = all.filter { $0.label.split(separator: " ").contains(Substring(text)) }
    // Letters with gaps fit into any long sentence: there whole words are asked for.
    let words = text.lowercased().split(separator: " ")
    let found = all.compactMap { action -> (Action, Int)? in
      if let score = Fuzzy.score(query: text, in: action.title) { return (action, score + 1000) }
      let sentence = "\(action.title) \(action.detail) \(action.group.rawValue)".lowercased()
      return words.allSatisfy(sentence.contains) ? (action, 0) : nil
    }
    // A palette ranks; a help keeps its groups.
    let rest = (form == .palette ? found.sorted { $0.1 > $1.1 } : found).map(\.0)
    return byKey + rest.filter { action in !byKey.contains { $0.id == action.id && $0.keys == action.keys } }
  }

  /// The action under the cursor.
  public var selected: Action? { actions[safe: cursor.index] }
}
