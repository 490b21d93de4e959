import Core
import Data
import Foundation
import Generation
import Models
import Render

/// What the next start finds as it was left: kept as JSON beside the store.
public struct SavedSession: Codable, Hashable, Sendable {
  var dataset = ""
  var fold = 0
  /// The episode under the cursor, by its index among those drawn.
  var episode = 0
  var options: GenerationOptions?
  var supports = 4
  var episodes = 10
  var network: SegmentationNetwork?
  var look = Look.tint
  var opacity = 40
  var symbols: SymbolSet?
  /// The choice of earlier versions: 1 for sextants, 2 for half blocks. Only read.
  private(set) var blocks: Int?

  /// The chosen symbols, whichever version wrote the session.
  var chosenSymbols: SymbolSet? { symbols ?? blocks.flatMap { [1: .sextant, 2: .half][$0] } }
  var order = EpisodeOrder.drawn
  var filter = ""
  var classOrder = ClassOrder.label
  var theme = ThemeColors.standard.name
  var usesMouse: Bool?

  /// Leaves the choice of symbols to whoever begins.
  mutating func forgetSymbols() { (symbols, blocks) = (nil, nil) }

  private static let mostBytes = 1 << 20

  private init() {}

  /// What a first start on the demo begins with: an episode whose object the networks find, so that one sees what supports change.
  static let first: Self = {
    var session = Self()
    (session.dataset, session.episode) = (DatasetKind.demo.rawValue, 2)
    return session
  }()

  /// From a file; nil where there is none, or one of another version.
  public init?(_ file: URL) {
    guard let data = try? Data(contentsOf: file), data.count <= Self.mostBytes, let read = try? JSONDecoder().decode(Self.self, from: data)
    else {
      return nil
    }
    self = read
  }

  public init(_ state: ExplorerState) {
    // Until the data set is open the form has no settings of its own, and until its episodes are there the cursor has no place.
    let before = state.source.session, isOpen = state.browse.catalog != nil,
      ofThis = before.flatMap { $0.dataset == state.source.name ? $0 : nil }
    dataset = state.source.name
    fold = state.browse.fold
    episode = state.browse.selected?.index ?? ofThis.flatMap { $0.fold == fold ? $0.episode : nil } ?? 0
    options = isOpen ? state.settings.options : before?.options
    (supports, episodes, network) = (state.settings.supports, state.settings.episodes, state.settings.network)
    if !isOpen, let ofThis { (supports, episodes, network) = (ofThis.supports, ofThis.episodes, ofThis.network) }
    (look, opacity, symbols, theme, usesMouse) = (
      state.images.look, state.images.opacity, state.images.symbols, state.screen.theme, state.screen.usesMouse
    )
    (order, filter, classOrder) = (state.browse.order, state.browse.filter.text, state.evaluation.order)
  }

  /// Where it is in a data folder.
  static func file(in folder: URL) -> URL { folder.appendingPathComponent("explorer.json") }

  /// Writes it; a session that cannot be kept costs nothing but itself. `isDurable` waits for the disk.
  func save(to file: URL, isDurable: Bool) {
    guard let data = try? CanonicalJSON.data(self), (try? AtomicFile.createFolder(file.deletingLastPathComponent())) != nil else { return }
    try? AtomicWriter.write(data, to: file, isDurable: isDurable)
  }
}

extension ExplorerState {
  /// Takes over what a session says of the screen; its settings and place follow when the data set is open.
  public mutating func restore(_ session: SavedSession, takesFold: Bool) {
    source.keep(session)
    images.restore(look: session.look, opacity: session.opacity, symbols: session.chosenSymbols)
    screen.restore(theme: session.theme, usesMouse: session.usesMouse)
    evaluation.restore(session.classOrder)
    guard session.dataset == source.name else { return }
    browse.restore(fold: takesFold ? session.fold : nil, order: session.order, filter: session.filter)
  }

  /// Has the session kept, so that a process that is killed loses little; not where it is as it was kept last, and not before the episodes are
  /// there, as long as nobody knows the cursor's place.
  mutating func keepSession() -> [Effect] {
    guard source.failure == nil, !isOpening else { return [] }
    let session = SavedSession(self)
    guard session != source.keptSession else { return [] }
    source.note(kept: session)
    return [.keepSession(session)]
  }

  /// The session's settings, where the same data set is opened and they are still good.
  mutating func restoreSettings(over menu: ModelMenu) {
    settings.open(menu)
    guard let session = source.session, session.dataset == source.name else { return }
    settings.restore(session.options, supports: session.supports, episodes: session.episodes, network: session.network)
  }

  /// The session's episode, once.
  mutating func restorePlace() {
    guard let session = source.session, session.dataset == source.name, session.fold == browse.fold else { return }
    if let row = browse.listed.firstIndex(where: { browse.episodes[$0].index == session.episode }) { browse.select(row: row) }
    source.forgetSession()
  }
}
