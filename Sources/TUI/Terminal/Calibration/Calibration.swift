import Render

/// What `diffss doctor --calibrate` asks, one question after the other.
public struct Calibration {
  public enum Question: Hashable, Sendable {
    /// Whether the terminal draws these.
    case symbols(SymbolSet)
    /// Whether its background is dark.
    case darkBackground
  }

  /// What to ask now; nil at the end.
  public private(set) var question: Question? = .symbols(.quadrant)
  /// Nil where nobody was asked.
  public private(set) var lightBackground: Bool?
  private var drawn: Set<SymbolSet> = []
  private let asksBackground: Bool

  /// `asksBackground` where the terminal did not say it.
  public init(asksBackground: Bool) { self.asksBackground = asksBackground }

  /// The finest set of which everything is drawn.
  public var symbols: SymbolSet {
    if drawn.contains(.wedge), drawn.contains(.octant) { return .best }
    return [.octant, .wedge, .sextant, .quadrant].first(where: drawn.contains) ?? .half
  }

  /// Takes the answer to the question.
  public mutating func answer(_ isYes: Bool) {
    switch question {
    case .symbols(let set):
      if isYes { drawn.insert(set) }
      question = Self.next(after: set, isDrawn: isYes).map(Question.symbols) ?? (asksBackground ? .darkBackground : nil)
    case .darkBackground: (lightBackground, question) = (!isYes, nil)
    case nil: break
    }
  }

  /// Finer sets hold the coarser ones, but octants and slanted cuts do not hold each other.
  private static func next(after set: SymbolSet, isDrawn: Bool) -> SymbolSet? {
    switch set {
    case .quadrant where isDrawn: .sextant
    case .sextant where isDrawn: .wedge
    case .wedge: .octant
    default: nil
    }
  }
}
