import Data

/// A list to choose one from, filtered by typing.
public struct Picker: Hashable, Sendable {
  public let title: String
  public let choices: [Choice]
  public var query = LineInput()
  public var cursor: ListCursor

  public init(_ title: String, _ choices: [Choice], at index: Int = 0) {
    self.title = title
    self.choices = choices
    cursor = ListCursor(index)
  }

  /// What fits to the typed text, the best first; a title counts more than what is said of it.
  public var listed: [Choice] {
    guard !query.text.isEmpty else { return choices }
    let scored = choices.enumerated().compactMap { place, choice -> (choice: Choice, score: Int, place: Int)? in
      let title = Fuzzy.score(query: query.text, in: choice.title).map { $0 + 1000 }
      return (title ?? Fuzzy.score(query: query.text, in: "\(choice.title) \(choice.detail)")).map { (choice, $0, place) }
    }
    return scored.sorted { ($1.score, $0.place) < ($0.score, $1.place) }.map(\.choice)
  }

  public var selected: Choice? { listed[safe: cursor.index] }
}

/// One row of a picker.
public struct Choice: Hashable, Sendable {
  public let title: String
  public let detail: String
  public let meaning: Meaning

  public enum Meaning: Hashable, Sendable {
    case dataset(DatasetKind)
    case fold(Int)
    /// nil for all classes.
    case classIndex(Int?)
    case order(EpisodeOrder)
    /// The class of an image that is being imported.
    case importClass(image: String, mask: String, classIndex: Int)
    case preset(Preset)
    case ownPreset(OwnPreset)
    /// Asks for a name for the present settings, or which preset is to be forgotten.
    case namePreset, pickForgotten
    case forgetPreset(String)
    case theme(ThemeName)
    /// One of a setting's choices.
    case setting(SettingsField, String)
    case copy(String)
    /// A saved evaluation, by its place among all.
    case report(Int)
    /// Single predictions in place of an evaluation.
    case ownFigures
    /// What the shown evaluation is compared with; nil for its own figures without generated supports.
    case reference(Int?)
    case stop(StopKind)
    /// The axes of a grid.
    case grid(GridAxis, GridAxis)
  }

  public init(_ title: String, _ detail: String = "", _ meaning: Meaning) {
    self.title = title
    self.detail = detail
    self.meaning = meaning
  }
}
