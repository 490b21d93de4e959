import Generation
import Testing

@Suite struct EventHubTests {
  /// A program tells of everything that went wrong, though it reads its events only when the work is over.
  @Test func aWatcherThatIsLateMissesNoText() async {
    let hub = EventHub(), events = hub.stream()
    for number in 1...3 {
      hub.send(.remark("remark \(number)"))
      hub.send(.queueTrouble(reason: "trouble \(number)"))
      hub.send(.queuePaused(number == 3))
    }
    hub.finish()
    hub.send(.remark("too late"))
    var seen: [String] = []
    for await event in events {
      switch event {
      case .remark(let text), .queueTrouble(let text): seen.append(text)
      case .queuePaused(let isPaused): seen.append("paused: \(isPaused)")
      default: Issue.record("not sent: \(event)")
      }
    }
    #expect(seen == ["remark 1", "trouble 1", "paused: true", "remark 2", "trouble 2", "remark 3", "trouble 3"])
  }

  /// A watcher that waits when the hub finishes is let go.
  @Test func aWaitingWatcherEnds() async {
    let hub = EventHub(), events = hub.stream()
    let watching = Task {
      var count = 0
      for await _ in events { count += 1 }
      return count
    }
    hub.send(.remark("one"))
    hub.finish()
    #expect(await watching.value == 1)
  }
}
