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
  /// Panels in sight.
  public private(set) var panels: [Panel: Rect] = [:]
  /// The images panel's place, in sight or not.
  public private(set) var images: Rect

  public init(_ state: ExplorerState) {
    let size = state.screen.size
    screen = Rect(x: 0, y: 0, width: size.width, height: size.height)
    guard size.width >= Self.smallest.width, size.height >= Self.smallest.height else {
      kind = .tooSmall
      (header, footer, images) = (screen.row(-1), screen.row(-1), screen)
      return
    }
    let hasHeader = size.height >= 9
    let (top, below) = screen.splitTop(hasHeader ? 1 : 0)
    let (body, bottom) = below.splitTop(below.height - 1)
    (header, footer, images) = (top, bottom, body)
    if size.width < 72 || size.height < 19 || state.screen.isMaximised || state.screen.focus.isWhole {
      kind = .single
      panels[state.screen.focus] = body
      return
    }
    kind = .panels
    let (lists, main) = body.splitLeft(min(46, max(28, size.width * 3 / 10)))
    placeLists(lists, state)
    placeMain(main, state)
  }

  private mutating func placeLists(_ area: Rect, _ state: ExplorerState) {
    let generous = area.height >= 34
    // Where there is little room the form scrolls.
    let settings = min(state.settings.fields.count, generous ? max(8, area.height - 28) : 8) + 2
    let queue = generous ? 11 : state.screen.focus == .queue ? area.height - settings - 5 : max(4, area.height - settings - 9)
    let (episodes, rest) = area.splitTop(area.height - settings - queue)
    let (middle, last) = rest.splitTop(settings)
    panels[.episodes] = episodes
    panels[.settings] = middle
    panels[.queue] = last
  }

  private mutating func placeMain(_ area: Rect, _ state: ExplorerState) {
    let classes = state.browse.catalog?.folds[safe: state.browse.fold]?.count ?? 5
    let table = min(classes + 4, area.height / 3)
    if area.height >= 34 {
      let (top, bottom) = area.splitTop(area.height - table)
      panels[.images] = top
      panels[.classes] = bottom
      images = top
    } else {
      panels[state.screen.showsClasses ? .classes : .images] = area
      images = area
    }
  }

  /// Rows of a panel's list in sight; nil where the panel is not.
  func listRows(_ panel: Panel, _ state: ExplorerState) -> Int? {
    guard let inside = panels[panel]?.inset(1, 1) else { return nil }
    return switch panel {
    case .episodes: inside.height - (EpisodeColumns.hasHead(inside) ? 1 : 0)
    case .classes: ClassTable.Parts(inside, count: state.classCount).classes
    default: inside.height
    }
  }

  /// Rows under the tiles for figures and the legend.
  public var summaryRows: Int { images.height >= 14 ? 2 : images.height >= 9 ? 1 : 0 }

  /// The room for tiles inside the images panel.
  public var tileArea: Size {
    let inside = images.inset(1, 1)
    return Size(width: inside.width, height: max(1, inside.height - summaryRows))
  }
}
