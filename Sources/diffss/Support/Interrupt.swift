@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Turns the first Ctrl-C or SIGTERM into a flag that long work asks for; a second one ends the process at once.
final class Interrupt: Sendable {
  static let shared = Interrupt()

  private let flag = Atomic<Bool>(false)
  private let sources: [any DispatchSourceSignal]

  /// Whether the user asked to stop.
  var isRequested: Bool { flag.load(ordering: .relaxed) }

  private init() {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for source in sources {
      source.setEventHandler { [unowned self] in
        if flag.exchange(true, ordering: .relaxed) { _exit(ExitStatus.interrupted.rawValue) }
        printError("stopping, what is finished is kept (again to stop at once)")
      }
      source.resume()
    }
  }
}
