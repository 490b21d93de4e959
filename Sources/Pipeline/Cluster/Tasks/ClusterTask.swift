import Core
import Evaluation
import Foundation
import Generation
import Models
import Synchronization

/// One task of a run while a process works on it: says how far it is, hears what concerns all tasks, and has the work stopped.
///
/// Its state is written when it begins and ends and a few times a minute: a hundred tasks cost a file system a few dozen small files a second.
public final class ClusterTask: Sendable {
  /// Seconds between two states.
  private static let interval = 10.0

  public let run: ClusterRun
  public let number: Int
  /// Set when the work is to end.
  public let stop = StopFlag()

  private struct Book {
    var state: TaskState
    var written: ContinuousClock.Instant?
    /// Why the work was asked to end, where that was another task.
    var stoppedBy: ClusterRun.Stop?
    /// What an image failed of and every other would: an engine without the weights, a full disk.
    var fatal: (any Error)?
  }

  private let book: Mutex<Book>
  private let start = ContinuousClock.now
  private let lock: FileLock
  /// A file that is given up for last words on a full disk.
  private let reserve: URL
  private static let reserved = 1 << 16

  /// Begins a task or goes on with it.
  ///
  /// `job` is Slurm's, `CLUSTER_TASK` its number of the array with the task's. Throws `ClusterError.noSuchTask`, `.taskIsTaken`, `.stopped`, and
  /// `CoreError.cannotWrite`.
  public init(_ run: ClusterRun, number: Int, node: String, job: String?) throws {
    guard (1...run.plan.tasks).contains(number) else { throw ClusterError.noSuchTask(number: number, count: run.plan.tasks) }
    if let stop = run.stop { throw ClusterError.stopped(task: stop.task, reason: stop.error, hint: stop.hint) }
    self.run = run
    self.number = number
    let file = run.task(number).appendingPathComponent("lock")
    guard let lock = try FileLock.take(file, holder: "\(node), process \(getpid())") else {
      throw ClusterError.taskIsTaken(number: number, by: FileLock.holder(of: file))
    }
    self.lock = lock
    var state = TaskState(
      plan: run.hash, stage: .running, unit: run.plan.command == .generate ? "images" : "evaluations", node: node, job: job)
    if let before = run.state(number) {
      (state.starts, state.fractionBefore, state.imagesBefore) = (before.starts + 1, before.fraction, before.images)
      (state.done, state.of, state.fraction, state.images) = (before.done, before.of, before.fraction, before.images)
    }
    book = Mutex(Book(state: state))
    reserve = run.task(number).appendingPathComponent("reserve")
    // Where there is no room for it there is none for work either, which says so better.
    try? AtomicFile.write([UInt8](repeating: 0x2E, count: Self.reserved), to: reserve)
    try write()
  }

  /// Its part of the run.
  public var shard: Shard { Shard(number, of: run.plan.tasks) ?? .whole }

  // MARK: What the work tells

  /// Takes what a generation tells. Throws nothing: a state that cannot be written is written later.
  public func take(_ event: SupportRunEvent) {
    book.withLock { book in
      switch event {
      case .begun(let images, _):
        (book.state.done, book.state.of, book.state.images, book.state.failures, book.state.failure) = (0, images, 0, 0, nil)
      case .generating: break
      case .ended(let outcome):
        if case .failed(let error) = outcome.result {
          book.state.failures += max(outcome.images, 1)
          book.state.failure = book.state.failure ?? PlainText.clean("\(outcome.name): \(error)")
          switch error {
          case GenerationError.engineRefused(_, _, true, _), GenerationError.storeUnusable, CoreError.cannotWrite: book.fatal = error
          default: break
          }
        } else {
          book.state.images += outcome.images
        }
        book.state.done += outcome.images
        // Found images come first, and took no time.
        if case .kept = outcome.result {
          book.state.imagesBefore = book.state.images
          book.state.fractionBefore = book.state.of > 0 ? Double(book.state.done) / Double(book.state.of) : 0
        }
      }
      book.state.fraction = book.state.of > 0 ? Double(book.state.done) / Double(book.state.of) : 0
    }
    tick()
  }

  /// Takes what evaluations tell; `images` are those that are in the task's store.
  public func take(_ progress: SweepProgress, images: @autoclosure () -> Int) {
    book.withLock { book in
      (book.state.done, book.state.of) = (progress.number - 1, progress.of)
      let part =
        switch progress.evaluation {
        case .generating(let done, let of, let step, let steps):
          0.9 * (Double(done) + Double(step) / Double(max(steps, 1))) / Double(max(of, 1))
        case .checking(let done, let of): 0.9 * Double(done) / Double(max(of, 1))
        case .resuming(let done, let of), .evaluating(let done, let of, _, _): 0.9 + 0.1 * Double(done) / Double(max(of, 1))
        }
      book.state.fraction = max(book.state.fraction, (Double(progress.number - 1) + min(part, 1)) / Double(max(progress.of, 1)))
    }
    if isDue { book.withLock { [count = images()] in $0.state.images = count } }
    tick()
  }

  private var isDue: Bool { book.withLock { $0.written.map { ContinuousClock.now - $0 >= .seconds(Self.interval) } ?? true } }

  private func tick() {
    if book.withLock({ $0.fatal != nil }) { stop.set() }
    guard isDue else { return }
    // A full disk ends the work at its next image anyway, with a better error.
    try? write()
    if let found = run.stop {
      book.withLock { $0.stoppedBy = found }
      stop.set()
    }
  }

  // MARK: How it ends

  /// How a task ended, for the process's status.
  public enum End: Hashable, Sendable {
    case finished(failures: Int)
    /// It goes on at its next start; `gained` is whether this one brought it forward.
    case interrupted(gained: Bool)
  }

  /// All was done; `images` are those that are ready, where the events do not say it. Throws `CoreError.cannotWrite`.
  public func finish(failures: Int? = nil, images: Int? = nil) throws -> End {
    let failures = book.withLock { book in
      book.state.stage = .finished
      (book.state.done, book.state.fraction) = (book.state.of, 1)
      if let failures { book.state.failures = failures }
      if let images { book.state.images = images }
      return book.state.failures
    }
    unlink(reserve.path)
    try write()
    return .finished(failures: failures)
  }

  /// The work was ended. Throws `CoreError.cannotWrite`, and why, where that concerns all tasks: what an image failed of, `ClusterError.stopped`.
  public func interrupt(images: Int? = nil) throws -> End {
    if let fatal = book.withLock({ $0.fatal }) { throw fatal }
    let (gained, by) = book.withLock { book in
      book.state.stage = .interrupted
      if let images { book.state.images = images }
      if let by = book.stoppedBy { (book.state.error, book.state.hint) = (by.error, by.hint) }
      return (book.state.fraction > book.state.fractionBefore || book.state.images > book.state.imagesBefore, book.stoppedBy)
    }
    unlink(reserve.path)
    try write()
    if let by { throw ClusterError.stopped(task: by.task, reason: by.error, hint: by.hint) }
    return .interrupted(gained: gained)
  }

  /// The work could not go on. Where the reason concerns all tasks none goes on, and those that wait leave Slurm's queue.
  public func fail(_ error: any Error) {
    let explained = error as? any Explained
    let message = PlainText.clean(explained?.message ?? "\(error)"), hint = explained?.hint.map(PlainText.clean)
    book.withLock { book in (book.state.stage, book.state.error, book.state.hint) = (.failed, message, hint) }
    unlink(reserve.path)
    try? write()
    guard Self.concernsAll(error) else { return }
    try? run.set(ClusterRun.Stop(task: number, error: message, hint: hint))
    _ = try? run.cancel(waitingOnly: true)
  }

  /// Whether an error would be every task's: not those of an engine or of a machine's memory, nor a share of which nothing can be evaluated.
  static func concernsAll(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError, is ClusterError: false
    case GenerationError.engineRefused(_, _, let isEverywhere, _): isEverywhere
    case GenerationError.engineLost, ModelError.notEnoughMemory: false
    case let error as any Explained: !error.leavesOutOnePart
    default: false
    }
  }

  private func write() throws {
    let state = book.withLock { book in
      book.written = .now
      book.state.seconds = (ContinuousClock.now - start) / .seconds(1)
      book.state.time = Date().timeIntervalSince1970
      return book.state
    }
    try run.write(state, number)
  }
}
