import Core
import Foundation
import Generation
import Synchronization

/// Works on a queue until it is empty, shows the progress, and tells of each job when it ends.
final class QueueWatch: Sendable {
  private struct State {
    /// Jobs that have been told, or had ended before.
    var told: Set<JobID>
    var finished = 0
    var failed = 0
    var cancelled = 0
    var trouble = false
  }

  private let store: Store
  private let queue: GenerationQueue
  private let before: Set<JobID>
  private let progress = ProgressLine("generating", unit: "images")
  private let state: Mutex<State>

  init(store: Store, workers: GenerationWorkers) throws {
    self.store = store
    queue = GenerationQueue(store: store, workers: workers)
    before = Set(try store.jobs().filter(\.state.isFinal).map(\.id))
    state = Mutex(State(told: before))
  }

  /// Throws an `ExitStatus` unless every job was done.
  func run() async throws {
    let events = queue.events()
    let following = Task {
      for await event in events {
        switch event {
        case .jobChanged(let job):
          if job.state.isFinal { tell(job) }
          show()
        case .queueTrouble(let reason):
          report(message: PlainText.clean(reason), hint: "check free space and permissions of the data folder")
          state.withLock { $0.trouble = true }
        case .remark(let text):
          progress.clear()
          printError("note: \(PlainText.clean(text))")
        case .generated, .preview, .evaluationStep, .modelLoading, .modelLoaded, .engines, .queuePaused: break
        }
      }
    }
    let interrupt = Interrupt.shared
    interrupt.onRequest { [queue] in queue.close(reason: "its program was asked to stop") }
    queue.follow()
    await queue.waitUntilIdle()
    // What happened last, a store that cannot be written above all, is told before the sum.
    queue.finishEvents()
    await following.value
    let jobs = queue.jobs
    for job in jobs where job.state.isFinal { tell(job) }
    progress.finish()
    let left = jobs.count { !$0.state.isFinal }
    try state.withLock { state in
      printError("finished \(state.finished), failed \(state.failed), cancelled \(state.cancelled), left \(left)")
      if interrupt.isRequested { throw ExitStatus.interrupted }
      if state.failed > 0 || left > 0 || state.trouble { throw state.finished > 0 ? ExitStatus.someFailed : ExitStatus.nothingDone }
    }
  }

  private func tell(_ job: Job) {
    guard state.withLock({ $0.told.insert(job.id).inserted }) else { return }
    progress.clear()
    switch job.state {
    case .finished:
      state.withLock { $0.finished += 1 }
      if let key = job.key { print(store.file(key).path) }
    case .failed(let reason):
      state.withLock { $0.failed += 1 }
      let name = "\("\(job.id)".prefix(8)) \(job.request.source.item)"
      report(message: PlainText.clean("\(name): \(reason)"), hint: "queue it again with: diffss queue retry \("\(job.id)".prefix(8))")
    case .cancelled: state.withLock { $0.cancelled += 1 }
    case .queued, .running, .interrupted: break
    }
  }

  private func show() {
    // Nothing is made of one that is cancelled: it would be counted into the pace.
    let own = queue.jobs.filter { job in
      if case .cancelled = job.state { false } else { !before.contains(job.id) }
    }
    let done = own.reduce(0.0) { sum, job in
      if case .running(let step, let steps) = job.state { return sum + Double(step) / Double(max(steps, 1)) }
      return job.state.isFinal ? sum + 1 : sum
    }
    if !own.isEmpty { progress.update(done, of: Double(own.count)) }
  }
}
