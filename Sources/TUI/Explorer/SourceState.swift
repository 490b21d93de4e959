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
  /// What is known to be on disk for the next start.
  private(set) var keptSession: SavedSession?

  /// Data sets that can be opened without further words.
  public var datasets: [DatasetKind] = [.demo]
  /// The words of a command line that opens each data set, with the models that are searched here.
  public var invocations: [String: [String]] = [:]
  /// The words that name the folders of models.
  public var modelWords: [String] = []
  /// The folder that is open, where it is not the one in the configuration.
  public private(set) var root: String?
  /// The words of a command line that draws the same episodes.
  public var drawWords: [String] = []
  /// Seed of the episodes.
  public var episodeSeed: UInt64 = 0
  /// Whether the user has said that demo weights on other data are meant.
  public var acceptsDemoWeights = false

  init(name: String) { self.name = name }

  /// Another data set is to be opened.
  public mutating func open(_ name: String, root: String? = nil) { (self.name, self.root, failure) = (name, root, nil) }

  /// A data set's folder is in the configuration now.
  mutating func list(_ kind: DatasetKind, root: String) {
    if !datasets.contains(kind) { datasets.append(kind) }
    invocations[kind.rawValue] = words(kind.rawValue, root)
    if self.root == root { self.root = nil }
  }

  /// The words of a command line that opens what is open.
  var invocation: [String] { root.map { words(name, $0) } ?? invocations[name] ?? ["--dataset", name] }

  private func words(_ name: String, _ root: String) -> [String] { ["--dataset", name, "--root", root] + modelWords }

  mutating func tell(done: Int, of count: Int) { opening = count > 0 ? "\(100 * done / count) % of \(count) masks read" : nil }

  mutating func fail(_ notice: Notice) { failure = notice }

  mutating func retry() { failure = nil }

  mutating func keep(_ session: SavedSession) { (self.session, keptSession) = (session, session) }

  mutating func note(kept session: SavedSession) { keptSession = session }

  mutating func forgetSession() { session = nil }
}
