import Generation

/// What one episode is filtered and sorted by.
public struct EpisodeFacts: Hashable, Sendable {
  public var className = ""
  /// Names of the query and of the supports.
  public var names = ""
  public var score = EpisodeScore()
  /// Conditions by which a support of the episode was generated.
  public var conditions: Set<ConditionType> = []
  public var ratings: Set<Rating> = []
  public var isMarked = false

  public init() {}

  /// Kinds of facts; those that no term asks for need not be looked up.
  struct Kinds: OptionSet {
    let rawValue: Int
    static let names = Kinds(rawValue: 1), figures = Kinds(rawValue: 2), generated = Kinds(rawValue: 4), marks = Kinds(rawValue: 8)
  }
}

/// What is typed behind `/`: terms such as `class:dog iou<40 cond:hed kept:no`, and words that fit anywhere into the names.
public struct EpisodeFilter: Hashable, Sendable {
  enum Term: Hashable {
    case word(String)
    case className(String)
    case condition(String)
    case rating(Rating, isThere: Bool)
    case marked(Bool)
    case figure(Figure, Relation, Double)
  }

  enum Figure: String, CaseIterable { case iou, aug, diff, drift }

  enum Relation: String, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"
    case equal = "="
  }

  /// What can be typed.
  public static let syntax = "words  class:dog  fold:2  iou<40  aug>=50  diff<0  drift>0.3  cond:hed  kept:no  star:yes  reject:yes  marked:yes"

  public let text: String
  private(set) var terms: [Term] = []
  /// The fold that a term asks for.
  public private(set) var fold: Int?
  /// What cannot be understood; it is passed over.
  public private(set) var complaint: String?

  public init(_ text: String = "") {
    self.text = text
    for word in text.split(separator: " ") { take(String(word)) }
  }

  public var isEmpty: Bool { terms.isEmpty }

  /// What its terms ask for.
  var asked: EpisodeFacts.Kinds {
    terms.reduce(into: []) { asked, term in
      switch term {
      case .word, .className: asked.insert(.names)
      case .condition, .rating: asked.insert(.generated)
      case .marked: asked.insert(.marks)
      case .figure: asked.insert(.figures)
      }
    }
  }

  private mutating func take(_ word: String) {
    if let colon = word.firstIndex(of: ":") {
      let key = word[..<colon].lowercased(), value = word[word.index(after: colon)...].lowercased()
      // Nothing behind the colon yet: it is still being typed.
      guard !value.isEmpty else { return }
      switch key {
      case "class": terms.append(.className(value))
      case "cond", "condition": terms.append(.condition(value))
      case "fold":
        fold = Int(value)
        if fold == nil { complaint = "fold: takes a number" }
      case "kept": take(value) { .rating(.kept, isThere: $0) }
      case "star", "starred": take(value) { .rating(.starred, isThere: $0) }
      case "reject", "rejected": take(value) { .rating(.rejected, isThere: $0) }
      case "marked": take(value) { .marked($0) }
      default: complaint = "\(key): is not known"
      }
      return
    }
    for relation in Relation.allCases {
      guard let range = word.range(of: relation.rawValue), let figure = Figure(rawValue: word[..<range.lowerBound].lowercased()) else { continue }
      let value = word[range.upperBound...]
      if let number = Double(value), number.isFinite { terms.append(.figure(figure, relation, number)) } else if !value.isEmpty {
        complaint = "\(figure.rawValue) is compared with a number"
      }
      return
    }
    terms.append(.word(word.lowercased()))
  }

  private mutating func take(_ value: String, _ term: (Bool) -> Term) {
    switch value {
    case "yes", "y", "1", "true": terms.append(term(true))
    case "no", "n", "0", "false": terms.append(term(false))
    default: complaint = "yes or no"
    }
  }

  /// Whether an episode is listed. A figure that was not measured fits nothing.
  public func accepts(_ facts: EpisodeFacts) -> Bool {
    terms.allSatisfy { term in
      switch term {
      case .word(let word): Fuzzy.fits(word, in: facts.className + " " + facts.names)
      case .className(let name): Fuzzy.fits(name, in: facts.className)
      case .condition(let name): facts.conditions.contains { $0.rawValue.hasPrefix(name) }
      // What is starred is kept too.
      case .rating(.kept, let isThere): facts.ratings.contains(where: \.isKept) == isThere
      case .rating(let rating, let isThere): facts.ratings.contains(rating) == isThere
      case .marked(let isMarked): facts.isMarked == isMarked
      case .figure(let figure, let relation, let number): figure.value(facts.score).map { relation.holds($0, number) } ?? false
      }
    }
  }
}

extension EpisodeFilter.Figure {
  /// Percent, the drift 0...1.
  func value(_ score: EpisodeScore) -> Double? {
    switch self {
    case .iou: score.baseline
    case .aug: score.augmented
    case .diff: score.difference
    case .drift: score.drift
    }
  }
}

extension EpisodeFilter.Relation {
  func holds(_ left: Double, _ right: Double) -> Bool {
    switch self {
    case .atMost: left <= right
    case .atLeast: left >= right
    case .below: left < right
    case .above: left > right
    // As the list shows it.
    case .equal: abs(left - right) < 0.05
    }
  }
}

/// The order of the episode list.
public enum EpisodeOrder: String, CaseIterable, Hashable, Codable, Sendable {
  case drawn, iou, augmented, difference, drift

  public var title: String {
    switch self {
    case .drawn: "as drawn"
    case .iou: "IoU of the real supports, worst first"
    case .augmented: "IoU with generated supports, worst first"
    case .difference: "difference, worst first"
    case .drift: "drift, worst first"
    }
  }

  /// A word for the panel's edge.
  public var word: String {
    switch self {
    case .drawn: ""
    case .iou: "by IoU"
    case .augmented: "by IoU n+K"
    case .difference: "by difference"
    case .drift: "by drift"
    }
  }

  /// What is sorted by, the smallest first; nil for what was not measured, which comes last.
  func value(_ score: EpisodeScore?) -> Double? {
    switch self {
    case .drawn: nil
    case .iou: score?.baseline
    case .augmented: score?.augmented
    case .difference: score?.difference
    case .drift: score?.drift.map { -$0 }
    }
  }
}
