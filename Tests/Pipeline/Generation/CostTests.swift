import Core
import Data
import Evaluation
import Foundation
import Generation
import Pipeline
import TestSupport
import Testing

/// What images cost before they are made. Times are only asked to be there: a machine has its own.
@Suite struct CostTests {
  private func work(_ bench: TinyModels, _ count: Int, steps: Int = 3) -> ImageWork {
    var options = bench.options
    options.steps = steps
    let items = SquaresDataset().items.prefix(3).map { Support(item: $0, classIndex: $0.classes[0]) }
    return ImageWork(options, count: count, samples: Array(items))
  }

  @Test func aStepIsMeasuredOnceAndRemembered() async throws {
    let bench = try TinyModels()
    let first = try await bench.workbench.cost([work(bench, 8)], .worthwhile, written: .png)
    let one = try #require(first.secondsPerImage), all = try #require(first.seconds), memory = try #require(first.memory)
    #expect(first.images == 8 && first.width == 64 && first.height == 64 && one > 0 && abs(all - 8 * one) < 1e-9 && memory > 0)
    #expect(first.stored == first.written && first.stored == Int(8 * 64 * 64 * 1.66))
    #expect(try bench.store.imageCount() == 0, "measuring keeps no image")
    #expect(FileManager.default.fileExists(atPath: bench.folder.file("data/paces.json").path))
    // Remembered: asked for again it is the same to the bit; ten times the steps take more.
    let again = try await bench.workbench.cost([work(bench, 8)], .never, written: .png)
    #expect(again == first)
    let long = try #require(try await bench.workbench.cost([work(bench, 8, steps: 30)], .never).secondsPerImage)
    #expect(long > one)
    let both = try await bench.workbench.cost([work(bench, 8), work(bench, 2, steps: 30)], .never)
    #expect(both.images == 10 && abs((both.seconds ?? 0) - (8 * one + 2 * long)) < 1e-9)
    #expect(first.text(hint: "x").hasPrefix("8 images of 64x64 at most, about ") && first.text(hint: "x").contains(" of memory, "))
  }

  @Test func whatIsNotMeasuredIsNotSaid() async throws {
    let bench = try TinyModels()
    let cost = try await bench.workbench.cost([work(bench, 3)], .never)
    #expect(cost.seconds == nil && cost.secondsPerImage == nil && cost.images == 3 && cost.memory != nil)
    #expect(cost.text(hint: "--dry-run measures a step").hasSuffix("; how long is not known here yet: --dry-run measures a step"))
    let none = try await bench.workbench.cost([work(bench, 0)], .always)
    #expect(none.images == 0 && none.seconds == nil && none.stored == nil)
    // A broken file of paces counts as none.
    try bench.folder.write("{", to: "data/paces.json")
    #expect(try await bench.workbench.cost([work(bench, 3)], .never).seconds == nil)
    #expect(try await bench.workbench.cost([work(bench, 3)], .quick).seconds != nil)
  }

  /// Images that are made take the place of what was measured: the middle one, so that one that was slow for another reason changes nothing.
  @Test func aRunTellsTheNextOne() async throws {
    let bench = try TinyModels(), item = SquaresDataset().items[0], file = bench.folder.file("data/paces.json")
    typealias Known = [String: [String: [[String: Double]]]]
    func known() throws -> Known { try JSONDecoder().decode(Known.self, from: Data(contentsOf: file)) }
    func seconds(_ steps: [Double]) async throws -> Double? {
      let paces = try known().mapValues { _ in ["images": steps.map { ["step": $0, "rest": 0.5] }] }
      try JSONEncoder().encode(paces).write(to: file)
      return try await bench.workbench.cost([work(bench, 3)], .never).secondsPerImage
    }
    bench.workbench.enqueue(try await bench.workbench.requests(item: item, classIndex: item.classes[0], options: bench.options, count: 12))
    try await within { await bench.workbench.waitUntilIdle() }
    // The last nine of one place.
    #expect(try known().mapValues { $0["images"]?.count ?? 0 }.values.sorted() == [9])
    #expect(try await bench.workbench.cost([work(bench, 3)], .never).seconds != nil)
    let two = try #require(try await seconds([2])), four = try #require(try await seconds([4]))
    #expect(two < four)
    #expect(try await seconds([2, 2.5, 2, 90, 2, 2.5, 2]) == two)
    // A machine that is slower from now on is believed, and nonsense is not.
    #expect(try await seconds([2, 2, 2, 2, 4, 4, 4, 4, 4]) == four)
    #expect(try await seconds([2, -1, 0, 1e300]) == two)
  }

  /// Images that were made tell their time where nothing was measured.
  @Test func imagesOfTheStoreTellTheirTime() async throws {
    let bench = try TinyModels(), item = SquaresDataset().items[0]
    bench.workbench.enqueue(try await bench.workbench.requests(item: item, classIndex: item.classes[0], options: bench.options, count: 1))
    try await within { await bench.workbench.waitUntilIdle() }
    #expect(try await bench.workbench.cost([work(bench, 3)], .never).seconds != nil)
  }

  /// Of settings that share images each is counted once.
  @Test func aSweepsImagesAreCountedOnce() async throws {
    let bench = try TinyModels()
    var plan = EvaluationPlan(fold: 0, auxiliaryShots: 2, options: bench.options, episodes: 20)
    var plans = [plan]
    plan.network = .hsnet
    plans.append(plan)
    plan.auxiliaryShots = 1
    plans.append(plan)
    let shared = try await bench.workbench.imageWorks(of: plans), alone = try await bench.workbench.imageWorks(of: [plans[0]])
    #expect(shared.count == 1 && shared.map(\.count) == alone.map(\.count))
    plan.options.steps = 9
    #expect(try await bench.workbench.imageWorks(of: plans + [plan]).count == 2)
    plan.auxiliaryFolder = "somewhere"
    #expect(try await bench.workbench.imageWorks(of: [plan]).isEmpty)
  }
}
