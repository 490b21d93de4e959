/// How the screen is laid out, and what has the focus.
public struct ScreenState: Sendable {
  public var size = Size(width: 80, height: 24)
  /// Seconds since the start, as told by the last tick.
  public private(set) var now = 0.0
  public private(set) var focus = Panel.episodes
  /// Whether the main area shows the classes where there is no room for both.
  public private(set) var showsClasses = false
  /// Whether the focused panel fills the screen.
  public private(set) var isMaximised = false
  public private(set) var theme = ThemeName.standard
  /// Whether the mouse works here; the terminal marks text with it otherwise.
  public private(set) var usesMouse = true

  mutating func tick(to seconds: Double) { now = seconds }

  mutating func focus(on panel: Panel) {
    focus = panel
    if panel == .classes { showsClasses = true }
    if panel == .images { showsClasses = false }
  }

  /// Makes room for the classes without taking the focus there.
  mutating func showClasses() { showsClasses = true }

  mutating func toggleMaximised() { isMaximised.toggle() }

  /// All panels again, with the focus on the episodes.
  mutating func goHome() {
    isMaximised = false
    focus(on: .episodes)
  }

  mutating func choose(_ name: ThemeName) { theme = name }

  mutating func toggleMouse() { usesMouse.toggle() }

  /// As an earlier session left it.
  mutating func restore(theme: ThemeName, usesMouse: Bool?) {
    self.theme = theme
    self.usesMouse = usesMouse ?? true
  }
}
