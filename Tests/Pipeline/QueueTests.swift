import Foundation
import Pipeline
import Render
import Synchronization
import TestSupport
import Testing

/// Paints nothing: takes its steps, and obeys the item's name.
private final class FakeGenerator: SupportGenerator {
  struct Refusal: Error, CustomStringConvertible { let description = "no such weights" }

  /// What was begun, in order.
  let begun = Mutex<[GenerationRequest]>([])
  /// A request with this many steps waits here until the test lets it go on.
  static let held = 1000
  let gate = DispatchSemaphore(value: 0)
  let reached = DispatchSemaphore(value: 0)

  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    begun.withLock { $0.append(request) }
    if request.source.item == "broken" { throw Refusal() }
    if request.steps == Self.held {
      reached.signal()
      gate.wait()
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
  let generator = FakeGenerator()
  let workbench: Workbench

  init() throws {
    folder = try TemporaryFolder()
    workbench = Workbench(
      dataset: SquaresDataset(), models: ModelLibrary(folders: [], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: try Store(folder: folder.url), generator: generator)
  }

  func request(_ seed: UInt64, item: String = "square-1", steps: Int = 3) -> GenerationRequest {
    var request = plainRequest(1, steps: steps)
    request.seed = seed
    request.source.item = item
    return request
  }
}

@Suite struct QueueTests {
  @Test func jobsRunInOrderAndReportEveryStep() async throws {
    let bench = try Bench(), events = bench.workbench.events()
    let ids = bench.workbench.enqueue([bench.request(1), bench.request(2), bench.request(3)])
    var seen: [JobID: [JobState]] = [:], ended: [JobID] = []
    for await event in events {
      guard case .jobChanged(let job) = event else { continue }
      seen[job.id, default: []].append(job.state)
      if job.state.isFinal { ended.append(job.id) }
      if ended.count == 3 { break }
    }
    await bench.workbench.waitUntilIdle()
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
    await bench.workbench.waitUntilIdle()
    #expect(bench.workbench.jobs.map(\.state) == [.finished, .failed(reason: "no such weights"), .finished])
    #expect(try bench.workbench.store.jobs().map(\.state) == bench.workbench.jobs.map(\.state))
  }

  @Test func aWaitingJobIsCancelledAtOnceAndARunningOneAtItsNextStep() async throws {
    let bench = try Bench()
    let ids = bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held), bench.request(2), bench.request(3)])
    bench.generator.reached.wait()
    bench.workbench.cancel(ids[1])
    #expect(bench.workbench.jobs[1].state == .cancelled)
    bench.workbench.cancel(ids[0])
    #expect(!bench.workbench.jobs[0].state.isFinal)
    bench.generator.gate.signal()
    await bench.workbench.waitUntilIdle()
    #expect(bench.workbench.jobs.map(\.state) == [.cancelled, .cancelled, .finished])
    #expect(bench.generator.begun.withLock { $0.map(\.seed) } == [1, 3])
    #expect(try bench.workbench.store.jobs().map(\.state) == [.cancelled, .cancelled, .finished])
  }

  @Test func cancellingAllEndsEverythingAndTheQueueGoesOnAfterwards() async throws {
    let bench = try Bench()
    bench.workbench.enqueue([bench.request(1, steps: FakeGenerator.held), bench.request(2), bench.request(3)])
    bench.generator.reached.wait()
    bench.workbench.cancelAll()
    bench.generator.gate.signal()
    await bench.workbench.waitUntilIdle()
    #expect(bench.workbench.jobs.allSatisfy { $0.state == .cancelled })
    bench.workbench.enqueue([bench.request(4)])
    await bench.workbench.waitUntilIdle()
    #expect(bench.workbench.jobs.last?.state == .finished)
  }

  @Test func aWatcherThatSleepsSeesOnlyTheLastStateOfEachJob() async throws {
    let bench = try Bench(), events = bench.workbench.events()
    bench.workbench.enqueue((0..<50).map { bench.request($0, steps: 100) })
    await bench.workbench.waitUntilIdle()
    var jobs: [Job] = []
    for await event in events {
      if case .jobChanged(let job) = event { jobs.append(job) }
      if jobs.count == 50 { break }
    }
    #expect(jobs.map(\.request.seed) == (0..<50).map(UInt64.init))
    #expect(jobs.allSatisfy { $0.state == .finished })
  }

  @Test func watchingEndsWithItsTask() async throws {
    let bench = try Bench()
    let watching = Task { for await _ in bench.workbench.events() {} }
    watching.cancel()
    await watching.value
  }

  @Test func jobsOfADeadProcessAreNotLeftRunning() throws {
    let bench = try Bench(), store = bench.workbench.store
    // Process numbers end below 2^22.
    try store.record(
      [
        Job(id: JobID(), request: bench.request(1)), Job(id: JobID(), request: bench.request(2), state: .running(step: 1, of: 3)),
      ], process: 1 << 30)
    #expect(try store.jobs().allSatisfy { $0.state == .failed(reason: "the program ended before the job did") })
  }
}
