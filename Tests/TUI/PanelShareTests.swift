import Evaluation
import Generation
import TUI
import Testing

@Suite("Panels share the screen by need")
struct PanelShareTests {
  private func height(_ panel: Panel, _ screen: FakeScreen) -> Int { Layout(screen.state).panels[panel]?.height ?? 0 }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func anEmptyPanelIsALine(width: Int, height rows: Int) {
    var screen = FakeScreen.open(width, rows)
    #expect(height(.queue, screen) == 1 && screen.text().contains("Queue empty, g fills it"))
    if rows >= 40 { #expect(height(.classes, screen) == 1 && screen.text().contains("no evaluation of this fold yet")) }
    for job in screen.jobs() { screen.send(.work(.jobChanged(job))) }
    #expect(height(.queue, screen) >= 4 && screen.text().contains("4 to go"))
    screen.send(.done(.loadReports, .reports([screen.report()])))
    if rows >= 60 { #expect(height(.classes, screen) >= 9) }
    // What is left is the list's: nothing is lost between the panels.
    let layout = Layout(screen.state), column = [Panel.episodes, .settings, .queue].compactMap { layout.panels[$0] }
    #expect(column.reduce(0) { $0 + $1.height } == rows - 2 - layout.resources.height)
  }

  /// Where images would be small beside the table of classes, it is a line until it is looked at.
  @Test func theTableOfClassesFoldsWhileImagesAreLookedAt() {
    var screen = FakeScreen.open(120, 40)
    screen.send(.done(.loadReports, .reports([screen.report()])))
    #expect(height(.classes, screen) == 1)
    #expect(screen.text().contains("IoU by class mIoU 1-shot 48.0  1+4 52.0  +4.0 ±1.0 · run 1"), "\(screen.text())")
    screen.press(.backTab)
    #expect(screen.state.screen.focus == .classes && height(.classes, screen) == 10 && screen.text().contains("bicycle"))
    screen.press(.escape)
    #expect(height(.classes, screen) == 10)
    screen.press(.enter)
    #expect(height(.classes, screen) == 1)
  }

  /// An evaluation of the first episode.
  private func measured(_ screen: FakeScreen) -> EvaluationReport {
    let areas = Areas(backgroundIntersection: 0, foregroundIntersection: 40, backgroundUnion: 100, foregroundUnion: 100)
    return screen.report(episodes: [EpisodeResult(episode: screen.episode(0), baseline: areas, augmented: areas)])
  }

  /// Titles end with a whole word of the run's name.
  @Test(arguments: [
    (80, "Episodes · run 1: mask ─"), (120, "Episodes · run 1: mask, dcama ╮"), (200, "Episodes · run 1: mask, dcama, ddim 20 ─"),
  ])
  func titlesNameTheRunInWholeWords(width: Int, title: String) {
    var screen = FakeScreen.open(width, 40)
    #expect(screen.text().contains("╭ Episodes ─"))
    screen.send(.done(.loadReports, .reports([measured(screen)])))
    #expect(screen.frame().line(1).contains(title), "\(screen.frame().line(1))")
    var small = FakeScreen.open(80, 24)
    small.type("e")
    #expect(small.frame().line(1).contains("╭ Episodes: these settings ╮"), "\(small.frame().line(1))")
  }

  /// The figures in the list are a run's, whatever the form says by now.
  @Test func theFormSaysWhereItIsAnotherOneThanTheRuns() {
    for (width, words) in [(80, "Settings · not run 1's ─"), (120, "Settings · not those of run 1 ╮")] {
      var screen = FakeScreen.open(width, 40)
      screen.send(.done(.loadReports, .reports([measured(screen)])))
      #expect(screen.text().contains("╭ Settings ─") && !PlainView.page(screen.state)[0].contains("others now"))
      screen.type("c")
      #expect(screen.text().contains(words), "\(screen.text())")
      #expect(PlainView.page(screen.state)[0].hasSuffix("; the settings are others now"))
    }
  }

  /// Settings that nobody works in leave the episodes two fifths of the column, and are in sight all the same.
  @Test(arguments: [(120, 40), (200, 60), (300, 50)])
  func episodesAreNotPushedAsideBySettings(width: Int, height rows: Int) {
    var screen = FakeScreen.open(width, rows)
    #expect(height(.episodes, screen) >= (rows - 3) * 2 / 5 && height(.settings, screen) == screen.state.settings.fields.count + 2)
    screen.press(.tab, .tab)
    #expect(height(.settings, screen) == screen.state.settings.fields.count + 2)
  }

  @Test func settingsDoNotScrollWhileOthersAreEmpty() {
    var screen = FakeScreen.open(120, 40)
    screen.press(.tab, .tab)
    #expect(height(.settings, screen) == screen.state.settings.fields.count + 2)
    let text = screen.text()
    for field in screen.state.settings.fields { #expect(text.contains(field.title), "\(field.title)") }
    // Episodes stay a list, too.
    #expect(height(.episodes, screen) >= 5)
  }

  /// A panel that is worked in by keys grows; under the mouse nothing moves, or a second press would hit another row.
  @Test func nothingMovesUnderTheMouse() {
    var screen = FakeScreen.open(80, 24)
    let place = screen.place(of: "Guidance")!
    for _ in 0..<2 { screen.mouse(.press, column: place.column, row: place.row) }
    #expect(screen.state.settings.field == .setting(.guidance) && screen.text().contains("Enter takes it"))
  }

  @Test func aLineTakesTheFocusAndThePress() {
    var screen = FakeScreen.open(120, 40)
    screen.click("Queue empty")
    #expect(screen.state.screen.focus == .queue)
    screen.press(.enter)
    #expect(screen.state.dialogs.toasts.isEmpty)
    screen.press(.tab)
    #expect(screen.state.screen.focus == .classes && screen.text().contains("IoU by class"))
  }

  @Test func namesAreCutInTheMiddle() {
    #expect(DisplayText.middle(of: "aeroplane_2008_000123", to: 11) == "aeropl…0123")
    #expect(DisplayText.middle(of: "scene", to: 5) == "scene" && DisplayText.middle(of: "scenes", to: 5) == "sce…s")
    for limit in 0...12 {
      for text in ["猫と犬がいる大きな部屋", "\u{1B}[31mred\u{1B}[2J and more", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}"] {
        let shown = DisplayText.middle(of: text, to: limit)
        #expect(DisplayText(shown).width <= max(1, limit), "\(text) to \(limit)")
      }
    }
  }
}

@Suite("Rows of the queue")
struct QueueRowTests {
  @Test func rowsNameEpisodeSupportAndWhatDiffers() {
    var screen = FakeScreen.open(140, 40)
    var jobs = screen.jobs()
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    // All alike: no setting is named.
    #expect(screen.text().contains("◌ 1 cup scene-100 #1  "), "\(screen.text())")
    screen.type("c")
    for job in screen.jobs().prefix(1) {
      jobs.append(job)
      screen.send(.work(.jobChanged(job)))
    }
    #expect(screen.text().contains("#1 mask") && screen.text().contains("#1 scribble"), "\(screen.text())")
  }

  @Test func finishedOnesAreOneRowThatOpens() {
    var screen = FakeScreen.open(120, 40)
    var jobs = screen.jobs()
    for index in jobs.indices {
      screen.send(.work(.jobChanged(jobs[index])))
      if index > 0 { jobs[index].state = .finished }
      screen.send(.work(.jobChanged(jobs[index])))
    }
    #expect(screen.state.queueRowCount == 2 && screen.text().contains("✓ 3 generated"))
    screen.press(.tab, .tab, .tab, .end)
    screen.press(.enter)
    #expect(screen.state.queueRowCount == 5 && screen.text().contains("#4"))
    #expect(PlainView.page(screen.state).contains { $0.contains("3 generated, listed below") })
    screen.type("x")
    #expect(screen.text().contains("these jobs have ended"))
    screen.press(.enter)
    #expect(screen.state.queueRowCount == 2)
  }

  /// A row that is gone leaves the cursor on the last one, which is what keys work on.
  @Test func theCursorIsOnTheRowThatIsShown() {
    var screen = FakeScreen.open(120, 40)
    var jobs = screen.jobs()
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    screen.press(.tab, .tab, .tab, .end)
    for index in 1...3 {
      jobs[index].state = .finished
      screen.send(.work(.jobChanged(jobs[index])))
    }
    #expect(screen.state.selectedQueueRow == .finished(3, isOpen: false))
  }
}

@Suite("What generating takes")
struct ResourceTests {
  @Test func theLineTellsPaceMachineAndEnd() {
    var screen = FakeScreen.open(140, 40)
    screen.send(.tick(0))
    #expect(screen.text().contains("this processor · avx2 kernels · 2 cores · 412 MB of 8 GB"), "\(screen.text())")
    var jobs = screen.jobs()
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    for (index, start) in [(0, 10.0), (1, 20.0)] {
      for step in 1...20 {
        jobs[index].state = .running(step: step, of: 20)
        jobs[index].elapsed = 0.5 * Double(step)
        screen.send(.tick(start + jobs[index].elapsed))
        screen.send(.work(.jobChanged(jobs[index])))
      }
      jobs[index].state = .finished
      screen.send(.work(.jobChanged(jobs[index])))
    }
    jobs[2].state = .running(step: 0, of: 20)
    screen.send(.work(.jobChanged(jobs[2])))
    let text = screen.text()
    // Two images ten seconds apart; two are left, of twenty steps of half a second.
    for part in ["0.50 s a step", "████", "1.7 of 2 cores", "6.0 images/min", "ends 14:00"] {
      #expect(text.contains(part), "\(part): \(text)")
    }
    // What goes first where there is no room is what tells least.
    screen.send(.resized(Size(width: 72, height: 30)))
    let line = screen.text().split(separator: "\n").first { $0.contains("a step") } ?? ""
    #expect(line.contains("ends 14:00") && !line.contains("kernels"), "\(line)")
    screen.send(.resized(Size(width: 80, height: 24)))
    #expect(!screen.text().contains("a step"))
  }
}

@Suite("The first steps")
struct FirstStepsTests {
  @Test(arguments: [(20, 6), (40, 12), (80, 24), (120, 40), (200, 60)])
  func areThereUntilTheFirstKeyAndInTheHelp(width: Int, height: Int) {
    var screen = FakeScreen.open(width, height) { $0.state.screen.greet() }
    if width >= 80 {
      for part in ["First steps", "g generates", "e measures", "b compares", "Tab next panel", "? tells"] {
        #expect(screen.text().contains(part), "\(part)")
      }
    }
    screen.type("j")
    #expect(!screen.text().contains("First steps") && screen.state.browse.cursor.index == 1)
    screen.type("?")
    if height >= 12 { #expect(screen.text().contains("First steps") && screen.text().contains("generates supports")) }
  }

  @Test func aPressEndsThemToo() {
    var screen = FakeScreen.open(120, 40) { $0.state.screen.greet() }
    screen.click(" 3 ")
    #expect(!screen.text().contains("First steps") && screen.state.browse.cursor.index == 2)
  }
}
