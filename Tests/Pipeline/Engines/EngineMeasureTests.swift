import Foundation
import Generation
import Testing

/// What is reckoned of engines: how many images they take at a time, and make in a minute.
@Suite struct EngineMeasureTests {
  /// 64 x 64 latents, as those of 512 x 512 images.
  private static let places = 4096

  @Test func evaluationsTellHowManyFit() {
    var batch = BatchSize(nil)
    #expect(batch.images(Self.places) == 8)
    // Of 10 GB four fifths are taken: six of 1.25 GB each, and of smaller ones as many as are ever evaluated together.
    batch.note(2, Self.places, peak: 2_500_000_000, free: 10_000_000_000)
    #expect(batch.images(Self.places) == 6 && batch.images(Self.places / 4) == 16 && batch.images(100 * Self.places) == 1)
    // What leaves something out takes less, and tells nothing of the others.
    batch.note(1, Self.places, peak: 1_000_000, free: 10_000_000_000)
    #expect(batch.images(Self.places) == 6)
    // Somebody else has taken of the memory.
    batch.note(1, Self.places, peak: 1_000_000, free: 4_000_000_000)
    #expect(batch.images(Self.places) == 2)
    for nonsense in [0, -1] { batch.note(1, Self.places, peak: nonsense, free: 1) }
    batch.note(1, Self.places, peak: 1, free: 0)
    batch.note(0, 0, peak: 1, free: 1)
    #expect(batch.images(Self.places) == 2)
  }

  @Test func whatWasTooMuchIsNotTriedAgain() {
    var batch = BatchSize(nil)
    batch.lower(below: 8, Self.places)
    #expect(batch.images(Self.places) == 4 && batch.images(2 * Self.places) == 2 && batch.images(Self.places / 2) == 8)
    batch.note(4, Self.places, peak: 1, free: 1 << 40)
    #expect(batch.images(Self.places) == 4)
    batch.lower(below: 1, Self.places)
    #expect(batch.images(Self.places) == 1)
  }

  @Test func aNumberThatIsGivenHolds() {
    var batch = BatchSize(3)
    batch.isForProcessor()
    batch.note(1, Self.places, peak: 1, free: 1 << 40)
    #expect(batch.images(Self.places) == 3)
    batch.lower(below: 3, Self.places)
    #expect(batch.images(Self.places) == 1)
    var own = BatchSize(nil)
    own.isForProcessor()
    own.note(1, Self.places, peak: 1, free: 1 << 40)
    #expect(own.images(Self.places) == 1)
  }

  @Test func onlyTimeAtWorkCounts() {
    let start = ContinuousClock.now
    func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }
    var rate = ImageRate()
    #expect(rate.perMinute == nil)
    // Starting, of which half a second is before there was an image.
    rate.leaveOut(from: at(-20), to: at(-1))
    rate.begin(at: at(0))
    rate.begin(at: at(1))
    rate.leaveOut(from: at(-1), to: at(0.5))
    // Reading the weights.
    rate.leaveOut(from: at(2), to: at(3.5))
    rate.finish(at: at(6))
    rate.end(at: at(6))
    rate.finish(at: at(6))
    rate.end(at: at(6))
    #expect(rate.perMinute == 30 && rate.runs == 0)
    // An hour later, one that fails and one that does not.
    rate.begin(at: at(3600))
    rate.end(at: at(3604))
    rate.begin(at: at(7200))
    rate.finish(at: at(7208))
    rate.end(at: at(7208))
    #expect(rate.perMinute == 60 * 3 / 16.0)
  }

  @Test func theLastImagesCount() throws {
    let start = ContinuousClock.now
    var rate = ImageRate()
    rate.begin(at: start)
    for second in 1...1000 { rate.finish(at: start + .seconds(second < 500 ? second * 10 : 5000 + second)) }
    #expect(abs(try #require(rate.perMinute) - 60) < 1e-6)
  }

  @Test func theLogIsNotFlooded() {
    let start = ContinuousClock.now
    var budget = LineBudget()
    #expect((0..<1000).count { _ in budget.take(at: start) == 0 } == 200)
    #expect(budget.take(at: start + .seconds(3)) == 800)
    #expect((0..<1000).compactMap { _ in budget.take(at: start + .seconds(3)) } == [0, 0])
    #expect((0..<1000).count { _ in budget.take(at: start + .seconds(100_000)) != nil } == 200)
  }
}
