import Pipeline

/// A list to choose one from, filtered by typing.
package struct Picker: Hashable, Sendable {
  package let title: String
  package let choices: [Choice]
  package var query = LineInput()
  package var cursor: ListCursor

  package init(_ title: String, _ choices: [Choice], at index: Int = 0) {
    self.title = title
    self.choices = choices
    cursor = ListCursor(index)
  }

  /// What fits to the typed text.
  package var listed: [Choice] { choices.filter { Fuzzy.score(query: query.text, in: "\($0.title) \($0.detail)") != nil } }

  package var selected: Choice? { listed[safe: cursor.index] }
}

/// One row of a picker.
package struct Choice: Hashable, Sendable {
  package let title: String
  package let detail: String
  package let meaning: Meaning

  package enum Meaning: Hashable, Sendable {
    case dataset(DatasetKind)
    case fold(Int)
    /// nil for all classes.
    case classIndex(Int?)
    case order(EpisodeOrder)
    /// The class of a picture that is being imported.
    case importClass(image: String, mask: String, classIndex: Int)
    case preset(Preset)
    case theme(ThemeName)
    /// One of a setting's choices.
    case setting(SettingsField, String)
    case copy(String)
    /// A saved evaluation, by its place among all.
    case report(Int)
    /// What the shown evaluation is compared with; nil for its own figures without generated supports.
    case reference(Int?)
    case stop(StopKind)
    /// The axes of a grid.
    case grid(GridAxis, GridAxis)
  }

  package init(_ title: String, _ detail: String = "", _ meaning: Meaning) {
    self.title = title
    self.detail = detail
    self.meaning = meaning
  }
}

/// The three ways of stopping.
package enum StopKind: Hashable, Sendable, CaseIterable {
  /// At the next step; the picture is begun again when the queue goes on.
  case now
  /// When the running picture is done.
  case afterThis
  /// The running picture is cancelled, the next one goes on.
  case skip
}

/// Settings that go together.
package enum Preset: String, CaseIterable, Hashable, Sendable {
  case recommended, published, quick, thorough

  package var detail: String {
    switch self {
    case .recommended: "what the data set's model recommends"
    case .published: "ddim, 20 steps, guidance 9 (DifFSS)"
    case .quick: "dpmpp-2m-karras, 8 steps: a first look"
    case .thorough: "ddim, 50 steps"
    }
  }

  /// Changes sampler, steps and guidance; the rest stays.
  func apply(to options: inout GenerationOptions, defaults: GenerationOptions) {
    options.eta = 0
    switch self {
    case .recommended: (options.sampler, options.steps, options.guidance) = (defaults.sampler, defaults.steps, defaults.guidance)
    case .published: (options.sampler, options.steps, options.guidance) = ("ddim", 20, 9)
    case .quick: (options.sampler, options.steps, options.guidance) = ("dpmpp-2m-karras", 8, defaults.guidance)
    case .thorough: (options.sampler, options.steps, options.guidance) = ("ddim", 50, defaults.guidance)
    }
  }
}
