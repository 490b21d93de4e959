/// The screen for a state: the same state, size and capabilities give the same cells.
public func render(_ state: ExplorerState, size: Size, capabilities: Capabilities) -> Rendering {
  var state = state
  state.screen.size = size
  var renderer = ScreenRenderer(state, capabilities)
  renderer.renderScreen()
  return Rendering(
    frame: capabilities.unicode ? renderer.frame : renderer.frame.ascii(), wanted: renderer.wanted,
    wantedPixels: renderer.wantedPixels, targets: renderer.targets)
}

/// A screen in the making; the views are its extensions, one file each. They read the whole state.
struct ScreenRenderer {
  let state: ExplorerState
  let capabilities: Capabilities
  let theme: Theme
  let layout: Layout
  var frame: Frame
  /// Images that there is room for but no cells yet.
  var wanted: [RenderRequest] = []
  /// Images whose cells are there but not yet their pixels.
  var wantedPixels: [PixelRequest] = []
  private(set) var targets: [MouseTarget] = []

  init(_ state: ExplorerState, _ capabilities: Capabilities) {
    self.state = state
    self.capabilities = capabilities
    theme = Theme(capabilities.depth, state.screen.colors(Self.theme(state)), lightBackground: capabilities.lightBackground)
    layout = Layout(state)
    frame = Frame(state.screen.size)
  }

  /// The theme's name: of a list of themes the one under the cursor, which so is seen before it is chosen.
  private static func theme(_ state: ExplorerState) -> String {
    guard case .picker(let picker)? = state.dialogs.current, case .theme(let name)? = picker.selected?.meaning else {
      return state.screen.theme
    }
    return name
  }

  mutating func renderScreen() {
    guard layout.kind != .tooSmall else { return renderTooSmall() }
    renderHeader()
    for panel in Panel.allCases {
      guard let rect = layout.panels[panel] else { continue }
      switch panel {
      case .episodes: renderEpisodes(rect)
      case .images: renderImages(rect)
      case .settings: renderSettings(rect)
      case .queue: renderQueue(rect)
      case .classes: renderClasses(rect)
      case .table: renderTable(rect)
      case .ab: renderAB(rect)
      case .runs: renderRuns(rect)
      }
    }
    renderResources()
    renderFooter()
    renderStartCard()
    renderToasts()
    renderDialog()
    frame.dress(theme)
  }

  private mutating func renderTooSmall() {
    let text: String
    if case .confirm(.quit)? = state.dialogs.current {
      text = "quit? y/n"
    } else {
      text =
        "too small: \(state.screen.size.width)x\(state.screen.size.height), needs \(Layout.smallest.width)x\(Layout.smallest.height); q quits"
    }
    frame.text(text, in: frame.bounds)
  }

  /// Says what a rectangle stands for; what is over it says so later.
  mutating func mark(_ rect: Rect, _ target: Target) {
    let rect = rect.clipped(to: frame.bounds)
    if !rect.isEmpty { targets.append(MouseTarget(rect: rect, target: target)) }
  }

  /// A panel's box; returns its inside.
  mutating func panel(_ panel: Panel, _ rect: Rect, title: String? = nil, note: String = "") -> Rect {
    let isFocused = state.screen.focus == panel
    mark(rect, .panel(panel))
    var title = title ?? panel.title
    if layout.kind == .single, let place = Panel.tabs.firstIndex(of: panel) { title = "\(place + 1)/\(Panel.tabs.count) " + title }
    return frame.box(
      rect, title: title, note: note, border: isFocused ? theme.focusedBorder : theme.border,
      titleStyle: isFocused ? theme.focusedTitle : theme.title)
  }

  /// A panel's title with the run that its figures are of: as much of the run's name as there is room for, in whole words.
  func title(_ head: String, of run: FigureRun, in rect: Rect) -> String {
    let room = rect.width - 4 - (layout.kind == .single ? 4 : 0)
    var name = state.name(of: run)
    func isTooWide(_ text: String) -> Bool { DisplayText(text).width > room }
    while isTooWide("\(head) · \(name)"), let end = name.lastIndex(where: { $0 == "," || $0 == ":" }) { name = String(name[..<end]) }
    return isTooWide("\(head) · \(name)") ? "\(head): \(name)" : "\(head) · \(name)"
  }

  /// The style of the row under a list's cursor.
  func cursorStyle(_ panel: Panel) -> Style { state.screen.focus == panel ? theme.cursor : theme.remembered }

  /// Something that turns while work goes on.
  var spinner: String {
    let turn = Int(max(0, state.screen.now) * 8)
    let frames = capabilities.unicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"] : ["|", "/", "-", "\\"]
    return frames[turn % frames.count]
  }
}
