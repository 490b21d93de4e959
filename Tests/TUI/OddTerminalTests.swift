import Data
import Generation
import Render
import TUI
import Testing

@Suite("Terminals and names that are not as they should be")
struct OddTerminalTests {
  @Test func aSizeThatCannotBeIsCut() {
    #expect(Size(width: 65_535, height: 65_535).credible == Size(width: 1000, height: 500))
    #expect(Size(width: 0, height: -3).credible == Size(width: 1, height: 1))
    #expect(Size(width: 80, height: 24).credible == Size(width: 80, height: 24))
  }

  /// To nothing and back, in every dialog: what was typed is there again.
  @Test func shrinkingToNothingLosesNothing() {
    for keys in ["?sort", ":theme", "f", "F", "T", "D", "E", "H/a", "I/b", "O/c", "i/d", "/cat", "!", "N", "P", "y", "#", "s"] {
      var screen = FakeScreen.open(120, 40)
      screen.send(.done(.loadReports, .reports([screen.report()])))
      screen.type(keys)
      let before = screen.frame().text, dialog = screen.state.dialogs.current
      #expect(dialog != nil, "\(keys)")
      for size in [(1, 1), (2, 1), (1, 50), (19, 6), (300, 1), (20, 6)] {
        screen.send(.resized(Size(width: size.0, height: size.1)))
        #expect(screen.frame().size == Size(width: size.0, height: size.1))
      }
      screen.send(.resized(Size(width: 120, height: 40)))
      #expect(screen.state.dialogs.current == dialog && screen.frame().text == before, "\(keys)")
      // And while it is small keys do what they do.
      screen.send(.resized(Size(width: 1, height: 1)))
      screen.press(.escape)
      #expect(screen.state.dialogs.current == nil && screen.status == nil, "\(keys)")
    }
  }

  @Test func classNamesWithControlCharacters() {
    for name in HostileTests.names {
      for (width, height) in [(20, 6), (80, 24), (140, 40)] {
        var screen = FakeScreen.open(width, height) { $0.names = Array(repeating: name, count: 5) }
        for job in screen.jobs() { screen.send(.work(.jobChanged(job))) }
        screen.press(.tab, .tab, .tab)
        for keys in [[Key.character("f")], [.escape, .character("i"), .character("x"), .enter, .enter], [.escape, .character("F")]] {
          for key in keys { screen.press(key) }
          let isWhole = screen.frame().cells.allSatisfy { $0.width == 0 || GlyphWidth.of($0.scalar) == Int($0.width) }
          #expect(isWhole, "\(name.debugDescription) at \(width)x\(height)")
        }
      }
    }
  }

  /// Images that the queue makes of episodes that nobody looks at leave nothing behind.
  @Test func aLongQueueLeavesNoImagesBehind() {
    var screen = FakeScreen.open(120, 40)
    let plan = screen.state.plan
    for index in 0..<2_000 {
      let episode = screen.episode(1_000 + index)
      guard let request = screen.requests(episode, plan).first else { continue }
      var job = Job(id: JobID(), request: request)
      for state in [JobState.queued, .running(step: 1, of: 20), .finished] {
        job.state = state
        job.elapsed = 1
        screen.send(.work(.jobChanged(job)))
        if state.isFinal {
          screen.send(.done(.loadGenerated(request), .generated(FoundSupport(image: FakeScreen.image))))
        } else {
          screen.send(.work(.preview(job.id, FakeScreen.image, isLast: false)))
        }
      }
    }
    #expect(screen.state.queue.jobs.finished == 2_000 && screen.state.queue.jobs.finishedJobs.count == WorkQueue.mostFinished)
    #expect(screen.state.images.ratings.isEmpty && screen.state.images.files.isEmpty && screen.state.queue.previews.isEmpty)
    #expect(screen.state.work.inFlight.isEmpty && screen.state.dialogs.messages.isEmpty)
  }
}
