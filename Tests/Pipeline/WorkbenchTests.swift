import Data
import Evaluation
import Foundation
import Generation
import Pipeline
import Render
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkbenchTests {
  @Test func aRequestIsGeneratedOnceAndItsBytesAreItsOwn() async throws {
    let first = try TinyModels(), second = try TinyModels()
    let item = first.workbench.dataset.items[1]
    let requests = try await first.workbench.requests(item: item, classIndex: 2, options: first.options, count: 2)
    #expect(requests.map(\.seed) == [0, 1].map { SupportSeed.derive(base: 7, item: item.id, classIndex: 2, number: $0) })
    #expect(requests[0].models == ModelChoice(diffusion: "tiny-sd15", controlNet: "tiny-controlnet-seg"))
    #expect(try await first.workbench.generated(requests[0]) == nil)
    for bench in [first, second] {
      bench.workbench.enqueue(requests)
      try await bench.workbench.idle()
      #expect(bench.workbench.jobs.map(\.state) == [.finished, .finished])
    }
    let found = try await first.workbench.generated(requests[0]), image = try #require(found)
    let other = try await first.workbench.generated(requests[1])
    #expect(image.image != other?.image)
    #expect(image.image.width == requests[0].width && image.image.height == requests[0].height)
    #expect(try Data(contentsOf: image.file) == Data(contentsOf: second.store.file(image.key)))

    let text = try ImageText.read(image.file)
    let metadata = try #require(ImageMetadata(entries: text))
    #expect(metadata.request == requests[0])
    #expect(try metadata.request.key(weights: metadata.weights) == image.key)
    #expect(text["parameters"]?.contains("Steps: 3, Sampler: ddim, CFG scale: 3, Seed: \(requests[0].seed), Size: ") == true)

    // Asked again it costs nothing: a library whose weights no longer load still answers.
    let again = Workbench(dataset: SquaresDataset(), models: first.workbench.models, store: try Store(folder: first.store.folder))
    let events = again.events()
    let id = try #require(again.enqueue([requests[0]]).first)
    try await again.idle()
    #expect(again.jobs.map(\.key) == [image.key, other?.key, image.key], "the two jobs of before are there too")
    try await within {
      for await event in events {
        if case .modelLoading = event { Issue.record("weights were loaded for a stored image") }
        if case .jobChanged(let job) = event, job.id == id, job.state.isFinal { break }
      }
    }
  }

  @Test func settingsComeBackFromARequest() async throws {
    let bench = try TinyModels(), item = bench.workbench.dataset.items[1]
    for seed in [UInt64(0), 7, 99_999, 100_000, 1 << 40] {
      var options = bench.options
      (options.seed, options.guessMode, options.eta, options.prompt) = (seed, true, 0.5, "a {name}, from above")
      options.models = PreferredModels(controlNets: ["tiny-controlnet-seg"])
      let requests = try await bench.workbench.requests(item: item, classIndex: 2, options: options, count: 3)
      let again = try await bench.workbench.options(of: requests[2])
      #expect(again.seed == (seed < 100_000 ? seed : nil))
      // What is taken anyway needs no choice, and the prompt is the one that was made.
      var expected = options
      (expected.models, expected.seed, expected.prompt) = (nil, again.seed ?? 0, requests[2].prompt)
      #expect(again.options == expected)
      if again.seed != nil {
        #expect(try await bench.workbench.requests(item: item, classIndex: 2, options: again.options, count: 3) == requests)
      }
    }
  }

  @Test func anEpisodesSupportsTakeTurns() async throws {
    let bench = try TinyModels(), items = bench.workbench.dataset.items.filter { $0.classes.contains(2) }
    let episode = Episode(index: 0, fold: 0, classIndex: 2, query: items[0], supports: [items[1], items[2]])
    let requests = try await bench.workbench.requests(episode, options: bench.options, count: 5)
    #expect(requests.map(\.source.item) == [1, 2, 1, 2, 1].map { items[$0].id })
    #expect(requests.map(\.source.number) == [0, 0, 1, 1, 2])
    let single = try await bench.workbench.requests(item: items[1], classIndex: 2, options: bench.options, count: 3)
    #expect([requests[0], requests[2], requests[4]] == single)
  }

  @Test func everyConditionGenerates() async throws {
    let bench = try TinyModels(), item = bench.workbench.dataset.items[2]
    var requests: [GenerationRequest] = []
    for condition in [ConditionType.mask, .scribble, .hed, .none] {
      var options = bench.options
      options.condition = condition
      requests += try await bench.workbench.requests(item: item, classIndex: 3, options: options, count: 1)
      let control = try await bench.workbench.condition(condition, settings: options.conditionSettings, item: item, classIndex: 3)
      #expect((control == nil) == (condition == .none))
    }
    bench.workbench.enqueue(requests)
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs.map(\.state) == [.finished, .finished, .finished, .finished])
    #expect(Set(bench.workbench.jobs.compactMap(\.key)).count == 4)
  }

  @Test func aBrokenImageIsGeneratedAgain() async throws {
    let bench = try TinyModels(), item = bench.workbench.dataset.items[1]
    let requests = try await bench.workbench.requests(item: item, classIndex: 2, options: bench.options, count: 1)
    bench.workbench.enqueue(requests)
    try await bench.workbench.idle()
    let found = try await bench.workbench.generated(requests[0]), image = try #require(found)
    let bytes = try Data(contentsOf: image.file)
    try bytes.prefix(200).write(to: image.file)
    #expect(try await bench.workbench.generated(requests[0]) == nil)
    bench.workbench.enqueue(requests)
    try await bench.workbench.idle()
    #expect(try Data(contentsOf: image.file) == bytes)
  }

  @Test func aSupportThatChangedSinceFailsTheJob() async throws {
    let bench = try TinyModels()
    var request = try await bench.workbench.requests(
      item: bench.workbench.dataset.items[1], classIndex: 2, options: bench.options, count: 1)[0]
    request.source.digest = "another"
    bench.workbench.enqueue([request])
    try await bench.workbench.idle()
    #expect(bench.workbench.jobs[0].state == .failed(reason: "square-1 or its mask has changed since the request was made"))
  }

  @Test func anEvaluationPairsItsEpisodes() async throws {
    let generator = CopyingGenerator(), bench = try TinyModels(generator: generator)
    generator.store.withLock { $0 = bench.store }
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 2, options: bench.options, episodes: 6)
    let seen = Mutex<[EvaluationProgress]>([])
    let report = try await bench.workbench.evaluate(plan) { event in seen.withLock { $0.append(event) } }
    #expect(report.episodes.map(\.episode) == (try await bench.workbench.episodes(fold: 0, count: 6)))
    let supports = Set(report.episodes.map { "\($0.episode.supports[0].id)/\($0.episode.classIndex)" })
    #expect(generator.generated.withLock { $0 } == 2 * supports.count)
    #expect(report.augmented != nil && report.difference != nil)
    #expect(report.baseline.classes.map(\.classIndex) == [1, 2])
    #expect(report.baseline.classes.reduce(0) { $0 + $1.episodes } == 6)
    #expect(try await bench.workbench.evaluations() == [report])
    let last = try #require(seen.withLock { $0.last })
    guard case .evaluating(6, 6, let baseline?, _) = last else {
      Issue.record("the last progress is \(last)")
      return
    }
    #expect(abs(baseline - report.baseline.miou.value) < 1e-9)

    // A single prediction of the same episode is the evaluation's.
    let episode = report.episodes[0].episode
    #expect(try await bench.workbench.predict(episode).areas == report.episodes[0].baseline)
    let requests = try await bench.workbench.requests(
      item: episode.supports[0], classIndex: episode.classIndex, options: bench.options, count: 2)
    let images = try requests.map { try generator.generate($0) { _ in true } }
    let helped = try await bench.workbench.predict(episode, auxiliaries: images)
    #expect(helped.areas == report.episodes[0].augmented)
    #expect(helped.shots == 3)

    // Without generated supports nothing is generated and the baseline is the same.
    var plain = plan
    plain.auxiliaryShots = 0
    let alone = try await bench.workbench.evaluate(plain)
    #expect(alone.baseline == report.baseline)
    #expect(alone.augmented == nil && alone.difference == nil)
  }

  @Test func anEvaluationEndsWithItsTask() async throws {
    let generator = CopyingGenerator(), bench = try TinyModels(generator: generator)
    generator.store.withLock { $0 = bench.store }
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 1, options: bench.options, episodes: 100_000)
    await #expect(throws: CancellationError.self) {
      try await cancellable { cancel in try await bench.workbench.evaluate(plan) { _ in cancel() } }
    }
    #expect(try await bench.workbench.evaluations().isEmpty)
  }

  @Test func anEvaluationGoesOnFromItsFinishedEpisodes() async throws {
    let bench = try TinyModels(generator: CopyingGenerator())
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 0, episodes: 8)
    await #expect(throws: CancellationError.self) {
      try await cancellable { cancel in
        try await bench.workbench.evaluate(plan) { if case .evaluating(let done, _, _, _) = $0, done >= 3 { cancel() } }
      }
    }
    let folder = bench.store.folder.appendingPathComponent("evaluations")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".jsonl") })
    let file = folder.appendingPathComponent(name)
    // What is kept is believed: a figure that no network makes shows that. A last line that was cut off is not.
    var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect((3...8).contains(lines.count))
    lines[0] = #"{"baseline":{"backgroundIntersection":1,"backgroundUnion":2,"foregroundIntersection":3,"foregroundUnion":4},"position":0}"#
    lines[lines.count - 1].removeLast(9)
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    let report = try await bench.workbench.evaluate(plan)
    #expect(report.episodes.count == 8)
    #expect(report.episodes[0].baseline.foregroundUnion == 4)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let fresh = try await bench.workbench.evaluate(plan)
    #expect(Array(fresh.episodes.dropFirst()) == Array(report.episodes.dropFirst()) && fresh.episodes[0].baseline.foregroundUnion != 4)
  }

  /// What was begun and has no report is listed with what is finished of it, until it is finished or forgotten.
  @Test func anUnfinishedEvaluationIsListed() async throws {
    let bench = try TinyModels(generator: CopyingGenerator())
    let plan = EvaluationPlan(fold: 0, auxiliaryShots: 0, episodes: 8)
    func begin(_ plan: EvaluationPlan) async throws {
      await #expect(throws: CancellationError.self) {
        try await cancellable { cancel in
          try await bench.workbench.evaluate(plan) { if case .evaluating(let done, _, _, _) = $0, done >= 3 { cancel() } }
        }
      }
    }
    try await begin(plan)
    let stopped = try #require(try await bench.workbench.unfinishedEvaluations().first)
    #expect(stopped.plan == plan && (3..<8).contains(stopped.done) && stopped.of == 8 && !stopped.wasCutOff)
    #expect(bench.store.unfinishedEvaluations(dataset: "another").isEmpty)
    // The next one says what it takes over, is not listed while it runs, and leaves nothing.
    let seen = Mutex<[EvaluationProgress]>([]), listed = Mutex<[Int]>([])
    _ = try await bench.workbench.evaluate(stopped.plan) { [store = bench.store] event in
      seen.withLock { $0.append(event) }
      listed.withLock { $0.append(store.unfinishedEvaluations(dataset: "squares").count) }
    }
    #expect(seen.withLock { $0.count { if case .resuming = $0 { true } else { false } } } == 1)
    #expect(seen.withLock { $0 }.contains(.resuming(done: stopped.done, of: 8)) && listed.withLock { $0.allSatisfy { $0 == 0 } })
    #expect(try await bench.workbench.unfinishedEvaluations().isEmpty)
    // One whose process was killed could not say that it ended.
    try await begin(plan)
    let folder = bench.store.folder.appendingPathComponent("evaluations")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".begun.json") })
    let note = folder.appendingPathComponent(name), text = try String(contentsOf: note, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "\"isEnded\":true", with: "\"isEnded\":false").utf8).write(to: note)
    let cutOff = try #require(try await bench.workbench.unfinishedEvaluations().first)
    #expect(cutOff.wasCutOff)
    // A name that leads elsewhere is none, and what cannot be read is passed over.
    let outside = bench.store.folder.appendingPathComponent("kept.jsonl")
    try Data(contentsOf: folder.appendingPathComponent(name)).write(to: outside)
    let journal = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".jsonl") })
    try Data(text.replacingOccurrences(of: journal, with: "../kept.jsonl").utf8).write(to: note)
    let odd = try #require(try await bench.workbench.unfinishedEvaluations().first)
    #expect(odd.done == 0)
    try await bench.workbench.forget(odd)
    #expect(FileManager.default.fileExists(atPath: outside.path))
    try Data("{".utf8).write(to: note)
    #expect(try await bench.workbench.unfinishedEvaluations().isEmpty)
    unlink(note.path)
    // Forgotten, it begins anew.
    try await begin(plan)
    try await bench.workbench.forget(try #require(try await bench.workbench.unfinishedEvaluations().first))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func foldsAndSeedsAreSummedUp() async throws {
    let bench = try TinyModels(generator: CopyingGenerator())
    let plans = EvaluationPlan(fold: 0, auxiliaryShots: 0, episodes: 4).over(folds: [0], seeds: [1, 2, 3])
    var reports: [EvaluationReport] = []
    for plan in plans { reports.append(try await bench.workbench.evaluate(plan)) }
    let summary = EvaluationSummary(reports)
    #expect(summary.passes.map { $0.seed } == [1, 2, 3])
    #expect(summary.passes.map { $0.baseline.value } == reports.map { $0.baseline.miou.value })
    for text in ["fold 0, seed 2", "| seed 3", "| mean ", "| spread (standard deviation)", "| best "] { #expect(summary.table.contains(text), "\(text)") }
    let rows = summary.csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 1 + 3 * 4 && rows.allSatisfy { $0.count == rows[0].count })
    #expect(rows[1].prefix(4).joined(separator: " ") == "squares dcama 0 1" && rows[3][4] == "mIoU")
    #expect(Double(rows[3][6]) == reports[0].baseline.miou.value && rows[3][8].isEmpty)
    #expect(EvaluationSummary([reports[0]]).table == reports[0].table)
  }

  @Test func browsingNeedsNoModels() async throws {
    let folder = try TemporaryFolder(), dataset = SquaresDataset()
    let workbench = Workbench(
      dataset: dataset, models: ModelLibrary(searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: try Store(folder: folder.url))
    let episode = try #require(try await workbench.episodes(fold: 1, count: 1).first)
    #expect(try await workbench.image(episode.query).width == 96)
    #expect(try await workbench.mask(episode.query, of: episode.classIndex).labels.contains(1))
    let settings = ConditionSettings(resolution: 64)
    let control = try await workbench.condition(.mask, settings: settings, item: episode.query, classIndex: episode.classIndex)
    #expect(control?.image.height == 64)
    await #expect(throws: DataError.classAbsent(index: 1, name: "square-1", present: [2])) {
      try await workbench.condition(.mask, settings: settings, item: dataset.items[1], classIndex: 1)
    }
    await #expect(throws: DataError.unknownClass(index: 9, dataset: "squares", count: 4)) {
      try await workbench.requests(item: dataset.items[1], classIndex: 9, options: GenerationOptions(), count: 1)
    }
  }
}
