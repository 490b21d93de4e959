/// The parts of the screen that take the focus.
package enum Panel: Int, CaseIterable, Hashable, Sendable {
  case episodes, pictures, settings, queue, classes
  /// Over the whole screen: settings side by side, and two pictures against one another.
  case table, duel

  /// Those that Tab goes through, in its order.
  package static let tabs: [Panel] = [.episodes, .pictures, .settings, .queue, .classes]

  package var title: String {
    switch self {
    case .episodes: "Episodes"
    case .pictures: "Pictures"
    case .settings: "Settings"
    case .queue: "Queue"
    case .classes: "IoU by class"
    case .table: "Side by side"
    case .duel: "A against B"
    }
  }

  /// Whether it takes the whole screen.
  package var isWhole: Bool { !Self.tabs.contains(self) }

  /// The panel `steps` further in Tab order, wrapping around.
  package func moved(_ steps: Int) -> Panel {
    let tabs = Self.tabs, count = tabs.count
    guard let place = tabs.firstIndex(of: self) else { return .pictures }
    return tabs[((place + steps) % count + count) % count]
  }
}
