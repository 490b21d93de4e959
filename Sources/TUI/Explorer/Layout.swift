/// Where everything is at the present size and focus.
public struct Layout: Sendable {
  public enum Kind: Hashable, Sendable {
    /// One line that says so.
    case tooSmall
    /// The focused panel alone.
    case single
    /// Lists left, images and classes right.
    case panels
  }

  public static let smallest = Size(width: 20, height: 6)

  public let kind: Kind
  public let screen: Rect
  public let header: Rect
  public let footer: Rect
  /// The line above the footer that tells what generating takes; empty where there is no room for it.
  public let resources: Rect
  /// Panels in sight.
  public private(set) var panels: [Panel: Rect] = [:]
  /// The images panel's place, in sight or not.
  public private(set) var images: Rect

  public init(_ state: ExplorerState) {
    let size = state.screen.size
    screen = Rect(x: 0, y: 0, width: size.width, height: size.height)
    guard size.width >= Self.smallest.width, size.height >= Self.smallest.height else {
      kind = .tooSmall
      (header, footer, resources, images) = (screen.row(-1), screen.row(-1), screen.row(-1), screen)
      return
    }
    let hasHeader = size.height >= 9
    let (top, below) = screen.splitTop(hasHeader ? 1 : 0)
    let (middle, bottom) = below.splitTop(below.height - 1)
    let (body, line) = middle.splitTop(middle.height - (size.height >= 28 ? 1 : 0))
    (header, footer, resources, images) = (top, bottom, line, body)
    if size.width < 72 || size.height < 19 || state.screen.isMaximised || state.screen.focus.isWhole {
      kind = .single
      panels[state.screen.focus] = body
      return
    }
    kind = .panels
    let (lists, main) = body.splitLeft(min(46, max(28, size.width * 28 / 100)))
    placeLists(lists, state)
    placeMain(main, state)
  }

  private mutating func placeLists(_ area: Rect, _ state: ExplorerState) {
    let shares = PanelShares(state, height: area.height)
    var rest = area
    for panel in [Panel.episodes, .settings, .queue] {
      let (own, below) = rest.splitTop(shares.rows[panel] ?? 0)
      (panels[panel], rest) = (own, below)
    }
  }

  private mutating func placeMain(_ area: Rect, _ state: ExplorerState) {
    guard area.height >= 33 else {
      panels[state.screen.showsClasses ? .classes : .images] = area
      images = area
      return
    }
    let (top, bottom) = area.splitTop(area.height - PanelShares.classRows(state, height: area.height))
    panels[.images] = top
    panels[.classes] = bottom
    images = top
  }

  /// Rows of a panel's list in sight; nil where the panel is not.
  func listRows(_ panel: Panel, _ state: ExplorerState) -> Int? {
    guard let inside = panels[panel]?.inset(1, 1) else { return nil }
    return switch panel {
    case .episodes: inside.height - (EpisodeColumns.hasHead(inside) ? 1 : 0)
    case .classes: ClassTable.Parts(inside, count: state.classCount).classes
    case .runs: RunsTable.Parts(inside, state).list.height
    default: inside.height
    }
  }

  /// The room for tiles inside the images panel.
  public var tileArea: Size {
    let inside = images.inset(1, 1)
    return Size(width: inside.width, height: max(1, inside.height))
  }
}
