import Foundation
import Synchronization

/// What a test waited for did not come.
public struct TookTooLong: Error, CustomStringConvertible {
  public let description: String

  public init(_ what: String, seconds: Double) { description = "\(what) took longer than \(Int(seconds)) seconds" }
}

/// Longest wait of a test, seconds: for what takes a moment on an idle machine.
public let patience = 300.0

/// A thread of its own for a task: those that all tasks share, one a core, may all be held by tests that wait for a process.
private final class OwnThread: TaskExecutor {
  private let queue = DispatchQueue(label: "a task's own")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// What `body` comes to; a test waits no longer than `seconds` for it. What hangs then is cancelled and left behind.
public func within<Value: Sendable>(
  _ seconds: Double = patience, _ what: String = "a wait", _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let (values, ends) = AsyncThrowingStream.makeStream(of: Value.self)
  let work = Task(executorPreference: OwnThread()) {
    do {
      ends.yield(try await body())
      ends.finish()
    } catch { ends.finish(throwing: error) }
  }
  let isOver = DispatchSemaphore(value: 0)
  defer { isOver.signal() }
  // A thread of its own: what hangs may hold all those of tasks.
  let clock = Thread {
    guard isOver.wait(timeout: .now() + seconds) == .timedOut else { return }
    // Before it is cancelled, of which it may tell at once.
    ends.finish(throwing: TookTooLong(what, seconds: seconds))
    work.cancel()
  }
  clock.start()
  for try await value in values { return value }
  throw TookTooLong(what, seconds: seconds)
}

/// What a task comes to whose body may cancel it from within, at once and from any thread: nothing has to wait for a second task's turn.
public func cancellable<Value: Sendable>(
  _ body: @escaping @Sendable (_ cancel: @escaping @Sendable () -> Void) async throws -> Value
) async throws -> Value {
  let own = OwnTask<Value>()
  return try await within { try await own.run(body).value }
}

/// A task that its body can reach.
private final class OwnTask<Value: Sendable>: Sendable {
  private let task = Mutex<Task<Value, any Error>?>(nil)

  func run(_ body: @escaping @Sendable (_ cancel: @escaping @Sendable () -> Void) async throws -> Value) -> Task<Value, any Error> {
    let cancel: @Sendable () -> Void = { [self] in task.withLock { $0?.cancel() } }
    // Held until the task is there, which a body that cancels early waits for.
    return task.withLock { own in
      let task = Task(executorPreference: OwnThread()) { try await body(cancel) }
      own = task
      return task
    }
  }
}

extension AsyncStream where Element: Sendable {
  /// The first element, nil where the stream ends without one. Throws `TookTooLong`.
  public func first(within seconds: Double = patience) async throws -> Element? {
    let stream = Unchecked(value: self)
    return try await TestSupport.within(seconds, "the first event") {
      for await element in stream.value { return element }
      return nil
    }
  }
}

/// A stream with one reader at a time, handed to a task.
private struct Unchecked<Value>: @unchecked Sendable { let value: Value }

extension DispatchSemaphore {
  /// Waits for a signal. Throws `TookTooLong`.
  public func wait(within seconds: Double) throws {
    if wait(timeout: .now() + seconds) == .timedOut { throw TookTooLong("a signal", seconds: seconds) }
  }
}

extension Process {
  /// Runs to the end. After `seconds` it is killed, and `TookTooLong` is thrown.
  public func runToEnd(within seconds: Double = 2 * patience) throws {
    let ended = DispatchSemaphore(value: 0)
    terminationHandler = { _ in ended.signal() }
    try run()
    guard ended.wait(timeout: .now() + seconds) == .timedOut else { return }
    kill(processIdentifier, SIGKILL)
    _ = ended.wait(timeout: .now() + 10)
    throw TookTooLong("\(executableURL?.lastPathComponent ?? "") \((arguments ?? []).joined(separator: " "))", seconds: seconds)
  }
}

/// Waits for the end of a child, which is killed after `seconds`; its status as `waitpid` gives it, or nil when it was killed.
public func waitForChild(_ child: pid_t, within seconds: Double = patience) -> Int32? {
  let deadline = Date().addingTimeInterval(seconds)
  var status: Int32 = 0
  while true {
    let found = waitpid(child, &status, WNOHANG)
    if found == child { return status }
    if found < 0 && errno != EINTR { return nil }
    if Date() > deadline {
      kill(child, SIGKILL)
      while waitpid(child, &status, 0) < 0 && errno == EINTR {}
      return nil
    }
    usleep(2000)
  }
}
