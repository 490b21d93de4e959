import Generation
import TUI
import Testing

@Suite("The condition's settings")
struct KnobTests {
  /// The cursor on the settings panel, the condition being `type`.
  private func screen(_ type: ConditionType, _ width: Int = 120, _ height: Int = 40) -> FakeScreen {
    var screen = FakeScreen.open(width, height)
    screen.press(.tab, .tab)
    while screen.state.settings.options.condition != type { screen.type("l") }
    return screen
  }

  @Test func aConditionShowsItsOwnKnobsAlone() {
    let rows: [ConditionType: [String]] = [
      .mask: [], .none: [], .scribble: ["Detector", "Threshold", "Thinning", "Dilation", "Blur"], .hed: ["Dilation", "Blur"],
      .pidinet: ["Dilation", "Blur"], .canny: ["Canny low", "Canny high", "Dilation", "Blur"],
    ]
    let all = Set(rows.values.joined())
    for (type, own) in rows {
      var screen = screen(type)
      let text = screen.text()
      for title in all { #expect(text.contains(title) == own.contains(title), "\(type): \(title)") }
    }
  }

  @Test func aKnobChangesTheConditionTileAtOnce() {
    var screen = screen(.scribble)
    func strokes(_ frame: Frame) -> Set<UInt8> {
      Set(frame.cells.compactMap { cell in
        if case .rgb(let color) = cell.style.ink, color.green == 0, color.blue == 0, cell.scalar == "▚" { color.red } else { nil }
      })
    }
    #expect(strokes(screen.frame()) == [127])
    screen.type("jjl")
    #expect(screen.text().contains("‹ 132 ›"))
    #expect(strokes(screen.frame()) == [132])
    screen.type("h")
    #expect(strokes(screen.frame()) == [127])
    screen.type("90")
    screen.press(.enter)
    #expect(screen.state.settings.options.conditionSettings.threshold == 90)
    #expect(strokes(screen.frame()) == [90])
  }

  @Test func aKnobThatDoesNotMatterAsksForNothing() {
    var screen = screen(.scribble)
    screen.type("jjlkkl")
    #expect(screen.state.settings.options.condition == .hed)
    #expect(screen.state.settings.options.conditionSettings.threshold == 132)
    #expect(screen.state.conditionChoice.settings == ConditionSettings())
  }

  @Test func choicesGoRoundAndAreNotTyped() {
    var screen = screen(.scribble)
    screen.type("jl")
    #expect(screen.text().contains("‹ pidinet ›"))
    screen.press(.enter)
    #expect(screen.text().contains("‹ hed ›"))
    screen.type("5")
    #expect(screen.state.dialogs.current == nil)
    screen.type("jjl")
    #expect(screen.state.settings.options.conditionSettings.thinning)
    #expect(screen.text().contains("lines of one pixel"))
  }

  @Test func cannysThresholdsKeepTheirOrder() {
    var form = SettingsForm()
    form.options.condition = .canny
    for _ in 0..<50 { form.step(.setting(.cannyLow), by: 1) }
    #expect(form.value(.setting(.cannyLow)) == "200")
    for _ in 0..<50 { form.step(.setting(.cannyHigh), by: -1) }
    #expect(form.value(.setting(.cannyHigh)) == "200")
    #expect(form.enter("201", in: .setting(.cannyLow)) == "0 to 200")
    #expect(form.enter("1001", in: .setting(.cannyHigh)) == "200 to 1000")
    #expect(form.enter("2.5", in: .setting(.blur)) == nil)
    #expect(form.enter("10.5", in: .setting(.blur)) == "0 to 10")
  }

  @Test func theCursorLeavesARowThatGoes() {
    var screen = screen(.scribble)
    screen.type("jj")
    #expect(screen.state.settings.field == .setting(.threshold))
    screen.type("c")
    #expect(screen.state.settings.field == .setting(.condition))
  }

  @Test func whatGeneratingWouldCostIsInSightWhileSettingsChange() {
    var screen = screen(.mask)
    #expect(screen.text().contains("Settings · 4 images"))
    screen.type("jl")
    #expect(screen.text().contains("Settings · 5 images") && screen.text().contains("generated per episode"))
    screen.press(.tab)
    #expect(screen.text().contains("5 images ─╯"))
  }

  @Test func theFormScrollsWhereThereIsLittleRoom() {
    var screen = screen(.scribble, 80, 24)
    #expect(!screen.text().contains("More "))
    screen.press(.end)
    #expect(screen.text().contains(/More +‹ [0-9]+ usual ›/), "\(screen.text())")
    #expect(!screen.text().contains("Threshold"))
  }

  /// What few runs change is behind one row; what was changed is not.
  @Test func rowsThatFewRunsChangeAreFolded() {
    var screen = screen(.scribble, 120, 60)
    let main: [SettingsField] = [.setting(.condition), .setting(.threshold), .supports, .speed, .setting(.steps), .network, .more]
    for field in main {
      #expect(screen.text().contains(field.title), "\(field.title)")
    }
    #expect(!screen.text().contains("Negative") && !screen.text().contains("Eta"))
    screen.press(.end)
    let text = screen.text(), inSight = screen.state.settings.fields.count
    screen.press(.enter)
    #expect(screen.state.settings.field == .more && text.contains("‹ \(screen.state.settings.fields.count - inSight) usual ›"))
    #expect(screen.text().contains("Negative") && screen.text().contains("ControlNet") && screen.text().contains("‹ in sight ›"))
    screen.go(to: .setting(.eta))
    screen.type("l")
    screen.go(to: .more)
    screen.press(.left)
    #expect(screen.text().contains("Eta") && !screen.text().contains("Negative"))
    // A row that is as usual again stays while the cursor is on it.
    screen.press(.down)
    screen.type("h")
    #expect(screen.state.settings.field == .setting(.eta) && screen.state.settings.options.eta == 0 && screen.text().contains("Eta"))
    screen.go(to: .setting(.steps))
    screen.type("l")
    #expect(!screen.text().contains("Eta"))
  }

  @Test func aHeldKeyKeepsTheLastConditionsOnly() {
    var screen = screen(.scribble)
    screen.type("jj" + String(repeating: "l", count: 60))
    #expect(screen.state.board.map { $0.conditions.count <= 12 } == true)
    #expect(screen.state.board?.conditions[screen.state.conditionChoice] != nil)
  }

  @Test func aMissingControlNetIsSaidAndTheConditionStays() throws {
    var screen = screen(.canny)
    let episode = try #require(screen.state.browse.selected)
    let error = GenerationError.modelMissing(what: "ControlNet for the condition canny that fits sd, only for hed, mask", searched: ["/models"])
    screen.send(.done(.generate(episode, screen.state.plan), .failed(Notice(error))))
    let text = screen.text()
    #expect(text.contains("no ControlNet for the condition canny"))
    #expect(screen.state.board?.conditions[screen.state.conditionChoice] != nil)
  }
}
