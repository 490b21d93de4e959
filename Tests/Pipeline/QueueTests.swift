import Data
import Foundation
import Generation
import Pipeline
import Render
import Synchronization
import TestSupport
import Testing

/// Generates nothing: takes its steps, and obeys the item's name.
private final class FakeGenerator: SupportGenerator {
  struct Refusal: Error, CustomStringConvertible { let description = "no such weights" }

  /// What was begun, in order.
  let begun = Mutex<[GenerationRequest]>([])
  /// A request with this many steps waits here until the test lets it go on.
  static let held = 1000
  /// One with this many never ends by itself.
  static let endless = 999
  let gate = DispatchSemaphore(value: 0)
  let reached = DispatchSemaphore(value: 0)
  private let sideBySide: Int

  init(jobs: Int) { sideBySide = jobs }

  func jobs(for request: GenerationRequest) -> Int { sideBySide }

  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    begun.withLock { $0.append(request) }
    if request.source.item == "broken" { throw Refusal() }
    if request.steps == Self.held {
      reached.signal()
      try gate.wait(within: patience)
    }
    if request.steps == Self.endless {
      reached.signal()
      let deadline = Date().addingTimeInterval(patience)
      while progress(GenerationProgress(step: 0, steps: request.steps)) {
        if Date() > deadline { throw TookTooLong("a job that is to be cancelled", seconds: patience) }
      }
      throw CancellationError()
    }
    for step in 0...request.steps {
      guard progress(GenerationProgress(step: step, steps: request.steps)) else { throw CancellationError() }
    }
    return GeneratedImage(
      key: "key-\(request.seed)", request: request, file: URL(fileURLWithPath: "/dev/null"),
      image: Image(width: 1, height: 1, color: [0, 0, 0]))
  }
}

private struct Bench {
  let folder: TemporaryFolder
  let generator: FakeGenerator
  let workbench: Workbench

  /// `shared` is the folder of another bench, whose queue is this one's too; `jobs` run side by side.
  init(in shared: TemporaryFolder? = nil, jobs: Int = 1) throws {
    generator = FakeGenerator(jobs: jobs)
    folder = try shared ?? TemporaryFolder()
    workbench = Workbench(
      dataset: SquaresDataset(), models: ModelLibrary(folders: [], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: try Store(folder: folder.url), generator: generator)
  }

  func request(_ seed: UInt64, item: String = "square-1", steps: Int = 3) -> GenerationRequest {
    var request = plainRequest(1, steps: steps)
    request.seed = seed
    request.source.support = Support.Name(item: item, classIndex: request.source.classIndex)
    return request
  }
}

private let byHand = JobState.cancelled(reason: "by hand")

@Suite(.timeLimit(.minutes(10))) struct QueueTests {
  @Test func jobsRunInOrderAndReportEveryStep() async throws {
    let bench = try Bench(), events = bench.workbench.events()
    let ids = bench.workbench.enqueue([bench.request(1), bench.request(2), bench.request(3)])
    let (seen, ended) = try await within {
      var seen: [JobID: [JobState]] = [:], ended: [JobID] = []
      for await event in events {
        guard case .jobChanged(let job) = event else { continue }
        seen[job.id, default: []].append(job.state)
        if job.state.isFinal { ended.append(job.id) }
        if ended.count == 3 { break }
      }
      return (seen, ended)
    }
    try await bench.workbench.idle()
    #expect(ended == ids)
    #expect(bench.generator.begun.withLock { $0.map(\.seed) } == [1, 2, 3])
    #expect(bench.workbench.jobs.map(\.state) == [.finished, .finished, .finished])
    #expect(bench.workbench.jobs.map(\.key) == ["key-1", "key-2", "key-3"])
    for states in seen.values {
      // Steps may be skipped for a slow watcher, but never go back.
      let steps = states.compactMap { state -> Int? in if case .running(let step, _) = state { step } else { nil } }
      #expect(steps == steps.sorted())
    }
    #expect(try bench.workbench.store.jobs().map(\.state) == [.finished, .finished, .finished])
  }

  @Test func aFailureStopsNothingElse() async throws {
    let bench = try Bench()
    bench.workbench.enqueue([bench.request(1), bench.request(2, item: "broken"), bench.request(3)])
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.map(\.state) == [.finished, .failed(reason: "no such weights"), .finished])
    #expect(try bench.workbench.store.jobs().map(\.state) == bench.workbench.jobs.map(\.state))
  }

  @Test func aWaitingJobIsCancelledAtOnceAndARunningOneAtItsNextStep() async throws {
    let bench = try Bench()
    let ids = bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held), bench.request(2), bench.request(3)])
    try bench.generator.reached.wait(within: patience)
    bench.workbench.cancel(ids[1])
    #expect(bench.workbench.jobs[1].state == .cancelled(reason: "by hand"))
    bench.workbench.cancel(ids[0])
    #expect(!bench.workbench.jobs[0].state.isFinal)
    bench.generator.gate.signal()
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.map(\.state) == [byHand, byHand, .finished])
    #expect(bench.generator.begun.withLock { $0.map(\.seed) } == [1, 3])
    #expect(try bench.workbench.store.jobs().map(\.state) == [byHand, byHand, .finished])
  }

  @Test func cancellingAllEndsEverythingAndTheQueueGoesOnAfterwards() async throws {
    let bench = try Bench()
    bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held), bench.request(2), bench.request(3)])
    try bench.generator.reached.wait(within: patience)
    bench.workbench.cancelAll()
    bench.generator.gate.signal()
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.allSatisfy { $0.state == byHand })
    bench.workbench.enqueue([bench.request(4)])
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.last?.state == .finished)
  }

  @Test func aWatcherThatSleepsSeesOnlyTheLastStateOfEachJob() async throws {
    let bench = try Bench(), events = bench.workbench.events()
    bench.workbench.enqueue((0..<50).map { bench.request($0, steps: 100) })
    try await bench.workbench.idle()
    let jobs = try await within {
      var jobs: [Job] = []
      for await event in events {
        if case .jobChanged(let job) = event { jobs.append(job) }
        if jobs.count == 50 { break }
      }
      return jobs
    }
    #expect(jobs.map(\.request.seed) == (0..<50).map(UInt64.init))
    #expect(jobs.allSatisfy { $0.state == .finished })
  }

  @Test func watchingEndsWithItsTask() async throws {
    let bench = try Bench()
    let watching = Task { for await _ in bench.workbench.events() {} }
    watching.cancel()
    try await within { await watching.value }
  }

  @Test func whatADeadWorkerLeftRunningGoesOnFirst() async throws {
    let bench = try Bench(), store = bench.workbench.store
    let waiting = Job(id: JobID(), request: bench.request(1))
    let dead = Job(id: JobID(), request: bench.request(2), state: .running(step: 1, of: 3))
    try store.add([waiting, dead])
    #expect(try store.jobs().map(\.state) == [.queued, .interrupted(reason: "the program died")])
    bench.workbench.followQueue()
    try await bench.workbench.idle()
    #expect(bench.generator.begun.withLock { $0.map(\.seed) } == [2, 1])
    #expect(try store.jobs().map(\.state) == [.finished, .finished])
  }

  @Test func aClosedQueueInterruptsItsJobAndTheNextOneGoesOnWithIt() async throws {
    let bench = try Bench()
    bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held), bench.request(2)])
    try bench.generator.reached.wait(within: patience)
    bench.workbench.closeQueue(reason: "closed")
    bench.generator.gate.signal()
    try await bench.workbench.idle()
    #expect(try bench.workbench.store.jobs().map(\.state) == [.interrupted(reason: "closed"), .queued])
    let next = try Bench(in: bench.folder)
    next.generator.gate.signal()
    next.workbench.followQueue()
    try await next.workbench.idle()
    #expect(next.generator.begun.withLock { $0.map(\.seed) } == [1, 2])
    #expect(next.workbench.jobs.map(\.state) == [.finished, .finished])
    #expect(next.workbench.jobs.map(\.attempts) == [2, 1])
  }

  /// Two views of one queue: only one works at a time, both see everything.
  @Test func twoQueuesShareOneWorker() async throws {
    let first = try Bench(), second = try Bench(in: first.folder)
    first.workbench.enqueue([first.request(1, steps: FakeGenerator.held)])
    try first.generator.reached.wait(within: patience)
    second.workbench.enqueue((2..<12).map { second.request($0) })
    let events = second.workbench.events()
    first.generator.gate.signal()
    try await second.workbench.idle()
    try await first.workbench.idle()
    #expect(second.workbench.jobs.count == 11 && second.workbench.jobs.allSatisfy { $0.state == .finished })
    let begun = [first, second].flatMap { $0.generator.begun.withLock { $0.map(\.seed) } }
    #expect(begun.sorted() == Array(1..<12), "each job is generated once")
    withExtendedLifetime(events) {}
  }

  @Test func anotherProcessCanCancelWhatRuns() async throws {
    let bench = try Bench()
    let ids = bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.endless), bench.request(2)])
    try bench.generator.reached.wait(within: patience)
    // As `diffss queue cancel` does.
    let other = try Store(folder: bench.folder.url)
    #expect(try other.cancel([ids[0]], reason: "from elsewhere") == 1)
    try await bench.workbench.idle()
    #expect(try other.jobs().map(\.state) == [.cancelled(reason: "from elsewhere"), .finished])
    #expect(bench.workbench.jobs.map(\.state) == [.cancelled(reason: "from elsewhere"), .finished])
  }

  @Test func prioritiesPauseAndRetry() async throws {
    let bench = try Bench(), store = bench.workbench.store
    try store.setPaused(true)
    let ids = try bench.workbench.leave([bench.request(1), bench.request(2, item: "broken"), bench.request(3)])
    try store.setPriority(7, [ids[2]])
    bench.workbench.followQueue()
    try await bench.workbench.idle()
    #expect(try store.jobs().map(\.state) == [.queued, .queued, .queued])
    try store.setPaused(false)
    try await bench.workbench.ended(3)
    #expect(bench.generator.begun.withLock { $0.map(\.seed) } == [3, 1, 2])
    #expect(try store.retry(nil) == 1)
    try await bench.workbench.waitUntil { $0.map(\.attempts) == [1, 2, 1] && $0.allSatisfy(\.state.isFinal) }
    #expect(try store.jobs().map(\.state) == [.finished, .failed(reason: "no such weights"), .finished])
    try store.cancel(nil, reason: "late")
    #expect(try store.jobs().map(\.state.isFinal) == [true, true, true])
    #expect(try store.retry([ids[0]]) == 0, "a finished one is not generated again")
  }

  /// A view may not grow with every image of a night: it keeps the last that ended. Each end is told once, and any failure can be tried again.
  @Test func whatEndedLongAgoIsForgottenAndCanBeTriedAgain() async throws {
    let bench = try Bench(), events = bench.workbench.events(), workbench = bench.workbench
    let failing = workbench.enqueue([bench.request(0, item: "broken")])[0]
    let ids = [failing] + workbench.enqueue((1...400).map { bench.request($0, steps: 1) })
    let ends = try await within {
      var ends: [JobID: Int] = [:]
      for await event in events {
        guard case .jobChanged(let job) = event, job.state.isFinal else { continue }
        ends[job.id, default: 0] += 1
        if ends.count == ids.count, ends[failing] == 1 { workbench.retry([failing]) }
        if job.id == failing, job.attempts == 2 { break }
      }
      return ends
    }
    #expect(ends == Dictionary(uniqueKeysWithValues: ids.map { ($0, $0 == failing ? 2 : 1) }))
    try await workbench.idle()
    // At its next look into the store, of which no event tells.
    try await within(patience, "the forgetting") { while workbench.jobs.count > 200 { await Task.yield() } }
    #expect(workbench.jobs.count >= 100)
    #expect(try workbench.store.jobs().count == ids.count)
  }

  // MARK: Side by side

  @Test func twoRunSideBySideAndTheThirdWaitsForThem() async throws {
    let bench = try Bench(jobs: 2)
    bench.workbench.enqueue([1, 2, 3].map { bench.request($0, steps: FakeGenerator.held) })
    for _ in 0..<2 { try bench.generator.reached.wait(within: patience) }
    #expect(bench.generator.begun.withLock { Set($0.map(\.seed)) } == [1, 2])
    #expect(bench.workbench.jobs.count { $0.state == .running(step: 0, of: FakeGenerator.held) } == 2)
    #expect(try bench.workbench.store.jobs().map(\.state) == bench.workbench.jobs.map(\.state))
    for _ in 0..<3 { bench.generator.gate.signal() }
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.map(\.state) == [.finished, .finished, .finished])
    #expect(bench.generator.begun.withLock { $0.map(\.seed).last } == 3)
  }

  /// One that is queued while another runs begins at once where there is room.
  @Test func whatComesLaterRunsBesideWhatRuns() async throws {
    let bench = try Bench(jobs: 2)
    bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held)])
    try bench.generator.reached.wait(within: patience)
    bench.workbench.enqueue([bench.request(2), bench.request(3)])
    try await bench.workbench.ended(2)
    #expect(bench.workbench.jobs.map(\.state.isFinal) == [false, true, true])
    bench.generator.gate.signal()
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.allSatisfy { $0.state == .finished })
  }

  @Test func cancellingOneOfTwoLeavesTheOther() async throws {
    let bench = try Bench(jobs: 2)
    let ids = bench.workbench.enqueue([1, 2].map { bench.request($0, steps: FakeGenerator.endless) } + [bench.request(3)])
    for _ in 0..<2 { try bench.generator.reached.wait(within: patience) }
    bench.workbench.cancel(ids[1])
    try await bench.workbench.ended(2)
    #expect(bench.workbench.jobs.map(\.state.isFinal) == [false, true, true] && bench.workbench.jobs[1].state == byHand)
    // As `diffss queue cancel` does.
    try Store(folder: bench.folder.url).cancel([ids[0]], reason: "from elsewhere")
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.map(\.state) == [.cancelled(reason: "from elsewhere"), byHand, .finished])
    #expect(try bench.workbench.store.jobs().map(\.state) == bench.workbench.jobs.map(\.state))
  }

  @Test func pausingNowOrClosingInterruptsAllThatRun() async throws {
    let bench = try Bench(jobs: 2)
    bench.workbench.enqueue((1...3).map { bench.request($0, steps: FakeGenerator.endless) })
    for _ in 0..<2 { try bench.generator.reached.wait(within: patience) }
    bench.workbench.setQueuePaused(true, now: true)
    try await bench.workbench.idle()
    let paused = JobState.interrupted(reason: "the queue was paused")
    #expect(try bench.workbench.store.jobs().map(\.state) == [paused, paused, .queued])
    bench.workbench.setQueuePaused(false)
    for _ in 0..<2 { try bench.generator.reached.wait(within: patience) }
    #expect(bench.generator.begun.withLock { Set($0.suffix(2).map(\.seed)) } == [1, 2], "interrupted ones go first")
    bench.workbench.closeQueue(reason: "closed")
    try await bench.workbench.idle()
    let closed = JobState.interrupted(reason: "closed")
    #expect(try bench.workbench.store.jobs().map(\.state) == [closed, closed, .queued])
  }

  @Test func severalBeginByPriorityAndAFailureStopsNone() async throws {
    let bench = try Bench(jobs: 3), store = bench.workbench.store
    try store.setPaused(true)
    var requests = (1...4).map { bench.request($0, steps: FakeGenerator.held) }
    requests[1] = bench.request(2, item: "broken")
    let ids = try bench.workbench.leave(requests)
    try store.setPriority(7, [ids[3]])
    try store.setPriority(5, [ids[1], ids[2]])
    bench.workbench.followQueue()
    try store.setPaused(false)
    for _ in 0..<3 { try bench.generator.reached.wait(within: patience) }
    // Three begin at once, in whatever order; the fourth, of no priority, when one of them has ended.
    let begun = bench.generator.begun.withLock { $0.map(\.seed) }
    #expect(Set(begun) == [1, 2, 3, 4] && begun.firstIndex(of: 2).map { begun[($0 + 1)...].contains(1) } == true, "\(begun)")
    for _ in 0..<3 { bench.generator.gate.signal() }
    try await bench.workbench.ended(4)
    #expect(bench.workbench.jobs.map(\.state) == [.finished, .failed(reason: "no such weights"), .finished, .finished])
    #expect(bench.workbench.jobs.map(\.attempts) == [1, 1, 1, 1])
  }

  /// Memory is to hold one diffusion model.
  @Test func jobsOfOtherModelsWaitTheirTurn() async throws {
    let bench = try Bench(jobs: 2)
    var other = bench.request(2)
    other.models.diffusion = "another"
    bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held), other, bench.request(3)])
    try bench.generator.reached.wait(within: patience)
    bench.generator.gate.signal()
    try await bench.workbench.idle()
    #expect(bench.generator.begun.withLock { $0.map(\.seed) } == [1, 2, 3])
  }

  /// The clock of the machine is of no account for the order.
  @Test func ordersByArrivalNotByTime() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    let jobs = (0..<20).map { Job(id: JobID(), request: plainRequest(), priority: $0 % 2) }
    for job in jobs { try store.add([job]) }
    #expect(try store.jobs() == jobs)
    var taken: [JobID] = []
    while let job = try store.takeNext() { taken.append(job.id) }
    #expect(taken == (jobs.filter { $0.priority == 1 } + jobs.filter { $0.priority == 0 }).map(\.id))
  }
}

extension Workbench {
  /// Returns when so many jobs have ended.
  fileprivate func ended(_ count: Int) async throws { try await waitUntil { $0.count { $0.state.isFinal } == count } }

  /// Returns when the jobs are so. Every change comes as an event.
  fileprivate func waitUntil(_ condition: @escaping @Sendable ([Job]) -> Bool) async throws {
    let events = events()
    if condition(jobs) { return }
    try await within { for await _ in events where condition(self.jobs) { return } }
  }
}
