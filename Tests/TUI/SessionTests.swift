import TUI
import Testing

/// What the next start finds, kept while the program runs.
@Suite("Sessions") struct SessionTests {
  private func kept(_ screen: FakeScreen) -> [SavedSession] {
    screen.effects.compactMap { if case .keepSession(let session) = $0 { session } else { nil } }
  }

  @Test func isKeptWhereSomethingChangedAndOnlyThen() {
    var screen = FakeScreen.open(120, 40)
    screen.type("jj")
    #expect(kept(screen).isEmpty, "not for each key")
    screen.send(.resting)
    #expect(kept(screen) == [SavedSession(screen.state)])
    screen.send(.resting)
    #expect(kept(screen).count == 1)
    screen.type("o")
    screen.send(.resting)
    #expect(kept(screen).count == 2 && kept(screen).last == SavedSession(screen.state))
    // What was taken over is on disk.
    let session = SavedSession(screen.state)
    var next = FakeScreen.open(120, 40) { $0.state.restore(session, takesFold: true) }
    next.send(.resting)
    #expect(kept(next).isEmpty && next.state.browse.selected == screen.state.browse.selected)
  }

  /// As long as nobody knows the cursor's place, the one of the last session is not lost.
  @Test func isLeftAloneWhileTheDataSetOpens() {
    var screen = FakeScreen.open(120, 40)
    screen.type("jjjc")
    screen.state.settings.step(.supports, by: 1)
    let session = SavedSession(screen.state)
    var opening = FakeScreen.open(120, 40) {
      $0.answers = false
      $0.state.restore(session, takesFold: true)
    }
    #expect(opening.state.isOpening)
    opening.send(.resting)
    #expect(kept(opening).isEmpty && SavedSession(opening.state) == session)
  }

  @Test func isKeptWhereALongRunBegins() throws {
    var screen = FakeScreen.open(120, 40)
    screen.type("jjE")
    #expect(kept(screen).isEmpty)
    screen.type("y")
    let place = try #require(screen.effects.firstIndex(of: .keepSession(SavedSession(screen.state))))
    let run = try #require(screen.effects.firstIndex { if case .evaluate = $0 { true } else { false } })
    #expect(place < run)
  }
}
