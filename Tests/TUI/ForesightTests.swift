import Data
import Generation
import Models
import TUI
import Testing

@Suite("Predictions that appear by themselves") struct ForesightTests {
  /// Lets nobody do anything until there is nothing left to do; returns what was begun.
  private func idle(_ screen: inout FakeScreen) -> [Effect] {
    var begun: [Effect] = []
    for _ in 0..<50 {
      guard let next = screen.state.foresight else { break }
      begun.append(next)
      screen.send(.idle)
    }
    return begun
  }

  @Test func theSelectedEpisodeIsSegmentedWhenNobodyWaits() throws {
    var screen = FakeScreen.open(120, 40)
    let episode = try #require(screen.state.browse.selected), choice = screen.state.settings.segmenter
    #expect(idle(&screen) == [.foresee(episode, nil, choice)])
    #expect(screen.text().contains("1-shot  41.2"))
    // Nobody asked: nothing is said.
    #expect(screen.state.dialogs.messages.isEmpty)
    // With its supports there, once they are.
    for request in screen.requests(episode, screen.state.plan) { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    screen.send(.done(.look(episode, screen.state.plan), .plan(screen.requests(episode, screen.state.plan), screen.found)))
    #expect(idle(&screen) == [.foresee(episode, screen.state.plan, choice)])
    #expect(screen.text().contains("1 real + 4 generated  52.0") && screen.state.ownScore(episode).drift == 0.25)
    #expect(screen.state.dialogs.messages.isEmpty && idle(&screen).isEmpty)
  }

  /// Nothing is cleared and drawn twice when the list moves on: only text changes in the frame of the key.
  @Test func theLastPredictionStaysUntilTheNextOneIsThere() {
    var screen = FakeScreen.open(120, 40)
    screen.send(.idle)
    let before = screen.frame()
    screen.answers = false
    screen.type("j")
    let after = screen.frame()
    #expect(after.text.contains("1-shot  …") && !after.text.contains("1-shot  41.2"))
    let images = before.cells.indices.filter { if case .rgb = before.cells[$0].background { true } else { false } }
    #expect(images.count > 1000 && images.allSatisfy { after.cells[$0] == before.cells[$0] })
    // While the queue works nothing comes by itself, and nothing is kept for it.
    var job = screen.jobs()[0]
    job.state = .running(step: 1, of: 20)
    screen.send(.work(.jobChanged(job)))
    #expect(!screen.text().contains("1-shot  …"))
  }

  @Test func episodesWhoseSupportsAreThereGetTheirFigures() throws {
    var screen = FakeScreen.open(120, 40)
    let episode = screen.episode(4), plan = screen.state.plan, choice = screen.state.settings.segmenter
    let support = Support.Name(item: episode.supports[0].id, classIndex: episode.classIndex)
    screen.send(.done(.loadStoredSupports, .storedSupports([StoredSupport(key: "k", of: support, condition: .mask, rating: nil)])))
    let begun = idle(&screen)
    #expect(begun == [.foresee(screen.episode(0), nil, choice), .foresee(episode, plan, choice), .foresee(episode, nil, choice)])
    #expect(screen.state.evaluation.scores[episode] == EpisodeScore(baseline: 41.25, augmented: 52))
    // Another condition has none.
    screen.type("c")
    #expect(idle(&screen).isEmpty)
  }

  @Test func whatIsIncompleteIsNotAskedForAgain() {
    var screen = FakeScreen.open(120, 40)
    let episode = screen.episode(2), choice = screen.state.settings.segmenter
    let support = Support.Name(item: episode.supports[0].id, classIndex: episode.classIndex)
    screen.send(.done(.loadStoredSupports, .storedSupports([StoredSupport(key: "k", of: support, condition: .mask, rating: nil)])))
    screen.send(.idle)
    screen.answers = false
    screen.send(.idle)
    #expect(screen.effects.last == .foresee(episode, screen.state.plan, choice))
    screen.send(.done(.foresee(episode, screen.state.plan, choice), .incomplete))
    #expect(screen.state.foresight == nil)
    // Until something is generated.
    screen.answers = true
    var job = screen.jobs()[0]
    job.state = .finished
    screen.send(.work(.jobChanged(job)))
    #expect(screen.state.foresight == .foresee(episode, screen.state.plan, choice))
  }

  @Test func otherWorkGoesFirst() {
    var screen = FakeScreen.open(120, 40)
    #expect(screen.state.foresight != nil)
    var job = screen.jobs()[0]
    job.state = .running(step: 1, of: 20)
    screen.send(.work(.jobChanged(job)))
    #expect(screen.state.foresight == nil)
    job.state = .cancelled(reason: "by hand")
    screen.send(.work(.jobChanged(job)))
    #expect(screen.state.foresight != nil)
    screen.answers = false
    screen.type("Ey")
    screen.send(.idle)
    #expect(screen.state.foresight == nil && !screen.effects.contains { if case .foresee = $0 { true } else { false } })
  }

  @Test func aNetworkThatFailsIsLeftAlone() {
    var screen = FakeScreen.open(120, 40)
    screen.answers = false
    screen.send(.idle)
    let effect = screen.effects.last
    #expect(effect == .foresee(screen.episode(0), nil, screen.state.settings.segmenter))
    if let effect { screen.send(.done(effect, .failed(Notice(.error, "no weights")))) }
    #expect(screen.state.foresight == nil && screen.state.dialogs.messages.isEmpty)
    // Another one may do better.
    screen.state.settings.step(.network, by: 1)
    #expect(screen.state.foresight != nil)
  }
}
