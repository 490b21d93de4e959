import Foundation
import Synchronization

/// Hands work events to any number of watchers without ever waiting for one.
///
/// Each watcher has a mailbox that holds at most one event a job, model and text, the newest: a slow watcher misses steps, never
/// the last state nor what went wrong, and memory stays bounded by the number of jobs.
public final class EventHub: Sendable {
  private struct Watcher: Sendable {
    weak let mailbox: Mailbox?
  }

  private let watchers = Mutex<[Watcher]>([])

  public init() {}

  /// Whether anybody listens.
  var isWatched: Bool { watchers.withLock { $0.contains { $0.mailbox != nil } } }

  public func send(_ event: WorkEvent) {
    let mailboxes = watchers.withLock { watchers in
      watchers.removeAll { $0.mailbox == nil }
      return watchers.compactMap(\.mailbox)
    }
    for mailbox in mailboxes { mailbox.put(event) }
  }

  /// Ends all streams, each after the events that its watcher has not seen yet.
  public func finish() {
    for mailbox in watchers.withLock({ $0.compactMap(\.mailbox) }) { mailbox.finish() }
  }

  /// Events from now on, until the hub finishes, the watching task is cancelled or the stream is dropped.
  public func stream() -> AsyncStream<WorkEvent> {
    let mailbox = Mailbox()
    watchers.withLock { $0.append(Watcher(mailbox: mailbox)) }
    return AsyncStream(unfolding: { await mailbox.next() }, onCancel: { mailbox.close() })
  }
}

/// The unread events of one watcher.
private final class Mailbox: Sendable {
  private enum Key: Hashable {
    case job(JobID)
    case image(key: String)
    case preview(JobID)
    case model(String)
    case remark(String)
    case trouble(String)
    case evaluation, engines, pause
  }

  private struct State {
    var order: [Key] = []
    var latest: [Key: WorkEvent] = [:]
    var waiter: CheckedContinuation<WorkEvent?, Never>?
    /// Whether nothing more comes.
    var isFinished = false
    /// Whether nobody reads any more.
    var isClosed = false

    /// Images are large: a watcher that is behind gets the newest ones.
    mutating func dropOldImages() {
      let images = order.filter { if case .image = $0 { true } else { false } }
      for key in images.dropLast(Mailbox.mostImages) {
        latest[key] = nil
        order.removeAll { $0 == key }
      }
    }
  }

  private static let mostImages = 8
  private let state = Mutex(State())

  func put(_ event: WorkEvent) {
    let key: Key =
      switch event {
      case .jobChanged(let job): .job(job.id)
      case .generated(let image): .image(key: image.key)
      case .preview(let job, _, _): .preview(job)
      // The newest of those that are generated side by side.
      case .evaluationStep: .evaluation
      case .modelLoading(let name), .modelLoaded(let name): .model(name)
      case .remark(let text): .remark(text)
      case .engines: .engines
      case .queueTrouble(let reason): .trouble(reason)
      case .queuePaused: .pause
      }
    let waiter: CheckedContinuation<WorkEvent?, Never>? = state.withLock { state in
      if state.isClosed || state.isFinished { return nil }
      if let waiter = state.waiter {
        state.waiter = nil
        return waiter
      }
      if state.latest.updateValue(event, forKey: key) == nil { state.order.append(key) }
      if case .image = key { state.dropOldImages() }
      return nil
    }
    waiter?.resume(returning: event)
  }

  func next() async -> WorkEvent? {
    await withCheckedContinuation { continuation in
      let ready: WorkEvent?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        guard !state.order.isEmpty else {
          if state.isFinished { return .some(nil) }
          state.waiter = continuation
          return nil
        }
        return .some(state.latest.removeValue(forKey: state.order.removeFirst()))
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  func finish() {
    let waiter = state.withLock { state in
      state.isFinished = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
  }

  func close() {
    let waiter = state.withLock { state in
      state.isClosed = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
  }
}
