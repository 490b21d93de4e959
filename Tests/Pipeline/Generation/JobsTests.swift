import Core
import Data
import Evaluation
import Foundation
import Generation
import Models
import Pipeline
import Synchronization
import TestSupport
import Testing

/// Several images side by side: the same bytes, each once, in memory that holds them.
@Suite(.timeLimit(.minutes(10))) struct JobsTests {
  private func bench(
    _ count: JobCount, available: @escaping @Sendable () -> Int? = { nil }, report: @escaping ModelLibrary.Report = { _ in }
  ) throws -> (
    tiny: TinyModels, generator: DiffusionGenerator
  ) {
    let tiny = try TinyModels(), supports = SupportReader(dataset: tiny.workbench.dataset)
    let controls = ControlImages(supports: supports, models: tiny.workbench.models, report: report)
    return (
      tiny,
      DiffusionGenerator(
        controls: controls, models: tiny.workbench.models, store: tiny.store, workers: GenerationWorkers(jobs: count),
        available: available, report: report)
    )
  }

  private func requests(_ tiny: TinyModels, _ count: Int = 6) async throws -> [GenerationRequest] {
    try await tiny.workbench.requests(item: tiny.workbench.dataset.items[1], classIndex: 2, options: tiny.options, count: count)
  }

  @Test func countsAsWritten() {
    #expect(JobCount("auto") == .auto && JobCount("1") == .most(1) && JobCount("64") == .most(64))
    for text in ["", "0", "65", "-1", "two", "1.5", "AUTO"] { #expect(JobCount(text) == nil, "\(text)") }
  }

  /// Small networks have a thread for each image, Stable Diffusion 1.5 at 512x512 all of them.
  @Test func autoGoesByTheWorkOfAnImage() async throws {
    let (tiny, generator) = try bench(.auto), request = try await requests(tiny)[0]
    // Tests of kernels change their number.
    let before = Compute.threads, jobs = generator.jobs(for: request), after = Compute.threads
    #expect(jobs == before || jobs == after)
    #expect(try bench(.most(1)).generator.jobs(for: request) == 1)
    var large = request
    (large.width, large.height) = (8192, 8192)
    #expect(generator.jobs(for: large) == 1)
    var unknown = request
    unknown.models.diffusion = "no such model"
    #expect(generator.jobs(for: unknown) == 1)
    let sd15 = try UNetConfig(folder: #require(ModelLibrary.configuration()).appendingPathComponent("unet"))
    let demo = try UNetConfig(folder: Golden.projectRoot.appendingPathComponent("Assets/demo/sd/unet"))
    #expect(demo.work(width: 16, height: 16) == 1_900_544 && sd15.work(width: 64, height: 64) == 1_363_148_800)
  }

  @Test func imagesDoNotDependOnWhoElseIsGenerated() async throws {
    var bytes: [[Data]] = []
    for jobs in [1, 2, 3] {
      let (tiny, generator) = try bench(.most(jobs)), requests = try await requests(tiny)
      var files: [Data] = []
      try SideBySide.each(requests.count, jobs: jobs) { (item, turn: SideBySide.Turn<Int>) in
        // With fewer threads than jobs the generator would let one in alone.
        try Compute.sideBySide { try generator.generate(requests[item]) { _ in !turn.isOver } }.file
      } news: { _, _ in
      } ended: { _, file in
        files.append(try Data(contentsOf: file))
      }
      bytes.append(files)
    }
    #expect(bytes[0].count == 6 && Set(bytes[0]).count == 6)
    #expect(bytes[1] == bytes[0] && bytes[2] == bytes[0])
  }

  @Test func twoWhoAskForOneImageGetItOnce() async throws {
    let (tiny, generator) = try bench(.most(4)), request = try await requests(tiny)[0]
    let begun = Mutex<Set<Int>>([])
    var keys: [String] = []
    try SideBySide.each(4, jobs: 4) { (item, _: SideBySide.Turn<Int>) in
      try generator.generate(request) { progress in
        if progress.step > 0 { _ = begun.withLock { $0.insert(item) } }
        return true
      }.key
    } news: { _, _ in
    } ended: { _, key in
      keys.append(key)
    }
    #expect(Set(keys).count == 1 && keys.count == 4 && begun.withLock { $0.count } == 1)
    #expect(try tiny.store.imageKeys() == [keys[0]])
  }

  /// Two do not fit, one does: all are generated, one after the other, and that is said once.
  @Test func tooLittleMemoryMeansFewerJobs() async throws {
    let remarks = Mutex<[String]>([]), isTight = Mutex(1 << 40)
    let (tiny, generator) = try bench(
      .most(2), available: { isTight.withLock { $0 } },
      report: { reading in if case .remark(let text) = reading { remarks.withLock { $0.append(text) } } })
    let requests = try await requests(tiny), first = requests[0]
    try #require(Compute.threads > 1)
    let model = try tiny.workbench.models.diffusion(first.models) { _ in }
    let run = DiffusionRun(prompt: "", steps: 3, guidanceScale: 3, width: first.width, height: first.height)
    isTight.withLock { $0 = model.need(of: run) * 3 / 2 }
    let under = Mutex<Set<Int>>([]), both = Mutex(0)
    // One image waits after its first step until the other one has been told to wait.
    try SideBySide.each(requests.count, jobs: 2) { (item, _: SideBySide.Turn<Int>) in
      _ = try generator.generate(requests[item]) { progress in
        let deadline = Date().addingTimeInterval(patience)
        while item == 0, progress.step == 1, remarks.withLock({ $0.isEmpty }), Date() < deadline {}
        let count = under.withLock { under in
          if progress.step > 0, progress.step < progress.steps { under.insert(item) } else { under.remove(item) }
          return under.count
        }
        both.withLock { $0 = max($0, count) }
        return true
      }
    } news: { _, _ in
    } ended: { _, _ in
    }
    #expect(try tiny.store.imageKeys().count == requests.count && both.withLock { $0 } == 1)
    #expect(
      remarks.withLock { $0 } == ["memory holds 1 image of \(first.width)x\(first.height) at a time: no more are generated side by side"])
    #expect(generator.jobs(for: first) == 1)
  }

  @Test func aStoppedImageLeavesTheOther() async throws {
    let (tiny, generator) = try bench(.most(2)), requests = try await requests(tiny, 2)
    var results: [Bool] = []
    try SideBySide.each(2, jobs: 2) { (item, _: SideBySide.Turn<Int>) in
      do {
        _ = try generator.generate(requests[item]) { item == 1 || $0.step < 1 }
        return true
      } catch is CancellationError { return false }
    } news: { _, _ in
    } ended: { _, isDone in
      results.append(isDone)
    }
    #expect(results == [false, true])
  }

  /// An evaluation is the same however many supports are generated at a time.
  @Test func figuresDoNotDependOnJobs() async throws {
    var reports: [EvaluationReport] = []
    for jobs in [1, 3] {
      let generator = CopyingGenerator(jobs: jobs), tiny = try TinyModels(generator: generator)
      generator.store.withLock { $0 = tiny.store }
      let told = Mutex<[Int]>([])
      let plan = EvaluationPlan(fold: 0, auxiliaryShots: 2, options: tiny.options, episodes: 4)
      let report = try await tiny.workbench.evaluate(plan) { progress in
        if case .generating(let done, _, _, _) = progress { told.withLock { $0.append(done) } }
      }
      reports.append(report)
      told.withLock { #expect($0 == $0.sorted() && $0.last ?? 0 > 1) }
    }
    #expect(reports[0].episodes == reports[1].episodes && reports[0].augmented == reports[1].augmented)
  }
}
