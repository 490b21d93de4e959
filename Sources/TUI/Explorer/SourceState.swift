import Data

/// Where the episodes come from, and the words of a command line that say so.
public struct SourceState: Sendable {
  /// Name of the data set as given, shown until it is open.
  public private(set) var name: String
  /// How far its opening is, in words.
  public private(set) var opening: String?
  /// Why there is no data set.
  public private(set) var failure: Notice?
  /// What the last run left, until it is taken over.
  public private(set) var session: SavedSession?

  /// Data sets that can be opened without further words.
  public var datasets: [DatasetKind] = [.demo]
  /// The words of a command line that opens each data set, with the models that are searched here.
  public var invocations: [String: [String]] = [:]
  /// The words of a command line that draws the same episodes.
  public var drawWords: [String] = []
  /// Seed of the episodes.
  public var episodeSeed: UInt64 = 0
  /// Whether the user has said that demo weights on other data are meant.
  public var acceptsDemoWeights = false

  init(name: String) { self.name = name }

  /// Another data set is to be opened.
  public mutating func open(_ name: String) { (self.name, failure) = (name, nil) }

  mutating func tell(done: Int, of count: Int) { opening = count > 0 ? "\(100 * done / count) % of \(count) masks read" : nil }

  mutating func fail(_ notice: Notice) { failure = notice }

  mutating func retry() { failure = nil }

  mutating func keep(_ session: SavedSession) { self.session = session }

  mutating func forgetSession() { session = nil }
}
