import Generation
import TUI
import Testing

@Suite("Conditions without weights")
struct ConditionWeightTests {
  private func screen(_ width: Int = 120, _ height: Int = 40) -> FakeScreen {
    FakeScreen.open(width, height) {
      $0.models = ModelMenu(
        diffusion: [ModelMenu.Diffusion(id: "sd", resolution: 128)],
        controlNets: [.init(id: "a", condition: .mask, models: ["sd"]), .init(id: "b", condition: .hed, models: ["sd"])])
      $0.models.detectors = [.hed]
    }
  }

  @Test func areSkippedByTheKey() {
    var screen = screen(), seen: [ConditionType] = []
    for _ in 0..<3 {
      screen.type("c")
      seen.append(screen.state.settings.options.condition)
    }
    #expect(seen == [.hed, .none, .mask])
    screen.type("C")
    #expect(screen.state.settings.options.condition == .none)
  }

  @Test func areGreyInTheListWithAWordOnHowToGetThem() {
    var screen = screen()
    screen.press(.tab, .tab, .home, .enter)
    let frame = screen.frame(), text = frame.text
    #expect(text.contains("scribble") && text.contains("no ControlNet here") && text.contains("no pidinet weights here"))
    #expect(text.contains("diffss models pull"))
    guard let grey = screen.place(of: "scribble "), let usable = screen.place(of: "hed ", after: grey.row) else {
      return #expect(Bool(false), "\(text)")
    }
    let theme = Theme(.truecolor)
    #expect(frame[grey.column, grey.row].style == theme.faint && frame[usable.column, usable.row].style == theme.text)
    // A control image can be looked at without them.
    screen.type("canny")
    screen.press(.enter)
    #expect(screen.state.settings.options.condition == .canny)
  }

  @Test func allOfThemStayWhereNoneCanGenerate() {
    var screen = FakeScreen.open(120, 40)
    screen.type("c")
    #expect(screen.state.settings.options.condition == .scribble)
    screen.press(.tab, .tab, .enter)
    #expect(!screen.text().contains("models pull"))
  }
}

@Suite("Notices")
struct NoticeTests {
  @Test func standBesideWhatTheyAreAbout() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
      for panel in Panel.tabs {
        var screen = FakeScreen.open(width, height)
        for job in screen.jobs() { screen.send(.work(.jobChanged(job))) }
        screen.state.say(Notice(.warning, "something about this panel", hint: "and what can be done about it"), about: panel)
        let rendering = screen.rendering(), layout = Layout(screen.state)
        guard let covered = layout.panels[panel] else { continue }
        let boxes = rendering.targets.filter { $0.target == .toasts }.map(\.rect)
        #expect(boxes.count == 1 && boxes.allSatisfy { $0.clipped(to: covered).isEmpty }, "\(panel) at \(width)x\(height)")
        #expect(rendering.frame.text.contains("something"))
      }
    }
  }

  @Test func doNotCoverOneAnother() {
    var screen = FakeScreen.open(120, 40)
    screen.state.say(Notice(.error, "one"), about: .episodes)
    screen.state.say(Notice(.error, "two"))
    screen.state.say(Notice(.error, "three"), about: .settings)
    let boxes = screen.rendering().targets.filter { $0.target == .toasts }.map(\.rect)
    #expect(boxes.count == 3)
    for box in boxes { #expect(boxes.filter { !$0.clipped(to: box).isEmpty } == [box]) }
  }

  /// What the images panel says itself is kept among the messages, and said where that panel is not in sight.
  @Test func doNotRepeatWhatIsInSight() throws {
    for (width, height, isSaid) in [(120, 40, false), (40, 12, true)] {
      var screen = FakeScreen.open(width, height)
      let episode = try #require(screen.state.browse.selected)
      for request in screen.requests(episode, screen.state.plan) { screen.found[request] = FoundSupport(image: FakeScreen.image) }
      screen.send(.done(.look(episode, screen.state.plan), .plan(screen.requests(episode, screen.state.plan), screen.found)))
      screen.type("e")
      #expect(screen.state.dialogs.toasts.contains { $0.notice.message.contains("1-shot") } == isSaid)
      #expect(screen.state.dialogs.messages.contains { $0.message.contains("1-shot") })
    }
  }
}

@Suite("The way out")
struct WayOutTests {
  @Test func escStandsInEveryViewsFooter() {
    for (width, height) in [(20, 6), (40, 12), (80, 24), (200, 60)] {
      for panel in 0..<5 {
        var screen = FakeScreen.open(width, height)
        for _ in 0..<panel { screen.press(.tab) }
        let footer = screen.frame().line(height - 1)
        for key in ["Esc", "?", "q"] { #expect(footer.contains(key), "panel \(panel) at \(width)x\(height): \(footer)") }
      }
      for keys in ["b", "?", ":", "D", "E", "I", "H", "!", "N", "T"] {
        var screen = FakeScreen.open(width, height)
        screen.type(keys)
        let footer = screen.frame().line(height - 1)
        #expect(footer.contains("Esc"), "\(keys) at \(width)x\(height): \(footer)")
        screen.press(.escape)
        #expect(screen.state.dialogs.current == nil && screen.state.screen.focus == .episodes, "\(keys)")
      }
    }
  }

  /// Newcomers have to learn of `Tab`; what runs can be stopped; in little room words of what everybody knows go first.
  @Test func tabStandsInTheFooterWhereverThereArePanels() throws {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
      var screen = FakeScreen.open(width, height)
      #expect(screen.frame().line(height - 1).contains("Tab panel"), "\(width)")
      let job = try #require(screen.jobs().first)
      screen.send(.work(.jobChanged(Job(id: job.id, request: job.request, state: .running(step: 1, of: 20)))))
      let footer = screen.frame().line(height - 1)
      #expect(footer.contains("x stop") && footer.contains("Tab panel") && footer.contains("q quit"), "\(footer)")
    }
    // The panel's own keys go before the keys that every panel has.
    var small = FakeScreen.open(40, 12)
    #expect(small.frame().line(11).hasPrefix("g generate  e evaluate  Tab  Esc  ?  q"), "\(small.frame().line(11))")
    var smallest = FakeScreen.open(20, 6)
    #expect(smallest.frame().line(5).hasPrefix("Tab  Esc  ?  q"))
  }

  @Test func anOpenDialogHasItsKeysInTheFooter() {
    var screen = FakeScreen.open(80, 24)
    screen.type("E")
    #expect(screen.frame().line(23).hasPrefix("y yes  n no  Esc no"))
    screen.click("n no", after: 23)
    #expect(screen.state.dialogs.current == nil)
    screen.type("H")
    #expect(screen.frame().line(23).hasPrefix("Tab completes  Enter goes on  Esc leaves it"))
    screen.click("Esc leaves it", after: 23)
    #expect(screen.state.dialogs.current == nil)
    screen.type("T")
    #expect(screen.frame().line(23).contains("Enter takes it"))
  }

  @Test func theEndAndTheBeginning() {
    var screen = FakeScreen.open(80, 24)
    screen.type("G")
    #expect(screen.state.browse.cursor.index == 29)
    screen.type("<")
    #expect(screen.state.browse.cursor.index == 0)
    screen.type("#")
    #expect(screen.text().contains("Grid over two settings"))
    screen.press(.end)
    guard case .picker(let picker)? = screen.state.dialogs.current else { return #expect(Bool(false), "no list") }
    #expect(picker.cursor.index == picker.choices.count - 1)
  }
}
