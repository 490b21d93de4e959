import Core
import Data
import Foundation
import Generation

/// The explorer without a screen: lines in, lines out, the same actions.
final class PlainExplorer {
  private let queue: EventQueue<Event>
  private let runner: EffectRunner
  private(set) var state: ExplorerState
  private var status: Int32?
  private var said = 0
  private var told: [String] = []
  /// Jobs that have finished and were not told of yet.
  private var finished: [Job] = []
  private var typed: [UInt8] = []
  private var hasEnded = false
  /// The fold that has to be in the data set that is opened first; nil where any will do.
  private var askedFold: Int?
  /// Until when no line is taken.
  private var pause = Pause.none

  private enum Pause {
    case none
    /// The data set is opened: lines of a pipe would come too early.
    case opening
    /// Somebody said `wait`.
    case work
  }
  private let start = ContinuousClock.now
  /// Whether nothing has happened since the session was kept.
  private var isRested = false

  /// Milliseconds without anything happening after which the session is kept.
  private static let restAfter: Int32 = 3000

  /// Longest line that is taken.
  private static let mostBytes = 1 << 16

  init(queue: EventQueue<Event>, runner: EffectRunner, state: ExplorerState, askedFold: Int?) {
    (self.queue, self.runner, self.state, self.askedFold) = (queue, runner, state, askedFold)
    // Pages of a panel, however wide.
    self.state.screen.size = Size(width: 80, height: 24)
  }

  /// Runs until the user leaves or standard input ends; returns the exit status: 2 where there was no episode to show.
  ///
  /// Throws `DataError.unknownFold` where the data set does not have the fold that was asked for.
  func run() throws -> Int32 {
    say([
      "diffss in plain lines: an empty line goes down, \"read\" tells the whole panel, \"wait\" takes no line until all work is done, \"?\" all actions, \"q\" leaves"
    ])
    handle([.resized(state.screen.size)])
    if isatty(STDIN_FILENO) == 0 { pause = .opening }
    while status == nil {
      try checkFold()
      tell()
      if isPaused {
        var descriptor = pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, -1) > 0 { handle(queue.take()) }
      } else if !takeLine() {
        if hasEnded { break }
        var descriptors = [STDIN_FILENO, queue.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let ready = poll(&descriptors, 2, isRested ? -1 : Self.restAfter)
        if ready == 0 {
          isRested = true
          handle([.resting])
        }
        guard ready > 0 else { continue }
        isRested = false
        if descriptors[1].revents != 0 { handle(queue.take()) }
        if descriptors[0].revents != 0 { read() }
      }
    }
    let hasNothing = state.source.failure != nil || (state.browse.catalog != nil && !state.isOpening && state.browse.episodes.isEmpty)
    return hasNothing ? max(status ?? 0, 2) : status ?? 0
  }

  private func checkFold() throws {
    guard let fold = askedFold, let catalog = state.browse.catalog else { return }
    guard catalog.folds.indices.contains(fold) else {
      throw DataError.unknownFold(fold: fold, dataset: catalog.name, folds: catalog.folds.count)
    }
    askedFold = nil
  }

  private var isPaused: Bool {
    // The next line is for the dialog that comes then.
    if state.dialogs.isTaking { return true }
    switch pause {
    case .none: return false
    case .opening: if state.isOpening { return true }
    case .work: if state.isWorking { return true }
    }
    pause = .none
    return false
  }

  private func read() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    guard count > 0 else {
      hasEnded = true
      // The last line may lack its end.
      if !typed.isEmpty { typed.append(UInt8(ascii: "\n")) }
      return
    }
    typed += bytes.prefix(count)
    if typed.count > Self.mostBytes, !typed.contains(UInt8(ascii: "\n")) { typed = [] }
  }

  /// Takes the next line that has come; false when there is none.
  private func takeLine() -> Bool {
    guard let end = typed.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    let line = String(decoding: typed[..<end], as: UTF8.self)
    typed.removeSubrange(...end)
    take(line)
    return true
  }

  private func take(_ line: String) {
    switch line.trimmingCharacters(in: .whitespaces) {
    case "read": return say(PlainView.page(state))
    case "wait":
      pause = .work
      return
    default: break
    }
    guard let keys = PlainInput.keys(line, state) else {
      return say(["\"\(PlainText.clean(line))\" is neither a key nor an action; \"?\" tells them"])
    }
    handle(keys.map { .key($0) })
  }

  private func handle(_ events: [Event]) {
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    for event in [.tick(elapsed)] + events {
      // What was finished when the queue was first seen is of an earlier session, or another one's.
      if case .work(.jobChanged(let job)) = event, job.state == .finished, let before = state.queue.jobs[job.id], !before.state.isFinal {
        finished.append(job)
      }
      perform(update(&state, event))
    }
  }

  private func perform(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .quit(let status): self.status = self.status ?? status
      case .copy(let text): say([text])
      case .suspend, .redraw, .useMouse: break
      default: runner.run(effect)
      }
    }
  }

  /// What was said, what was generated, and what the cursor is on, where any of it is new.
  private func tell() {
    for notice in state.dialogs.messages.dropFirst(said) {
      say(["\(notice.level == .info ? "note" : "\(notice.level)"): \(notice.message)"] + (notice.hint.map { ["  hint: \($0)"] } ?? []))
    }
    said = state.dialogs.messages.count
    for job in finished { say(["generated: \(state.describe(job))"]) }
    finished = []
    let lines = PlainView.lines(state)
    guard lines != told else { return }
    told = lines
    say(lines)
  }

  private func say(_ lines: [String]) {
    OutputDescriptor.write(Array((lines.map(PlainText.clean).joined(separator: "\n") + "\n").utf8), to: STDOUT_FILENO)
  }
}

/// Runs the explorer in plain lines on standard input and output; blocks the calling thread. Returns the exit status.
///
/// Throws `TUIError` when the system has no descriptors left, and `DataError.unknownFold` for a fold that was asked for and is not there.
public func runPlainExplorer(options: ExplorerOptions) throws -> Int32 {
  guard let queue = EventQueue<Event>() else { throw TUIError.noDescriptors }
  let runner = EffectRunner(options: options) { queue.post($0) }
  defer { runner.stop() }
  let explorer = PlainExplorer(
    queue: queue, runner: runner, state: ExplorerState(options, SavedSession(SavedSession.file(in: options.dataFolder))),
    askedFold: options.takesLastFold ? nil : options.fold)
  let status = try explorer.run()
  runner.keep(SavedSession(explorer.state))
  return status
}
