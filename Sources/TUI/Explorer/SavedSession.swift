import Foundation
import Pipeline

/// What the next start finds as it was left: kept as JSON beside the store.
package struct SavedSession: Codable, Hashable, Sendable {
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
  var blocks = Blocks.quadrants
  var order = EpisodeOrder.drawn
  var filter = ""
  var classOrder = ClassOrder.label
  var theme = ThemeName.standard
  var usesMouse: Bool?

  private static let mostBytes = 1 << 20

  /// From a file; nil where there is none, or one of another version.
  package init?(_ file: URL) {
    guard let data = try? Data(contentsOf: file), data.count <= Self.mostBytes, let read = try? JSONDecoder().decode(Self.self, from: data) else {
      return nil
    }
    self = read
  }

  package init(_ state: ExplorerState) {
    dataset = state.datasetName
    fold = state.fold
    episode = state.selected?.index ?? 0
    options = state.catalog == nil ? state.session?.options : state.settings.options
    (supports, episodes, network) = (state.settings.supports, state.settings.episodes, state.settings.network)
    (look, opacity, blocks, theme, usesMouse) = (state.look, state.opacity, state.blocks, state.theme, state.usesMouse)
    (order, filter, classOrder) = (state.order, state.filter.text, state.classOrder)
  }

  /// Writes it; a session that cannot be kept costs nothing but itself.
  package func save(to file: URL) {
    if let data = try? CanonicalJSON.data(self) { try? AtomicFile.write(data, to: file) }
  }
}

extension ExplorerState {
  /// Takes over what a session says of the screen; its settings and place follow when the data set is open.
  package mutating func restore(_ session: SavedSession, takesFold: Bool) {
    self.session = session
    (look, blocks, theme, classOrder) = (session.look, session.blocks, session.theme, session.classOrder)
    opacity = min(90, max(10, session.opacity))
    usesMouse = session.usesMouse ?? true
    guard session.dataset == datasetName else { return }
    if takesFold { fold = max(0, session.fold) }
    (order, filter) = (session.order, EpisodeFilter(session.filter))
  }

  /// The session's settings, where the same data set is opened and they are still good.
  mutating func restoreSettings(over menu: ModelMenu) {
    settings.menu = menu
    settings.options = menu.defaults()
    guard let session, session.dataset == datasetName, var options = session.options else { return }
    options.models = settings.known(options.models)
    // The size belongs to the model.
    options.conditionSettings.resolution = menu.defaults(for: options.condition, preferring: options.models).conditionSettings.resolution
    if (try? options.validate()) != nil { settings.options = options }
    settings.restore(supports: session.supports, episodes: session.episodes, network: session.network)
  }

  /// Moves to the episode of a picture that was just imported.
  mutating func showAwaited() {
    guard let item = awaitedItem else { return }
    awaitedItem = nil
    (filter, classFilter, order) = (EpisodeFilter(), nil, .drawn)
    listEpisodes()
    // The newest one stands last.
    if let row = listed.lastIndex(where: { episodes[$0].supports.contains(item) }) { cursor = ListCursor(row) }
    focus(on: .episodes)
  }

  /// The session's episode, once.
  mutating func restorePlace() {
    guard let session, session.dataset == datasetName, session.fold == fold else { return }
    if let row = listed.firstIndex(where: { episodes[$0].index == session.episode }) { cursor = ListCursor(row) }
    self.session = nil
  }
}
