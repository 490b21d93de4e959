/// The parts of the screen that take the focus, in Tab order.
package enum Panel: Int, CaseIterable, Hashable, Sendable {
  case episodes, pictures, settings, queue, classes

  package var title: String {
    switch self {
    case .episodes: "Episodes"
    case .pictures: "Pictures"
    case .settings: "Settings"
    case .queue: "Queue"
    case .classes: "IoU by class"
    }
  }

  /// The panel `steps` further in Tab order, wrapping around.
  package func moved(_ steps: Int) -> Panel {
    let count = Panel.allCases.count
    return Panel(rawValue: ((rawValue + steps) % count + count) % count) ?? .episodes
  }
}
