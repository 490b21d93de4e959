import Data
import Evaluation
import Generation
import Render
import TUI
import Testing

@Suite("Settings, jobs and evaluations")
struct WorkTests {
  /// A store that cannot be written: nothing turns in the header until a job runs again.
  @Test func aQueueThatCannotWorkDoesNotClaimTo() throws {
    var screen = FakeScreen.open(120, 40)
    let job = try #require(screen.jobs().first)
    screen.send(.work(.jobChanged(job)))
    #expect(screen.frame().line(0).contains("generating, 1 to go") && screen.state.isWorking)
    screen.send(.work(.queueTrouble(reason: "attempt to write a readonly database")))
    #expect(screen.frame().line(0).contains("  queue cannot work, 1 to go") && screen.text().contains("readonly database"))
    // Whoever waits for all work in plain lines does not wait for it.
    #expect(!screen.state.isWorking)
    screen.send(.work(.jobChanged(Job(id: job.id, request: job.request, state: .running(step: 1, of: 20)))))
    #expect(screen.frame().line(0).contains("generating, 1 to go"))
  }

  @Test func editsSettingsByStepsAndByTyping() {
    var screen = FakeScreen.open(80, 24)
    screen.press(.tab, .tab)
    #expect(screen.state.screen.focus == .settings)
    screen.type("l")
    #expect(screen.state.settings.options.condition == .scribble)
    screen.type("hjjjll-")
    #expect(screen.state.settings.options.steps == 21)
    screen.type("50")
    #expect(screen.text().contains("› 50"))
    screen.press(.enter)
    #expect(screen.state.settings.options.steps == 50)
    screen.type("0")
    screen.press(.enter)
    #expect(screen.text().contains("allowed: 1 to 1000"))
    screen.press(.escape)
    #expect(screen.state.settings.options.steps == 50)
    screen.type("j7.25")
    screen.press(.enter)
    #expect(screen.state.settings.options.guidance == 7.25)
    #expect(screen.text().contains("7.25"))
  }

  @Test func stopsAtTheEndsOfRanges() {
    var form = SettingsForm()
    for field in SettingsField.all where form.range(field) != nil {
      for _ in 0..<12_000 { form.step(field, by: 1) }
      #expect(Double(form.value(field)) == form.range(field)?.upperBound)
      for _ in 0..<12_000 { form.step(field, by: -1) }
      #expect(Double(form.value(field)) == form.range(field)?.lowerBound)
    }
    form.step(.setting(.seed), by: -1)
    #expect(form.options.seed == 0)
    #expect(form.enter("9223372036854775807", in: .setting(.seed)) == nil)
    form.step(.setting(.seed), by: 1)
    #expect(form.options.seed == 9_223_372_036_854_775_807)
    for text in ["", "-1", "nan", "inf", "1e99", "18446744073709551616", "2.5"] {
      #expect(form.enter(text, in: .setting(.seed)) != nil, "\(text)")
    }
    for text in ["", "-1", "nan", "inf", "1e99", "2.5", "."] { #expect(form.enter(text, in: .setting(.steps)) != nil, "\(text)") }
  }

  @Test func conditionKeyAsksForThePreview() {
    var screen = FakeScreen.open(80, 24)
    screen.type("cc")
    #expect(screen.state.settings.options.condition == .hed)
    #expect(screen.text().contains("condition: hed"))
    screen.type("cc")
    #expect(screen.text().contains("cond. canny"))
    screen.type("c")
    #expect(screen.text().contains("prompt alone"))
  }

  @Test func generationRunsFromKeyToImage() {
    var screen = FakeScreen.open(120, 40)
    screen.answers = false
    screen.type("g")
    #expect(screen.effects.contains { if case .generate = $0 { true } else { false } })
    var jobs = screen.jobs()
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    #expect(screen.text().contains("4 to go"))
    jobs[0].state = .running(step: 5, of: 20)
    jobs[0].elapsed = 0.5
    screen.send(.work(.jobChanged(jobs[0])))
    let running = screen.text()
    #expect(running.contains("5/20"))
    #expect(running.contains("0:08 left"))
    screen.answers = true
    for index in jobs.indices {
      jobs[index].state = .finished
      screen.send(.work(.jobChanged(jobs[index])))
    }
    #expect(screen.state.board?.isComplete(screen.state.plan) == true)
    screen.type("g")
    #expect(screen.text().contains("these supports are generated"))
  }

  @Test func oneOfAThingIsNotSeveral() throws {
    var screen = FakeScreen.open(120, 40)
    screen.state.settings.step(.supports, by: -3)
    screen.type("bg")
    screen.press(.escape)
    screen.type(" E")
    #expect(
      screen.text().contains("1 marked episode, 1-shot against 1+1") && screen.text().contains("up to 1 image to"), "\(screen.text())")
    screen.press(.escape)
    screen.type("2f")
    #expect(screen.text().contains("30 episodes"))
    screen.press(.escape)
    screen.send(.work(.jobChanged(try #require(screen.jobs().first))))
    screen.type("q")
    #expect(screen.text().contains("1 image is not generated yet"))
    #expect(PlainView.lines(screen.state)[0].hasPrefix("Quit? 1 image is not generated yet"))
  }

  /// What became of all marked episodes is said once it is known, and only that.
  @Test func markedEpisodesSayWhatIsQueued() {
    var screen = FakeScreen.open(120, 40)
    for episode in (0..<3).map({ screen.episode($0) }) {
      for request in screen.requests(episode, screen.state.plan) { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    }
    screen.type("   g")
    #expect(
      screen.state.dialogs.messages.last?.message == "nothing is queued: the supports of 3 marked episodes are generated or in the queue")
    screen.type(" g")
    #expect(screen.state.dialogs.messages.last?.message == "4 images are queued for 4 marked episodes")
    // One that fails says so itself.
    screen.type("u ")
    screen.answers = false
    screen.type("g")
    let episode = screen.episode(4)
    screen.send(.done(.generate(episode, screen.state.plan), .failed(Notice(.error, "no such mask"))))
    #expect(screen.state.dialogs.messages.suffix(2).map(\.message).sorted() == ["no such mask", "nothing is queued"])
  }

  /// Every message between the key and the image's cells, which are made like those of the support beside it.
  @Test func anImageIsOnTheScreenThreeMessagesAfterTheKey() throws {
    var screen = FakeScreen.open(120, 40)
    _ = screen.frame()
    screen.answers = false
    screen.effects = []
    let plan = screen.state.plan
    screen.type("g")  // 1
    let episode = try #require(screen.state.browse.selected)
    #expect(screen.effects == [.generate(episode, plan)])  // 2: the queue works and tells of the image
    let requests = screen.requests(episode, plan)
    // Places are kept for what is in the queue: nothing moves when the image comes.
    var jobs = screen.jobs()
    jobs[0].state = .running(step: 1, of: 20)
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    screen.send(.work(.preview(jobs[0].id, FakeScreen.image, isLast: false)))
    screen.answers = true
    let beside = try #require(
      render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities).wanted.first { $0.tile == .generated(0) })
    _ = screen.frame()
    screen.answers = false
    var found = FoundSupport(image: Image(width: 24, height: 24, color: [1, 2, 3]), outline: FakeScreen.mask)
    found.cells = RenderedImage(beside.of(found.screenImage(id: 0)))
    screen.send(.done(.loadGenerated(requests[0]), .generated(found)))  // 3
    let rendering = render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities)
    #expect(rendering.wanted.isEmpty)
    let cell = try #require(found.cells?.cells[0, 0])
    #expect((0..<40).contains { y in (0..<120).contains { rendering.frame[$0, y] == cell } })

    // After a change of the look the panel itself asks for cells, and shows the old ones until they are there.
    screen.type("o")
    let changed = render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities)
    #expect(changed.wanted.contains { $0.tile == .generated(0) })
    #expect((0..<40).contains { y in (0..<120).contains { changed.frame[$0, y] == cell } })
  }

  /// Cells stay from step to step of one image, and all of a step is shown once no other comes.
  @Test func previewsAreHeldAndThenShownWhole() throws {
    var screen = FakeScreen.open(120, 40)
    _ = screen.frame()
    var jobs = screen.jobs()
    jobs[0].state = .running(step: 1, of: 20)
    screen.send(.work(.jobChanged(jobs[0])))
    func wanted() throws -> RenderRequest {
      let rendering = render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities)
      return try #require(rendering.wanted.first { $0.tile == .generated(0) })
    }
    screen.send(.tick(10))
    for step in 0..<3 {
      screen.send(.work(.preview(jobs[0].id, FakeScreen.image, isLast: false)))
      let request = try wanted()
      // Before the first step something else was there.
      #expect(request.key.isHeld && (request.previous == nil) == (step == 0))
      screen.send(.wanted([request]))
    }
    screen.send(.tick(10.5))
    #expect(!screen.rendering().wanted.contains { $0.tile == .generated(0) })
    screen.send(.tick(11.5))
    let whole = try wanted()
    #expect(!whole.key.isHeld && whole.previous == nil)
    screen.send(.wanted([whole]))
    screen.send(.work(.preview(jobs[0].id, FakeScreen.image, isLast: false)))
    #expect(try wanted().previous != nil)
    // After the last step nothing may hide what the finished image will show.
    screen.send(.work(.preview(jobs[0].id, FakeScreen.image, isLast: true)))
    #expect(try wanted().previous == nil && !wanted().key.isHeld)
    // Begun again, it is another image.
    for state in [JobState.interrupted(reason: "ended"), .running(step: 1, of: 20)] {
      jobs[0].state = state
      screen.send(.work(.jobChanged(jobs[0])))
    }
    screen.send(.work(.preview(jobs[0].id, FakeScreen.image, isLast: false)))
    #expect(try wanted().previous == nil)
  }

  @Test func evaluatingGeneratesFirstAndThenSegments() {
    var screen = FakeScreen.open(120, 40)
    screen.type("e")
    #expect(screen.text().contains("41.2"))
    #expect(screen.text().contains("waits for supports"))
    var jobs = screen.jobs()
    for index in jobs.indices {
      screen.send(.work(.jobChanged(jobs[index])))
      jobs[index].state = .finished
      screen.send(.work(.jobChanged(jobs[index])))
    }
    let text = screen.text()
    #expect(text.contains("1-shot 41.2  1+4 52.0  +10.8"))
    #expect(screen.state.evaluation.awaiting.isEmpty)
  }

  @Test func aFailedJobIsToldAndEndsTheWaiting() {
    var screen = FakeScreen.open(120, 40)
    screen.type("e")
    var job = screen.jobs()[1]
    job.state = .failed(reason: "no weights for hed")
    screen.send(.work(.jobChanged(job)))
    #expect(screen.text().contains("no weights for hed"))
    #expect(screen.state.evaluation.awaiting.isEmpty)
  }

  @Test func evaluatesAFoldAfterAsking() {
    var screen = FakeScreen.open(80, 24)
    screen.type("E")
    #expect(screen.text().contains("up to 40 images"))
    screen.type("n")
    #expect(screen.effects.isEmpty)
    screen.type("Ey")
    guard case .evaluate(let plan)? = screen.effects.last else {
      Issue.record("no evaluation was started")
      return
    }
    #expect(plan.episodes == 10 && plan.auxiliaryShots == 4)
    screen.send(.evaluationProgress(.generating(done: 0, of: 40, step: 0, steps: 20)))
    screen.send(.tick(10))
    screen.send(.evaluationProgress(.generating(done: 10, of: 40, step: 0, steps: 20)))
    #expect(screen.text().contains("generating 11/40, 0:30 left"))
    // Segmenting has a pace of its own.
    screen.send(.tick(40))
    screen.send(.evaluationProgress(.evaluating(done: 0, of: 10, baseline: 0, augmented: 0)))
    #expect(!screen.text().contains("left"))
    screen.send(.tick(42))
    screen.send(.evaluationProgress(.evaluating(done: 4, of: 10, baseline: 40, augmented: 44)))
    #expect(screen.text().contains("evaluating 4/10, 0:03 left"))
    screen.type("E")
    #expect(screen.state.dialogs.messages.last?.message.contains("under way") == true)
    screen.send(.done(.evaluate(plan), .report(screen.report())))
    #expect(screen.text().contains("IoU by class"))
    #expect(screen.state.evaluation.running == nil)
    #expect(screen.state.dialogs.messages.last?.message.contains("left out") == false)
    let item = DatasetItem(id: "a", classes: [1]), lost = Episode(index: 3, fold: 0, classIndex: 1, query: item, supports: [item])
    screen.send(.done(.evaluate(plan), .report(screen.report(leftOut: [LeftOutEpisode(episode: lost, reason: "cannot read a.jpg")]))))
    let last = screen.state.dialogs.messages.last
    #expect(last?.level == .warning && last?.message.contains("1 of 1 episode left out") == true && last?.hint?.contains("a.jpg") == true)
  }

  @Test func weightsLoadBehindTheFirstScreen() {
    var screen = FakeScreen(80, 24)
    screen.answers = false
    screen.send(.resized(screen.state.screen.size))
    let catalog = Catalog(name: "demo", classes: [], folds: [[1], [2]])
    screen.send(.done(.open, .opened(catalog, models: ModelMenu(), secondsPerStep: nil)))
    #expect(screen.effects.contains(.preload(GenerationOptions(), .dcama, fold: 0)))
    screen.send(.work(.modelLoading(name: "demo")))
    #expect(screen.text().contains("loading weights demo"))
    screen.send(.work(.modelLoaded(name: "demo")))
    screen.send(.done(.preload(GenerationOptions(), .dcama, fold: 0), .preloaded))
    #expect(screen.text().contains("weights ready"))
    // Nothing of it keeps the user from leaving.
    screen.type("q")
    #expect(screen.effects.last == .quit(status: 0))
  }

  @Test func cancelsTheJobUnderTheCursor() {
    var screen = FakeScreen.open(80, 24)
    let jobs = screen.jobs()
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    screen.press(.tab, .tab, .tab)
    screen.type("jx")
    #expect(screen.effects.last == .cancelJobs([jobs[1].id]))
    screen.type("X")
    #expect(screen.effects.last == .cancelAllJobs)
  }

  @Test func asksBeforeThrowingWorkAway() {
    var screen = FakeScreen.open(80, 24)
    screen.send(.work(.jobChanged(screen.jobs()[0])))
    screen.type("q")
    #expect(screen.status == nil)
    #expect(screen.text().contains("1 image is not generated yet"))
    screen.type("n")
    #expect(screen.status == nil)
    screen.press(.control("c"))
    #expect(screen.status == nil)
    screen.press(.control("c"))
    #expect(screen.status == 130)
  }

  @Test func leavesAtOnceOnASignal() {
    var screen = FakeScreen.open(80, 24)
    screen.send(.work(.jobChanged(screen.jobs()[0])))
    screen.send(.terminated(status: 143))
    #expect(screen.status == 143)
  }

  @Test func toastsGoAndMessagesStay() {
    var screen = FakeScreen.open(80, 24)
    screen.send(.tick(1))
    screen.send(.said(Notice(.error, "disk full", hint: "make room")))
    #expect(screen.text().contains("disk full"))
    #expect(screen.text().contains("→ make room"))
    screen.send(.tick(20))
    #expect(!screen.text().contains("disk full"))
    screen.type("!")
    #expect(screen.text().contains("disk full"))
  }

  /// What the episode's figures say stays in sight.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func toastsLeaveTheFigures(width: Int, height: Int) {
    var screen = FakeScreen.open(width, height)
    screen.type("e")
    screen.send(.tick(60))
    let figures = screen.text().split(separator: "\n").last { $0.contains("IoU 1-shot") }
    screen.send(.said(Notice(.info, "something happened that takes a good part of a line to tell")))
    #expect(figures != nil && screen.text().split(separator: "\n").last { $0.contains("IoU 1-shot") } == figures, "\(screen.text())")
    #expect(screen.text().contains("something happened"))
  }

  @Test func aDataSetThatCannotBeOpenedIsExplainedAndTriedAgain() {
    var screen = FakeScreen(80, 24)
    screen.answers = false
    screen.send(.resized(screen.state.screen.size))
    screen.send(.done(.open, .failed(Notice(.error, "data set coco needs a folder", hint: "give it with --root"))))
    #expect(screen.text().contains("--root"))
    #expect(screen.effects == [.open])
    screen.type("g")
    #expect(screen.state.dialogs.messages.last?.message.contains("could not be opened") == true)
    screen.type("r")
    #expect(screen.effects == [.open, .open])
  }

  @Test func workOvertakenIsAskedForAgain() {
    var screen = FakeScreen.open(80, 24)
    screen.answers = false
    screen.type("j")
    let asked = screen.effects.filter { if case .makeCondition = $0 { true } else { false } }
    #expect(asked.count == 1)
    screen.effects = []
    screen.send(.done(asked[0], .dropped))
    #expect(screen.effects == asked)
    screen.send(.done(asked[0], .failed(Notice(.error, "no edges"))))
    #expect(screen.effects == asked)
    #expect(screen.text().contains("no edges"))
  }
}
