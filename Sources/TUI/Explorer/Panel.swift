/// The parts of the screen that take the focus.
public enum Panel: Int, CaseIterable, Hashable, Sendable {
  case episodes, images, settings, queue, classes
  /// Over the whole screen: settings side by side, two images against one another.
  case table, ab
  /// Saved evaluations.
  case runs

  /// Those that Tab goes through, in its order.
  public static let tabs: [Panel] = [.episodes, .images, .settings, .queue, .classes]

  public var title: String {
    switch self {
    case .episodes: "Episodes"
    case .images: "Images"
    case .settings: "Settings"
    case .queue: "Queue"
    case .classes: "IoU by class"
    case .table: "Side by side"
    case .ab: "A against B"
    case .runs: "Saved evaluations"
    }
  }

  /// Whether it takes the whole screen.
  public var isWhole: Bool { !Self.tabs.contains(self) }

  /// The panel `steps` further in Tab order, wrapping around.
  public func moved(_ steps: Int) -> Panel {
    let tabs = Self.tabs, count = tabs.count
    guard let place = tabs.firstIndex(of: self) else { return .images }
    return tabs[((place + steps) % count + count) % count]
  }
}
