import Data
import Foundation
import Generation
import TUI
import Testing

@Suite("Keys of the queue, and what leaves the explorer")
struct QueueKeyTests {
  private func queued() -> (FakeScreen, [Job]) {
    var screen = FakeScreen.open(120, 40)
    let jobs = screen.jobs()
    for job in jobs { screen.send(.work(.jobChanged(job))) }
    screen.press(.tab, .tab, .tab)
    screen.answers = false
    screen.effects = []
    return (screen, jobs)
  }

  @Test func threeWaysToStop() {
    for (keys, effect) in [("now", Effect.pauseQueue(true, now: true)), ("after", .pauseQueue(true, now: false))] {
      var (screen, jobs) = queued()
      jobs[0].state = .running(step: 2, of: 20)
      screen.send(.work(.jobChanged(jobs[0])))
      screen.type("x")
      #expect(screen.text().contains("after this image"))
      screen.type(keys)
      screen.press(.enter)
      #expect(screen.effects.last == effect)
    }
    var (screen, jobs) = queued()
    jobs[0].state = .running(step: 2, of: 20)
    screen.send(.work(.jobChanged(jobs[0])))
    screen.type("xskip")
    screen.press(.enter)
    #expect(screen.effects.last == .cancelJobs([jobs[0].id]))
  }

  /// Two images side by side: both rows move, each has its preview, and the one under the cursor is the one that is skipped.
  @Test func twoRunSideBySide() {
    for size in [(80, 24), (120, 40)] {
      var screen = FakeScreen.open(size.0, size.1)
      var jobs = screen.jobs()
      for (number, step) in [(0, 7), (1, 12)] { jobs[number].state = .running(step: step, of: 20) }
      for number in 0..<2 { jobs[number].elapsed = 10 }
      for job in jobs { screen.send(.work(.jobChanged(job))) }
      screen.press(.tab, .tab, .tab)
      let text = screen.text()
      #expect(text.contains("7/20") && text.contains("12/20"), "\(text)")
      #expect(screen.state.queue.jobs.runningCount == 2 && screen.state.queue.jobs.waiting == 2)
      for number in 0..<2 { screen.send(.work(.preview(jobs[number].id, FakeScreen.image, isLast: false))) }
      #expect(Set(screen.state.queue.previews.keys) == [jobs[0].request, jobs[1].request])
      screen.type("jx")
      #expect(screen.text().contains("after these images"))
      screen.answers = false
      screen.effects = []
      screen.type("skip")
      screen.press(.enter)
      #expect(screen.effects.last == .cancelJobs([jobs[1].id]))
      jobs[1].state = .cancelled(reason: "by hand")
      screen.send(.work(.jobChanged(jobs[1])))
      #expect(Set(screen.state.queue.previews.keys) == [jobs[0].request])
    }
  }

  @Test func pausesAndSaysSo() {
    var (screen, _) = queued()
    screen.type("p")
    #expect(screen.effects.last == .pauseQueue(true, now: false))
    screen.send(.work(.queuePaused(true)))
    #expect(screen.text().contains("paused · 4 to go") && screen.text().contains("queue paused"))
    screen.type("p")
    #expect(screen.effects.last == .pauseQueue(false, now: false))
  }

  @Test func ordersByPriorities() {
    var (screen, jobs) = queued()
    screen.type("jjK")
    #expect(screen.effects.last == .prioritise([jobs[2].id: 1, jobs[0].id: 1]))
    for index in [2, 0] {
      jobs[index].priority = 1
      screen.send(.work(.jobChanged(jobs[index])))
    }
    #expect(screen.state.queue.jobs.inOrder.map(\.id) == [0, 2, 1, 3].map { jobs[$0].id })
    #expect(screen.state.queue.cursor.index == 1)
    screen.type("jjn")
    #expect(screen.effects.last == .prioritise([jobs[3].id: 2]))
  }

  @Test func anyOrderCanBeReached() {
    withEvery(seeds: 0..<40) { numbers in
      var (screen, jobs) = queued()
      var wanted = screen.state.queue.jobs.inOrder.map(\.id)
      for _ in 0..<12 {
        let place = Int.random(in: 0..<4, using: &numbers), step = Bool.random(using: &numbers) ? 1 : -1
        screen.state.queue.select(row: place)
        screen.effects = []
        screen.type(step > 0 ? "J" : "K")
        if wanted.indices.contains(place + step) { wanted.swapAt(place, place + step) }
        if case .prioritise(let changes)? = screen.effects.last {
          for index in jobs.indices {
            guard let priority = changes[jobs[index].id] else { continue }
            jobs[index].priority = priority
            screen.send(.work(.jobChanged(jobs[index])))
          }
        }
        #expect(screen.state.queue.jobs.inOrder.map(\.id) == wanted)
      }
    }
  }

  @Test func manyAtOnce() {
    var (screen, jobs) = queued()
    screen.type("  ")
    #expect(screen.text().contains("2 marked"))
    screen.type("x")
    #expect(screen.effects.last == .cancelJobs([jobs[0].id, jobs[1].id]))
    for index in [0, 1] {
      jobs[index].state = index == 0 ? .failed(reason: "no") : .cancelled(reason: "by hand")
      screen.send(.work(.jobChanged(jobs[index])))
    }
    screen.press(.end)
    screen.type(" ")
    screen.type("k ")
    screen.type("r")
    guard case .retryJobs(let ids)? = screen.effects.last else {
      Issue.record("nothing was tried again")
      return
    }
    #expect(Set(ids).isSubset(of: [jobs[0].id, jobs[1].id]) && !ids.isEmpty)
  }

  @Test func duplicatesAndEdits() {
    var (screen, jobs) = queued()
    screen.type("d")
    guard case .enqueue(let requests)? = screen.effects.last else {
      Issue.record("nothing was queued")
      return
    }
    var expected = jobs[0].request
    expected.seed = 1
    #expect(requests == [expected])
    screen.type("i")
    #expect(screen.effects.suffix(2) == [.adopt(jobs[0].request), .cancelJobs([jobs[0].id])])
    var options = GenerationOptions()
    options.steps = 33
    screen.send(.done(.adopt(jobs[0].request), .recalled(options, seed: 5, own: 77)))
    #expect(screen.state.screen.focus == .settings && screen.state.settings.options.steps == 33)
    #expect(screen.state.settings.options.seed == 5)
    // A seed that cannot be derived leaves the form's own, and says so.
    screen.send(.done(.recall("a.png"), .recalled(options, seed: nil, own: 77)))
    #expect(screen.state.settings.options.seed == 5)
    #expect(screen.state.dialogs.messages.last?.message.contains("the image's own, 77") == true)
  }

  @Test func copiesTheExactCommandLine() {
    var screen = FakeScreen.open(120, 40) { $0.state.source.invocations = ["demo": ["--dataset", "demo", "--models", "/my models"]] }
    screen.type("c")
    screen.state.settings.options.prompt = "it's a {name}; $(rm)"
    screen.state.settings.options.steps = 7
    screen.state.settings.options.guidance = 7.125
    screen.type("y")
    #expect(screen.text().contains("command line: generate"))
    screen.answers = false
    screen.press(.enter)
    #expect(
      screen.effects.last == .copy(
        "diffss generate --dataset demo --models '/my models' --fold 0 --condition scribble --steps 7 --guidance 7.125 "
          + "--prompt 'it'\\''s a {name}; $(rm)' --seed 0 --shots 4 --out supports"))
    screen.type("yseed")
    screen.press(.enter)
    #expect(screen.effects.last == .copy("0"))
    // Episodes stay those that are shown, whatever the images' seed.
    screen.state.settings.options.seed = 7
    screen.type("yevaluate")
    screen.press(.enter)
    guard case .copy(let text)? = screen.effects.last else {
      Issue.record("nothing was copied")
      return
    }
    #expect(text.hasPrefix("diffss evaluate ") && text.contains(" --seed 7 ") && text.hasSuffix(" --seeds 0"))
  }

  /// With marks, and on an image of the user's own, a command line of the fold would do something else than the keys.
  @Test func theCommandLineIsOfWhatIsChosen() {
    var screen = FakeScreen.open(120, 40)
    screen.type("  y")
    #expect(screen.text().contains(#/command line: generate +none for marked episodes alone/#), "\(screen.text())")
    #expect(!screen.text().contains("of the fold"))
    // The cursor begins on what can be copied.
    screen.press(.up, .enter)
    #expect(screen.text().contains("no command line generates supports of marked episodes alone"))
    screen.type("yevaluate")
    #expect(screen.text().contains("command line: evaluate 2 marked episodes"))
    screen.press(.enter)
    let marked = screen.state.browse.chosen
    #expect(marked.count == 2 && screen.effects.last == .listEpisodes(marked))
    screen.send(.done(.listEpisodes(marked), .episodeList("/data/my list.json")))
    guard case .copy(let text)? = screen.effects.last else {
      Issue.record("nothing was copied")
      return
    }
    #expect(text.hasPrefix("diffss evaluate ") && text.contains(" --episode-list '/data/my list.json' ") && !text.contains("--seeds"))
    #expect(text.hasSuffix("--episodes 2"))
    // An episode of an imported image, beside the fold.
    screen.type("u")
    let own = DatasetItem(id: "own/a-1", classes: [1])
    let episode = Episode(index: 30, fold: 0, classIndex: 1, query: marked[0].query, supports: [own])
    screen.send(.done(.loadEpisodes(fold: 0), .episodes([episode])))
    screen.type("y")
    #expect(screen.text().contains("none for an image of your own alone") && screen.text().contains("command line: evaluate this episode"))
    #expect(screen.text().contains("10 episodes of the fold"), "\(screen.text())")
  }

  /// What an evaluation generates has no job, but is generated all the same.
  @Test func whatAnEvaluationGeneratesIsCounted() {
    var screen = FakeScreen.open(120, 40)
    var jobs = screen.jobs()
    jobs[0].state = .finished
    screen.send(.work(.jobChanged(jobs[0])))
    #expect(screen.text().contains("✓ 1 generated"))
    screen.type("Ey")
    for job in jobs { screen.send(.done(.loadGenerated(job.request), .generated(FoundSupport(image: FakeScreen.image)))) }
    let generated = screen.state.queue.jobs.generated
    #expect(generated == jobs.count, "\(screen.text())")
    #expect(screen.text().contains("✓ \(generated) generated (\(generated - 1) by E)"), "\(screen.text())")
  }

  @Test func theQuestionSaysWhatIsNotLookedAtAndWhatIsThere() {
    var screen = FakeScreen.open(120, 40)
    let filter = "not those that the filter lists: mark episodes to evaluate them alone"
    let repeated = "a saved run has these episodes and settings already: fold 0: mIoU 48.0"
    func question(_ keys: String) -> String {
      screen.type(keys)
      return PlainView.lines(screen.state).joined()
    }
    let plain = question("E")
    #expect(plain.hasPrefix("Evaluate fold 0? 10 episodes, ") && !plain.contains("filter") && !plain.contains("saved run"))
    screen.press(.escape)
    screen.type("/cat")
    screen.press(.enter)
    #expect(question("E").contains(filter) && screen.text().contains("not those that the"))
    screen.type("y")
    guard case .evaluate(let plan)? = screen.effects.last else {
      Issue.record("nothing is evaluated")
      return
    }
    let report = screen.report(plan: plan)
    screen.send(.done(.evaluate(plan), .report(report, date: nil)))
    #expect(question("E").contains(repeated))
    // Marked ones are no filter's business, and another setting is another run.
    screen.press(.escape)
    let marked = question(" E")
    #expect(marked.contains("1 marked episode") && !marked.contains(filter) && !marked.contains("A saved run"))
    screen.press(.escape)
    #expect(!question("ucE").contains("A saved run"))
    // The same again is the same run, told anew.
    screen.press(.escape)
    screen.send(.done(.evaluate(plan), .report(report, date: nil)))
    #expect(screen.state.evaluation.saved == [report] && screen.state.evaluation.dates.count == 1)
  }

  @Test func takesPathsAndPresets() {
    var screen = FakeScreen.open(120, 40)
    screen.answers = false
    screen.type("I/tmp/a b.png")
    screen.press(.enter)
    #expect(screen.effects.last == .recall("/tmp/a b.png"))
    screen.send(.done(.recall("/tmp/a b.png"), .failed(Notice(GenerationError.notOurs(path: "/tmp/a b.png")))))
    #expect(screen.text().contains("does not say how it was generated"))
    screen.type("O")
    screen.press(.enter)
    #expect(screen.effects.last == .exportKept("kept"))
    screen.type("Pquick")
    screen.press(.enter)
    #expect(screen.state.settings.options.sampler == "dpmpp-2m-karras" && screen.state.settings.options.steps == 8)
  }

  @Test func promptsTakePastedText() {
    var screen = FakeScreen.open(120, 50)
    screen.press(.tab, .tab)
    screen.go(to: .setting(.prompt))
    screen.press(.enter, .paste("a {name}\n\u{1B}[2Jin\tsnow"), .home, .right, .right, .delete)
    screen.press(.enter)
    #expect(screen.state.settings.options.prompt == "a name} [2Jin snow")
    screen.press(.enter, .control("u"), .end, .control("u"), .enter)
    #expect(screen.state.settings.options.prompt == nil)
  }

  @Test func tellsWhatItCosts() {
    var screen = FakeScreen.open(120, 40)
    #expect(screen.text().contains("4 images"))
    screen.state.queue.expect(secondsPerStep: 0.5)
    #expect(screen.text().contains("4 images, about 0:40"))
    // Two that are in the making at once take no longer than one of them.
    for var job in screen.jobs().prefix(2) {
      job.state = .running(step: 10, of: 20)
      job.elapsed = 5
      screen.send(.work(.jobChanged(job)))
    }
    #expect(screen.text().contains("4 images, about 0:20"))
  }

  @Test func comparesSavedRuns() {
    var screen = FakeScreen.open(140, 44)
    let first = screen.report(), second = screen.report(before: [10, 20, 30, 40, 50], after: [20, 30, 40, 50, 61])
    screen.send(.done(.loadReports, .reports([first, second])))
    screen.type("L")
    for part in ["Saved evaluations", "dcama", "1+4", "2 runs"] { #expect(screen.text().contains(part), "\(part)") }
    screen.press(.down, .enter)
    #expect(screen.state.evaluation.shown[0] == second && screen.state.screen.focus == .classes)
    screen.type("R")
    screen.press(.down, .enter)
    #expect(screen.state.evaluation.reference == first)
    let text = screen.text()
    #expect(text.contains("Against fold 0") && text.contains("50.0   20.0"))
    screen.type("ssss")
    #expect(screen.state.evaluation.order == .difference && screen.text().contains("by difference, worst first"))
  }

  /// Where the figures take the whole width the bars stand below them.
  @Test func barsStandBelowWhatIsNarrow() throws {
    for (columns, rows, isBelow) in [(80, 24, true), (120, 40, false)] {
      var screen = FakeScreen.open(columns, rows)
      screen.send(.done(.loadReports, .reports([screen.report(before: [10, 20, 30, 40, 50], after: [40, 30, 20, 50, 60])])))
      screen.press(.tab, .tab, .tab, .tab)
      let lines = screen.text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let first = try #require(lines.firstIndex { $0.contains("10.0   40.0") })
      let mean = try #require(lines.firstIndex { $0.contains("mIoU ") })
      #expect(mean - first == (isBelow ? 10 : 5), "\(screen.text())")
      #expect(lines[first + (isBelow ? 1 : 0)].contains("██▓▓▓") && lines.contains { $0.contains("█ 1-shot") }, "\(screen.text())")
    }
  }
}

@Suite struct WorkQueueTests {
  /// Against the plain way of doing it, whatever happens in whatever order.
  @Test func theOrderIsThatOfTheWorker() {
    withEvery(seeds: 0..<60) { numbers in
      var queue = WorkQueue(), jobs: [Job] = [], ends: [JobID] = []
      for _ in 0..<60 {
        if jobs.isEmpty || Int.random(in: 0..<3, using: &numbers) == 0 {
          jobs.append(Job(id: JobID(), request: request(jobs.count), priority: Int.random(in: 0..<3, using: &numbers)))
        }
        let place = Int.random(in: 0..<jobs.count, using: &numbers)
        switch Int.random(in: 0..<6, using: &numbers) {
        case 0: jobs[place].state = .running(step: 1, of: 20)
        case 1: jobs[place].state = .interrupted(reason: "")
        case 2: jobs[place].state = .finished
        case 3: jobs[place].state = .failed(reason: "")
        case 4: jobs[place].priority = Int.random(in: 0..<5, using: &numbers)
        default: jobs[place].state = .queued
        }
        for job in [jobs[place], jobs[jobs.count - 1]] where queue[job.id] != job {
          queue.take(job, steps: Double(job.request.steps))
          ends.removeAll { $0 == job.id }
          if job.state.isFinal { ends.append(job.id) }
        }
        func rank(_ job: Job) -> Int {
          switch job.state {
          case .running: 0
          case .interrupted: 1
          default: 2
          }
        }
        let expected = jobs.enumerated().filter { !$0.element.state.isFinal }
          .sorted { (rank($0.element), -$0.element.priority, $0.offset) < (rank($1.element), -$1.element.priority, $1.offset) }.map(\.element.id)
        #expect(queue.inOrder.map(\.id) == expected)
        let finished = Set(jobs.filter { $0.state == .finished }.map(\.id)), ended = Array(ends.reversed())
        let all = rows(queue, isOpen: true)
        #expect(all.compactMap(\.job) == expected + ended.filter { !finished.contains($0) } + ended.filter(finished.contains))
        #expect(all.count == jobs.count + (finished.isEmpty ? 0 : 1) && queue.row(all.count, isOpen: true) == nil)
        #expect(rows(queue, isOpen: false).compactMap(\.job) == expected + ended.filter { !finished.contains($0) })
        #expect(queue.unfinished == expected.count && queue.finished == finished.count)
      }
    }
  }

  private func rows(_ queue: WorkQueue, isOpen: Bool) -> [WorkQueue.Row] {
    (0..<queue.rowCount(isOpen: isOpen)).compactMap { queue.row($0, isOpen: isOpen) }
  }

  /// A list of thousands keeps the last ones, and the number of the others.
  @Test func whatIsLongFinishedIsANumber() {
    var queue = WorkQueue()
    for number in 0..<10_000 {
      var job = Job(id: JobID(), request: request(number))
      queue.take(job, steps: 20)
      job.state = .finished
      queue.take(job, steps: 20)
      if number % 1000 == 999 { #expect(queue.finished == number + 1 && queue.finishedJobs.count == WorkQueue.mostFinished) }
    }
    #expect(queue.finishedJobs.last?.request == request(9999) && queue.job(for: request(0)) == nil && queue.unfinished == 0)
    #expect(queue.rowCount(isOpen: false) == 1 && queue.row(0, isOpen: false) == .finished(10_000))
    #expect(queue.rowCount(isOpen: true) == 1 + WorkQueue.mostFinished && queue.row(201, isOpen: true) == nil)
  }

  @Test func theSettingsThatDifferAreNamed() {
    var queue = WorkQueue(), jobs: [Job] = []
    for (number, (condition, steps)) in [(ConditionType.mask, 20), (.hed, 20), (.hed, 30)].enumerated() {
      var request = request(number)
      (request.settings.condition, request.settings.steps) = (condition, steps)
      jobs.append(Job(id: JobID(), request: request))
      queue.take(jobs[number], steps: 20)
      #expect(queue.differences.settings == [[], [.condition], [.condition, .steps]][number])
    }
    #expect(queue.differences.words(jobs[2].request.settings) == ["hed", "steps 30"])
  }

  private func request(_ number: Int) -> GenerationRequest {
    GenerationRequest(
      source: SupportSource(dataset: "demo", item: "\(number)", classIndex: 1, number: 0, digest: ""), settings: DiffusionSettings(),
      prompt: "", negativePrompt: "", seed: 0, width: 128, height: 128, models: ModelChoice(diffusion: "sd"))
  }
}

extension WorkQueue.Row {
  fileprivate var job: JobID? { if case .job(let job) = self { job.id } else { nil } }
}
