@preconcurrency import Dispatch
import Foundation
import Generation
import Synchronization

/// Turns the first Ctrl-C or SIGTERM into a flag that long work asks for; a second one ends the process at once.
final class Interrupt: Sendable {
  static let shared = Interrupt()

  private struct State {
    var isRequested = false
    var leavesAtOnce = false
    var handlers: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())
  private let sources: [any DispatchSourceSignal]

  /// Whether the user asked to stop.
  var isRequested: Bool { state.withLock { $0.isRequested } }

  /// Whether a request ends the process at once: while weights are read there is nothing to keep, and reading cannot be broken off.
  var leavesAtOnce: Bool {
    get { state.withLock { $0.leavesAtOnce } }
    set { state.withLock { $0.leavesAtOnce = newValue } }
  }

  /// Calls `handler` once when the user asks to stop, or now when that has happened.
  func onRequest(_ handler: @escaping @Sendable () -> Void) {
    let happened = state.withLock { state in
      if !state.isRequested { state.handlers.append(handler) }
      return state.isRequested
    }
    if happened { handler() }
  }

  private init() {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for source in sources {
      source.setEventHandler { [unowned self] in request() }
      source.resume()
    }
  }

  private func request() {
    let handlers = state.withLock { state -> [@Sendable () -> Void]? in
      if state.isRequested || state.leavesAtOnce { return nil }
      state.isRequested = true
      return state.handlers
    }
    guard let handlers else {
      EnginePool.endAll()
      _exit(ExitStatus.interrupted.rawValue)
    }
    printError("stopping, what is finished is kept (again to stop at once)")
    for handler in handlers { handler() }
  }
}
