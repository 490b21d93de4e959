import Generation
import Models
import TUI
import TestSupport
import Testing

@Suite("The dial")
struct SpeedTests {
  /// The cursor on the row Speed, with a model whose costs are known.
  private func screen() throws -> FakeScreen {
    let folder = Golden.projectRoot.appendingPathComponent("Assets/demo/sd")
    let model = ModelMenu.Diffusion(
      id: "sd", resolution: 128, guidance: 3, scheduler: try SchedulerConfig(folder: folder.appendingPathComponent("scheduler")),
      cost: try DiffusionCost(folder: folder))
    let net = ModelMenu.ControlNet(id: "controlnet-mask", condition: .mask, models: ["sd"])
    var screen = FakeScreen.open(120, 60) { $0.models = ModelMenu(diffusion: [model], controlNets: [net]) }
    screen.press(.tab, .tab)
    screen.go(to: .speed)
    return screen
  }

  @Test func theRowTurnsTheDial() throws {
    var screen = try screen()
    #expect(screen.text().contains("‹ exact ›") && screen.text().contains("what is left out for time"))
    screen.type("l")
    #expect(screen.text().contains("‹ fast ›"))
    #expect(screen.state.settings.options.sampler == "unipc" && screen.state.settings.options.shortcuts.guidanceEnd < 1)
    screen.type("l")
    #expect(screen.text().contains("‹ draft ›"))
    screen.type("l")
    #expect(screen.text().contains("‹ exact ›"))
    #expect(screen.state.settings.options.steps == 20 && screen.state.settings.options.shortcuts == Shortcuts())
  }

  @Test func otherSettingsAreCustom() throws {
    var screen = try screen()
    screen.type("l")
    screen.go(to: .setting(.cacheEvery))
    screen.type("l")
    #expect(screen.state.settings.speed == nil)
    screen.go(to: .speed)
    #expect(screen.text().contains("‹ custom ›"))
    // What a preset does not set says nothing of it.
    screen.type("l")
    let speed = screen.state.settings.speed
    screen.state.settings.options.guidance = 5
    #expect(speed != nil && screen.state.settings.speed == speed)
  }

  @Test func theExpectedSecondsAreBesideEachChoice() throws {
    var screen = try screen()
    screen.press(.enter)
    // Before the first image there is only the ratio.
    #expect(screen.text().contains("times as fast") && !screen.text().contains("an image"))
    screen.press(.escape)
    screen.state.queue.expect(secondsPerStep: 5)
    #expect(screen.text().contains("‹ exact, "))
    screen.press(.enter)
    let lines = screen.text().split(separator: "\n").filter { $0.contains("an image") }
    #expect(lines.count == 3, "\(lines)")
    #expect(lines[0].contains("exact") && lines[0].contains("about 1:") && lines[2].contains("draft"))
    screen.press(.down, .enter)
    #expect(screen.state.settings.speed == .fast)
  }

  /// A job that leaves something out tells how long the others take by what it is worth.
  @Test func thePaceIsThatOfWholeSteps() throws {
    var screen = try screen()
    screen.type("l")
    let worth = screen.state.settings.menu.steps(screen.state.settings.options)
    #expect(worth < 6)
    var queue = WorkQueue()
    var job = try #require(screen.jobs().first)
    job.state = .running(step: 3, of: 6)
    job.elapsed = 2
    queue.take(job, steps: 4)
    #expect(queue.secondsPerStep == 1)
    #expect(queue.secondsLeft == 2)
  }
}
