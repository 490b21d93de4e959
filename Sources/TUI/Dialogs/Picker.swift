import Data

/// A list to choose one from, filtered by typing.
public struct Picker: Hashable, Sendable {
  public let title: String
  public let choices: [Choice]
  /// What has to be known of the grey choices, or of all; nil for nothing.
  public let hint: String?
  /// The last row, whatever is typed; nil for none.
  public let other: Choice?
  public var query = LineInput()
  public var cursor: ListCursor

  public init(_ title: String, _ choices: [Choice], at index: Int = 0, hint: String? = nil, other: Choice? = nil) {
    self.title = title
    self.choices = choices
    self.hint = hint
    self.other = other
    cursor = ListCursor(index)
  }

  /// All rows, as they are before something is typed.
  public var rows: [Choice] { choices + [other].compactMap { $0 } }

  /// What fits to the typed text, the best first; a title counts more than what is said of it.
  public var listed: [Choice] {
    guard !query.text.isEmpty else { return rows }
    let scored = choices.enumerated().compactMap { place, choice -> (choice: Choice, score: Int, place: Int)? in
      let title = Fuzzy.score(query: query.text, in: choice.title).map { $0 + 1000 }
      return (title ?? Fuzzy.score(query: query.text, in: "\(choice.title) \(choice.detail)")).map { (choice, $0, place) }
    }
    let found = scored.sorted { ($1.score, $0.place) < ($0.score, $1.place) }.map(\.choice)
    return found + [other.flatMap { $0.naming(query.text, unlike: choices) }].compactMap { $0 }
  }

  public var selected: Choice? { listed[safe: cursor.index] }
}

/// One row of a picker.
public struct Choice: Hashable, Sendable {
  public let title: String
  public let detail: String
  public let meaning: Meaning
  /// Whether it can be used as it is; grey otherwise.
  public let isPossible: Bool

  public enum Meaning: Hashable, Sendable {
    case dataset(DatasetKind)
    /// Asks for a folder; opens one, and notes it in the configuration.
    case pickFolder
    case openFolder(DatasetKind, path: String, isKept: Bool)
    case fold(Int)
    /// nil for all classes.
    case classIndex(Int?)
    case order(EpisodeOrder)
    /// The class of an image of the user's own.
    case importClass(ImportSource, ImportClass)
    /// Asks for the name of a new class for it, which begins with a text.
    case nameClass(ImportSource, String)
    /// What is done with an imported image: asks which, whether it is to be removed, and into which class it goes.
    case ownImage(ImportedImage), removeImport(ImportedImage), moveImport(ImportedImage)
    case preset(Preset)
    case ownPreset(OwnPreset)
    /// Asks for a name for the present settings, or which preset is to be forgotten.
    case namePreset, pickForgotten
    case forgetPreset(String)
    /// By its name.
    case theme(String)
    /// One of a setting's choices.
    case setting(SettingsField, String)
    case copy(String)
    /// The command line that evaluates these episodes, for which they are listed in a file.
    case copyEvaluation([Episode])
    /// Why there is nothing to copy.
    case noCopy(String)
    /// What the shown evaluation is compared with; nil for its own figures without generated supports.
    case reference(Int?)
    case stop(StopKind)
    /// The axes of a grid.
    case grid(GridAxis, GridAxis)
  }

  public init(_ title: String, _ detail: String = "", _ meaning: Meaning, isPossible: Bool = true) {
    self.title = title
    self.detail = detail
    self.meaning = meaning
    self.isPossible = isPossible
  }

  /// The same with what was typed as the name that it asks for; nil where one of the other choices has that name.
  fileprivate func naming(_ text: String, unlike others: [Choice]) -> Choice? {
    guard case .nameClass(let source, _) = meaning else { return self }
    if others.contains(where: { $0.title.lowercased() == text.lowercased() }) { return nil }
    return Choice("a new class “\(text)”…", "its name is asked for first", .nameClass(source, text))
  }
}
