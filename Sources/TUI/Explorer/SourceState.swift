import Data

/// Where the episodes come from, and the words of a command line that say so.
package struct SourceState: Sendable {
  /// Name of the data set as given, shown until it is open.
  package private(set) var name: String
  /// How far its opening is, in words.
  package private(set) var opening: String?
  /// Why there is no data set.
  package private(set) var failure: Notice?
  /// What the last run left, until it is taken over.
  package private(set) var session: SavedSession?

  /// Data sets that can be opened without further words.
  package var datasets: [DatasetKind] = [.demo]
  /// The words of a command line that opens each data set, with the models that are searched here.
  package var invocations: [String: [String]] = [:]
  /// The words of a command line that draws the same episodes.
  package var drawWords: [String] = []
  /// Seed of the episodes.
  package var episodeSeed: UInt64 = 0
  /// Whether the user has said that demo weights on other data are meant.
  package var acceptsDemoWeights = false

  init(name: String) { self.name = name }

  /// Another data set is to be opened.
  package mutating func open(_ name: String) { (self.name, failure) = (name, nil) }

  mutating func tell(done: Int, of count: Int) { opening = count > 0 ? "\(100 * done / count) % of \(count) masks read" : nil }

  mutating func fail(_ notice: Notice) { failure = notice }

  mutating func retry() { failure = nil }

  mutating func keep(_ session: SavedSession) { self.session = session }

  mutating func forgetSession() { session = nil }
}
