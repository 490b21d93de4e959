import Foundation
import Render
import TUI
import TestSupport
import Testing

@Suite("Colours of the text")
struct ThemeTests {
  @Test func theUsualOnesAreThere() {
    let names = ThemeLibrary.builtIn.map(\.name)
    #expect(names.first == "standard")
    let wanted = [
      "colour-blind", "plain", "dark", "light", "high-contrast", "solarized-dark", "solarized-light", "gruvbox-dark", "gruvbox-light",
    ]
    for name in wanted {
      #expect(names.contains(name), "\(name)")
    }
  }

  /// Every colour that text is written in can be read on the theme's own ground.
  @Test func everythingCanBeReadOnTheOwnGround() {
    for colors in ThemeLibrary.builtIn {
      var screen = FakeScreen.open(120, 40)
      screen.send(.done(.loadReports, .reports([screen.report()])))
      screen.type("T")
      screen.type(colors.name)
      screen.press(.enter)
      #expect(screen.state.screen.theme == colors.name)
      // Frames of panels are no text.
      let frames = Theme(.truecolor, colors).border.ink
      let cells = screen.frame().cells.filter { !$0.style.ink.isDirect && $0.scalar != " " && $0.style.ink != frames }
      for style in Set(cells.map(\.style)) {
        guard case .indexed(let ink) = style.ink, case .indexed(let paper) = style.paper else { continue }
        #expect(contrast(ink, paper) >= 3, "\(colors.name): \(ink) on \(paper)")
      }
      // A theme with a ground leaves no cell without it.
      if colors.name.hasSuffix("dark") || colors.name.hasSuffix("light") {
        #expect(screen.frame().cells.allSatisfy { $0.style.paper != .standard && $0.style.ink != .standard }, "\(colors.name)")
      }
    }
  }

  /// The contrast of two colours by WCAG 2, 1 to 21.
  private func contrast(_ ink: UInt8, _ paper: UInt8) -> Double {
    func light(_ index: UInt8) -> Double {
      func linear(_ level: UInt8) -> Double { pow((Double(level) / 255 + 0.055) / 1.055, 2.4) }
      let rgb = TerminalPalette.xterm[Int(index)]
      return 0.2126 * linear(rgb.red) + 0.7152 * linear(rgb.green) + 0.0722 * linear(rgb.blue)
    }
    let (a, b) = (light(ink), light(paper))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  @Test func oneIsSeenBeforeItIsChosen() {
    var screen = FakeScreen.open(120, 40)
    let before = screen.frame().cells.map(\.style.paper)
    screen.type("Tsolarized")
    #expect(screen.frame().cells.contains { $0.style.paper == .indexed(234) } && screen.state.screen.theme == "standard")
    screen.press(.escape)
    #expect(screen.frame().cells.map(\.style.paper) == before)
    screen.type("Tgruvbox-dark")
    screen.press(.enter)
    #expect(screen.frame().cells.contains { $0.style.paper == .indexed(235) })
    // It is there again with the next start; a theme that is gone is the terminal's own.
    var next = FakeScreen(120, 40)
    next.state.restore(SavedSession(screen.state), takesFold: true)
    #expect(next.state.screen.theme == "gruvbox-dark")
    screen.state.screen.add([])
    #expect(screen.state.screen.themes.count == ThemeLibrary.builtIn.count)
  }

  @Test func withFewColoursAThemeKeepsToThem() {
    for depth in ColorDepth.allCases where depth < .indexed256 {
      for name in ["gruvbox-dark", "colour-blind"] {
        var screen = FakeScreen.open(80, 24) { $0.capabilities = Capabilities(depth: depth, unicode: true) }
        screen.type("T" + name)
        screen.press(.enter)
        let most = depth == .mono ? 0 : depth == .indexed8 ? 8 : 16
        for cell in screen.frame().cells {
          guard case .indexed(let ink) = cell.style.ink else { continue }
          #expect(Int(ink) < max(most, 1) || depth == .indexed88, "\(name) with \(depth): \(ink)")
        }
      }
    }
  }

  @Test func filesOfTheUsersOwn() throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: folder.url.appendingPathComponent(name)) }
    try write(##"{"detail": "mine", "colors": {"text": 250, "paper": "#000000", "focus": "#ff8700"}, "bold": ["focus"]}"##, "mine.json")
    try write(#"{"colors": {"key": 5}}"#, "dark.json")
    for (number, broken) in [
      "", "[", "{}}", #"{"colors": {"accent": 3}}"#, #"{"colors": {"key": 256}}"#, #"{"colors": {"key": -1}}"#,
      ##"{"colors": {"key": "#12"}}"##,
      #"{"colors": {"key": "red"}}"#, #"{"colors": {"key": "\u001b[2J"}}"#, #"{"bold": ["\u001b[2J"]}"#, #"{"colors": [1]}"#, "\u{1B}[2J",
      String(repeating: "[", count: 100_000), #"{"plain": 3}"#,
    ].enumerated() { try write(broken, "broken-\(number).json") }
    try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("folder.json"), withIntermediateDirectories: true)
    try write("not looked at", "notes.txt")
    let found = ThemeLibrary.themes(in: folder.url)
    #expect(found.themes.map(\.name) == ["dark", "mine"] && found.faults.count == 15)
    for fault in found.faults {
      let text = fault.message + (fault.hint ?? "")
      let isRaw = text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
      #expect(fault.hint?.contains("docs/explorer.md") == true && !isRaw, "\(text.debugDescription)")
    }
    var screen = FakeScreen.open(120, 40)
    // One notice tells of all of them.
    screen.state.say(themeFaults: found.faults)
    #expect(screen.text().contains("14 more of the themes cannot be read either; ! tells all"))
    #expect(screen.state.dialogs.toasts.count == 1 && screen.state.dialogs.messages.count == 15)
    screen.state.screen.add(found.themes)
    #expect(screen.state.screen.themes.filter { $0.name == "dark" }.count == 1)
    screen.type("Tmine")
    screen.press(.enter)
    #expect(screen.frame().cells.contains { $0.style.ink == .indexed(208) && $0.style.paper == .indexed(16) })
    #expect(ThemeLibrary.themes(in: URL(fileURLWithPath: "/nowhere")).themes.isEmpty)
  }

  @Test func everyDescriptionFitsOnASmallScreen() {
    var screen = FakeScreen.open(80, 24)
    screen.type("T")
    for colors in ThemeLibrary.builtIn { #expect(screen.text().contains(colors.detail), "\(colors.detail)") }
  }

  @Test func theHeaderSaysHowManyColoursAndWhy() {
    var screen = FakeScreen.open(140, 40)
    #expect(!screen.frame().line(0).contains("colour"))
    screen.capabilities.depthReason = "terminal says so"
    #expect(screen.frame().line(0).contains("24-bit colour: terminal says so"))
    (screen.capabilities.depth, screen.capabilities.depthReason) = (.indexed256, "TERM")
    #expect(screen.frame().line(0).contains("256 colours: TERM"))
    // Work goes before it.
    screen.send(.resized(Size(width: 80, height: 24)))
    #expect(screen.frame().line(0).contains("weights load when needed") && !screen.frame().line(0).contains("256"))
  }
}
