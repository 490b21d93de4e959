import Foundation
import Render
import TUI
import Testing

@Suite("The screen at four sizes")
struct ScreenTests {
  @Test func opensAtOnceAndTellsWhatIsComing() {
    var screen = FakeScreen(80, 24)
    screen.answers = false
    screen.send(.resized(screen.state.screen.size))
    let text = screen.text()
    #expect(text.contains("opening"))
    #expect(text.contains("? help"))
    #expect(screen.effects == [.open])
  }

  @Test func tellsHowFarReadingMasksIs() {
    var screen = FakeScreen(80, 24)
    screen.answers = false
    screen.send(.opening(done: 2560, of: 10582))
    #expect(screen.text().split(separator: "\n")[0].contains("opening: 24 % of 10582 masks read"))
  }

  /// Yellow, cyan, green and light grey are for dark backgrounds.
  @Test func aLightBackgroundHasDarkText() {
    let pale: Set<CellColor> = [.indexed(3), .indexed(6), .indexed(245)]
    let dark: Set<CellColor> = [.indexed(94), .indexed(30), .indexed(242)]
    for isLight in [false, true] {
      var screen = FakeScreen.open(120, 40) { $0.capabilities.lightBackground = isLight }
      screen.type("e")
      let inks = Set(screen.frame().cells.map(\.foreground))
      #expect(inks.isSuperset(of: isLight ? dark : pale) && inks.isDisjoint(with: isLight ? pale : dark))
      #expect(!isLight || !inks.contains(.indexed(2)))
      let legend = Theme(.indexed256, lightBackground: isLight).errors
      for style in [legend.hit, legend.falseAlarm, legend.miss] { #expect(inks.contains(style.ink) && contrast(style.ink, isLight) > 4) }
    }
  }

  /// The contrast of a colour with a white or black background by WCAG 2, 1 to 21.
  private func contrast(_ color: CellColor, _ isLight: Bool) -> Double {
    guard case .indexed(let index) = color else { return 0 }
    let rgb = TerminalPalette.xterm[Int(index)]
    func linear(_ level: UInt8) -> Double { pow((Double(level) / 255 + 0.055) / 1.055, 2.4) }
    let light = 0.2126 * linear(rgb.red) + 0.7152 * linear(rgb.green) + 0.0722 * linear(rgb.blue)
    return isLight ? 1.05 / (light + 0.05) : (light + 0.05) / 0.05
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func showsEverythingSideBySide(width: Int, height: Int) {
    var screen = FakeScreen.open(width, height)
    let text = screen.text()
    for part in ["demo › fold 0 of 4 › 5 classes", "Episodes", "Settings", "Queue", "Episode 1: cup", "support", "condition: mask", "query, truth", "g generate", "q quit"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(text.contains("▚▚▚▚▚▚"))
  }

  @Test func showsOnePanelWhereThereIsNoRoom() {
    var screen = FakeScreen.open(40, 12)
    #expect(screen.text().contains("1/5 Episodes"))
    screen.press(.tab)
    #expect(screen.text().contains("2/5 Episode 1: cup"))
    #expect(screen.text().contains("▚▚▚▚▚▚"))
    screen.press(.tab)
    #expect(screen.text().contains("3/5 Settings"))
    screen.press(.backTab, .backTab, .backTab)
    #expect(screen.text().contains("5/5 IoU by class"))
  }

  @Test func staysUsableAtTheSmallestSize() {
    var screen = FakeScreen.open(20, 6)
    #expect(screen.text().contains("cup"))
    screen.type("q")
    #expect(screen.status == 0)
  }

  @Test(arguments: [(19, 6), (20, 5), (1, 1), (200, 2)])
  func saysWhenItIsTooSmallAndStillLeaves(width: Int, height: Int) {
    var screen = FakeScreen.open(width, height)
    let frame = screen.frame()
    #expect(frame.line(0).hasPrefix(String("too small: \(width)x\(height)".prefix(max(0, width - 1)))))
    #expect(!frame.text.contains("\n╰"))
    screen.type("q")
    #expect(screen.status == 0)
  }

  @Test func movesThroughEpisodesAndShowsTheirImages() {
    var screen = FakeScreen.open(120, 40)
    screen.type("jj")
    #expect(screen.text().contains("Episode 3: cat · query scene-2 · support scene-102"))
    screen.type("k")
    #expect(screen.text().contains("Episode 2: bicycle"))
    screen.press(.end)
    #expect(screen.text().contains("30/30"))
    screen.press(.home, .up)
    #expect(screen.text().contains("Episode 1: cup"))
  }

  @Test func changesFoldAndClass() {
    var screen = FakeScreen.open(80, 24)
    screen.type("2")
    #expect(screen.text().contains("fold 2 of 4 › 1 class"))
    screen.type("[")
    #expect(screen.text().contains("fold 1 of 4"))
    screen.type("0f")
    #expect(screen.text().contains("all classes") && screen.text().contains("6 episodes"))
    screen.press(.down, .enter)
    #expect(screen.text().contains("› cup"))
    #expect(screen.text().contains("1/6 ·"))
    screen.type("fall")
    screen.press(.enter)
    #expect(screen.text().contains("5 classes"))
    // Folds by name, with their classes.
    screen.type("F")
    #expect(screen.text().contains("cup, bicycle, cat, tree, key"))
    screen.press(.down, .down, .enter)
    #expect(screen.text().contains("fold 2 of 4"))
  }

  @Test func saysWhyAKeyDoesNothing() {
    var screen = FakeScreen.open(120, 40)
    screen.type("x")
    #expect(screen.text().contains("stop: nothing is running"))
    screen.type("9")
    #expect(screen.text().contains("demo has folds 0 to 3"))
    screen.type("[")
    #expect(screen.text().contains("this is the first fold"))
  }

  @Test func zoomsATile() {
    var screen = FakeScreen.open(80, 24)
    screen.press(.enter, .right, .enter)
    #expect(screen.state.images.isZoomed)
    let text = screen.text()
    #expect(text.contains("condition: mask"))
    #expect(!text.contains("query, truth"))
    screen.press(.escape)
    #expect(screen.text().contains("query, truth"))
    screen.press(.escape)
    #expect(screen.state.screen.focus == .episodes)
  }

  @Test func keepsTheOldImageUntilTheNewOneIsGenerated() {
    var screen = FakeScreen.open(80, 24)
    _ = screen.frame()
    screen.answers = false
    screen.type("j")
    #expect(render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities).frame.text.contains("▚▚▚▚▚▚"))
  }

  @Test func showsIoUByClass() {
    var screen = FakeScreen.open(120, 50)
    #expect(screen.text().contains("no evaluation of this fold yet"))
    screen.send(.done(.loadReports, .reports([screen.report()])))
    let text = screen.text()
    #expect(text.contains("40.0   50.0   +10.0 ±2.0"))
    #expect(text.contains("50.0   45.0    -5.0 ±2.0"))
    #expect(text.contains("mIoU"))
    #expect(text.contains("▓") && text.contains("░") && text.contains("█"))
    // What the bars mean is said in a table that has all rows in sight and no more.
    #expect(text.contains("█ 1-shot  ▓ gained  ░ lost with generated supports"))
    screen.press(.backTab, .down, .enter)
    #expect(screen.state.browse.classFilter == 2 && screen.state.browse.order == .augmented)
    #expect(screen.text().contains("› bicycle"))
  }

  @Test func helpListsEveryActionAndScrolls() {
    var screen = FakeScreen.open(80, 24)
    screen.type("?")
    var seen = screen.text()
    for _ in 0..<Action.all.count {
      screen.press(.down)
      seen += screen.text()
    }
    for action in Action.all {
      let words = action.detail.split(separator: " ").prefix(3).joined(separator: " ")
      #expect(seen.contains(words), "\(action.id)")
    }
    #expect(seen.contains("Not now: nothing is running."))
    screen.press(.escape)
    #expect(!screen.text().contains("type to filter"))
  }

  @Test func helpFindsByNameAndByKeyAndRuns() {
    var screen = FakeScreen.open(80, 24)
    screen.type("?evaluate fold")
    #expect(screen.text().contains("IoU by class over several episodes"))
    #expect(!screen.text().contains("Next panel."))
    screen.press(.enter)
    #expect(screen.text().contains("Evaluate fold 0?"))
    screen.type("n?#")
    #expect(screen.text().contains("A grid of images over two settings"))
    screen.press(.control("u"))
    screen.type("zzzz")
    #expect(screen.text().contains("nothing fits"))
    // It can be typed again.
    screen.press(.enter)
    #expect(screen.text().contains("nothing fits"))
    screen.press(.escape)
    #expect(screen.state.dialogs.current == nil)
  }

  @Test func thePaletteRunsActionsOfOtherPanels() {
    var screen = FakeScreen.open(80, 24)
    screen.type(":sort")
    screen.press(.down, .down, .enter)
    // The third match sorts classes, which nobody has measured.
    #expect(screen.state.screen.focus == .classes)
    #expect(screen.text().contains("no evaluation of this fold yet"))
    screen.type(":theme")
    screen.press(.enter, .down, .enter)
    #expect(screen.state.screen.theme == "colour-blind")
    screen.type(":xyz")
    #expect(screen.text().contains("nothing fits"))
  }

  @Test func worksWithoutUnicodeAndWithoutColours() {
    var screen = FakeScreen.open(80, 24)
    screen.capabilities = Capabilities(depth: .mono, unicode: false)
    let frame = screen.frame()
    #expect(frame.cells.allSatisfy { $0.scalar.isASCII })
    #expect(frame.text.contains("+ Episodes -"))
    screen.capabilities = Capabilities(depth: .mono, unicode: true)
    screen.send(.done(.loadReports, .reports([screen.report()])))
    screen.answers = false
    let again = render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities).frame
    for cell in again.cells where !cell.style.ink.isDirect {
      #expect(cell.style.ink == .standard && cell.style.paper == .standard)
    }
  }
}
