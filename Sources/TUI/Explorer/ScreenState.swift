/// How the screen is laid out, and what has the focus.
public struct ScreenState: Sendable {
  public var size = Size(width: 80, height: 24)
  /// Seconds since the start, as told by the last tick.
  public private(set) var now = 0.0
  public private(set) var focus = Panel.episodes
  /// The panel that has more room for being worked in: the focused one, unless the mouse chose that, under which nothing moves.
  public private(set) var grown = Panel.episodes
  /// Whether the main area shows the classes where there is no room for both.
  public private(set) var showsClasses = false
  /// Whether the focused panel fills the screen.
  public private(set) var isMaximised = false
  /// What had the focus before the images filled the screen in its place.
  private var focusBeforeFilling: Panel?
  /// The chosen theme's name, and those that there are.
  public private(set) var theme = ThemeColors.standard.name
  public private(set) var themes = ThemeLibrary.builtIn
  /// Whether the first steps are shown.
  public private(set) var showsCard = false
  /// Whether the mouse works here; the terminal marks text with it otherwise.
  public private(set) var usesMouse = true

  mutating func tick(to seconds: Double) { now = seconds }

  mutating func focus(on panel: Panel, byMouse: Bool = false) {
    focus = panel
    if !byMouse { grown = panel }
    if panel == .classes { showsClasses = true }
    if panel == .images { showsClasses = false }
  }

  /// Makes room for the classes without taking the focus there.
  mutating func showClasses() { showsClasses = true }

  /// Lets the focused panel fill the screen, or the images where that is the episodes; and back.
  mutating func toggleMaximised() {
    isMaximised.toggle()
    if isMaximised, focus == .episodes {
      focusBeforeFilling = focus
      focus(on: .images)
    } else if !isMaximised, let before = focusBeforeFilling {
      if focus == .images { focus(on: before) }
      focusBeforeFilling = nil
    }
  }

  /// All panels again, with the focus on the episodes.
  mutating func goHome() {
    (isMaximised, focusBeforeFilling) = (false, nil)
    focus(on: .episodes)
  }

  mutating func choose(theme name: String) { theme = name }

  /// Adds themes of the user's own, each in place of the one of its name.
  public mutating func add(_ own: [ThemeColors]) {
    themes = themes.filter { theme in !own.contains { $0.name == theme.name } } + own
  }

  /// The colours of a theme; the terminal's own where there is none of that name.
  func colors(_ name: String) -> ThemeColors { themes.first { $0.name == name } ?? .standard }

  /// Shows the first steps until the first key.
  public mutating func greet() { showsCard = true }

  mutating func dropCard() { showsCard = false }

  mutating func toggleMouse() { usesMouse.toggle() }

  /// As an earlier session left it.
  mutating func restore(theme: String, usesMouse: Bool?) {
    self.theme = theme
    self.usesMouse = usesMouse ?? true
  }
}
