import Core
import Data
import Evaluation
import Foundation
import Generation
import Render
import TestSupport
import Testing

@Suite struct StoreTests {
  @Test func jobsAreNamedByTheirFirstLetters() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    let jobs = (0..<20).map { Job(id: JobID(), request: plainRequest($0)) }
    try store.add(jobs)
    let names = [jobs[3].id.description, String(jobs[7].id.description.uppercased().prefix(20))]
    #expect(try store.ids(named: names) == [jobs[3].id, jobs[7].id])
    // Of twenty names two begin with the same hexadecimal digit.
    let first = try #require(Dictionary(grouping: jobs) { $0.id.description.prefix(1) }.first { $0.value.count > 1 })
    let letter = String(first.key)
    #expect(throws: GenerationError.unknownJob(name: letter, matches: first.value.count)) { try store.ids(named: [letter]) }
    for name in ["", "no job"] { #expect(throws: GenerationError.unknownJob(name: name, matches: 0)) { try store.ids(named: [name]) } }
  }

  @Test func whatWasStoredIsThereAfterReopening() throws {
    let folder = try TemporaryFolder()
    let job = Job(id: JobID(), request: plainRequest(), state: .failed(reason: "no weights"), elapsed: 1.5)
    do {
      let store = try Store(folder: folder.url)
      try store.add([job])
      try store.save(png: [1, 2, 3], key: "k", request: plainRequest(), weights: ["sd": "aa"], seconds: 2)
    }
    let store = try Store(folder: folder.url)
    #expect(try store.jobs() == [job])
    #expect(try store.imageKeys() == ["k"])
    #expect(try Data(contentsOf: store.file("k")) == Data([1, 2, 3]))
  }

  @Test func aJobIsUpdatedInPlace() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    var job = Job(id: JobID(), request: plainRequest())
    try store.add([job])
    #expect(try store.jobs().map(\.state) == [.queued])
    job.state = .finished
    job.key = "k"
    try store.update(job)
    #expect(try store.jobs() == [job])
  }

  @Test func evaluationsComeBackNewestFirst() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url)
    let item = DatasetItem(id: "a", classes: [1])
    let areas = Areas(backgroundIntersection: 1, foregroundIntersection: 2, backgroundUnion: 3, foregroundUnion: 4)
    let reports = (0..<3).map { fold in
      EvaluationReport(
        dataset: "squares", plan: EvaluationPlan(fold: fold), weights: ["d": "x"],
        results: [
          EpisodeResult(episode: Episode(index: 0, fold: fold, classIndex: 1, query: item, supports: [item]), baseline: areas, augmented: nil)
        ], classes: [ClassInfo(index: 1, name: "a", promptName: "a", adeIndex: 0)], comparison: Comparison(.hsnet), seconds: 1)
    }
    for report in reports { try store.save(report) }
    #expect(try store.evaluations(dataset: "squares") == reports.reversed())
    // The same again is the same run, at its place, with the time of now; another plan over the same episodes is another one.
    let dates = try store.datedEvaluations(dataset: "squares").map(\.date)
    try store.save(reports[0])
    #expect(try store.evaluations(dataset: "squares") == reports.reversed())
    #expect(try store.datedEvaluations(dataset: "squares").map(\.date).last ?? .distantPast > dates[2])
    var plan = reports[0].plan
    plan.network = .hsnet
    let other = EvaluationReport(
      dataset: "squares", plan: plan, weights: ["d": "x"], results: reports[0].episodes,
      classes: [ClassInfo(index: 1, name: "a", promptName: "a", adeIndex: 0)], comparison: Comparison(.hsnet), seconds: 9)
    try store.save(other)
    #expect(try store.evaluations(dataset: "squares").count == 4)
    #expect(try store.evaluations(dataset: "other").isEmpty)
  }

  @Test func aFolderThatCannotBeMadeIsAnErrorWithAHint() throws {
    let folder = try TemporaryFolder()
    try folder.plant("a file", at: "taken")
    do {
      _ = try Store(folder: folder.url.appendingPathComponent("taken/data"))
      Issue.record("a store below a file")
    } catch let error as GenerationError {
      #expect(error.message.contains("\(folder.url.path)/taken/data cannot be used: \(folder.url.path)/taken is a file, not a folder"))
      #expect(error.hint?.contains("$XDG_DATA_HOME") == true)
    }
    #expect(folder.files == ["taken"])
  }

  @Test(.enabled(if: getuid() != 0 || Mounting.isPossible, "root needs to mount"))
  func aReadOnlyFolderIsAnErrorAndStaysAsItWas() throws {
    let folder = try TemporaryFolder()
    // Permissions do not bind root: there a read-only mount replaces them.
    if getuid() == 0 {
      try #require(mount("tmpfs", folder.url.path, "tmpfs", UInt(MS_RDONLY), "size=1m") == 0)
    } else {
      chmod(folder.url.path, 0o555)
    }
    defer {
      if getuid() == 0 { umount2(folder.url.path, Int32(MNT_DETACH)) } else { chmod(folder.url.path, 0o755) }
    }
    #expect(throws: GenerationError.self) { try Store(folder: folder.url) }
    #expect(throws: CoreError.self) { try AtomicFile.write([1], to: folder.url.appendingPathComponent("x")) }
    #expect(folder.files.isEmpty)
  }

  /// A store of the program's first version, with an evaluation and a job in every state.
  @Test func storesOfEarlierVersionsAreMigrated() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(at: Golden.fixture("store/schema-1.sqlite"), to: folder.file("store.sqlite"))
    let store = try Store(folder: folder.url), jobs = try store.jobs()
    #expect(
      jobs.map(\.state) == [
        .finished, .failed(reason: "no such weights"), .cancelled(reason: "unknown"), .failed(reason: "the program ended before the job did"),
        .failed(reason: "the program ended before the job did"),
      ])
    #expect(jobs.allSatisfy { $0.request.source.dataset == "demo" && $0.priority == 0 && $0.attempts == 0 && $0.origin == nil })
    let key = try #require(jobs[0].key)
    #expect(try store.imageKeys() == [key])
    let provenance = try #require(try store.provenance(of: key))
    #expect(provenance.version == nil && provenance.seconds > 0)
    let report = try #require(try store.evaluations(dataset: "demo").first)
    #expect(report.episodes.count == 1)
    try store.save(report)
    try store.add([Job(id: JobID(), request: jobs[0].request)])
    #expect(try store.retry(nil) == 3)
    #expect(try Store(folder: folder.url).jobs().map(\.state.isFinal) == [true, false, true, false, false, false])
  }

  /// One of the second version: a paused queue with priorities, an evaluation, no verdicts yet.
  @Test func aStoreOfTheSecondVersionIsMigrated() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(at: Golden.fixture("store/schema-2.sqlite"), to: folder.file("store.sqlite"))
    let store = try Store(folder: folder.url), jobs = try store.jobs()
    #expect(jobs.map(\.state) == [.finished, .finished, .finished, .cancelled(reason: "by diffss queue cancel"), .queued])
    #expect(jobs.map(\.priority) == [0, 0, 0, 4, 4] && jobs.map(\.attempts) == [1, 1, 1, 0, 0])
    #expect(jobs.allSatisfy { $0.origin?.source.kind == .demo })
    #expect(try store.isPaused && store.takeNext() == nil)
    let keys = try store.imageKeys()
    #expect(keys.count == 4 && Set(jobs.compactMap(\.key)).isSubset(of: keys))
    #expect(try store.provenance(of: keys[0])?.version == "0.6.0" && store.evaluations(dataset: "demo").count == 1)
    #expect(try store.supports(dataset: "demo").allSatisfy { $0.rating == nil })
    try store.set(.kept, of: keys[1])
    #expect(try Store(folder: folder.url).keptKeys(dataset: "demo") == [keys[1]])
  }

  /// One of the third version, migrated by it from the one above: with verdicts.
  @Test func aStoreOfTheThirdVersionIsOpened() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(at: Golden.fixture("store/schema-3.sqlite"), to: folder.file("store.sqlite"))
    let store = try Store(folder: folder.url), keys = try store.imageKeys()
    #expect(try store.recovery == nil && keys.count == 4 && store.jobs().count == 5)
    #expect(try store.keptKeys(dataset: "demo").count == 1)
    #expect(try store.supports(dataset: "demo").compactMap(\.rating).sorted { $0.rawValue < $1.rawValue } == [.kept, .rejected])
  }

  @Test(arguments: ["no database", "torn header", "torn pages"]) func aDamagedStoreIsSetAsideAndMadeAnewFromTheImages(kind: String) throws {
    let folder = try TemporaryFolder(), file = folder.file("store.sqlite")
    let request = plainRequest(), weights = ["sd": "aa"], key = try request.key(weights: weights)
    do {
      let store = try Store(folder: folder.url)
      let image = Image(width: 8, height: 8, color: [1, 2, 3])
      try store.save(
        png: image.pngData(text: ImageMetadata(key: key, request: request, weights: weights).entries()), key: key, request: request,
        weights: weights, seconds: 1)
      for _ in 0..<300 { try store.add([Job(id: JobID(), request: request)]) }
    }
    try folder.plant("not an image", at: "images/other.png")
    switch kind {
    case "no database": try folder.plant(String(repeating: "not a database ", count: 100), at: "store.sqlite")
    case "torn header":
      let bytes = try Data(contentsOf: file)
      try (Data(repeating: 0x5A, count: 4096) + bytes.dropFirst(4096)).write(to: file)
    default:
      let bytes = try Data(contentsOf: file)
      try (bytes.prefix(4096) + Data(repeating: 0x5A, count: bytes.count - 4096)).write(to: file)
      // Such damage shows only when it is read.
      if let store = try? Store(folder: folder.url), store.recovery == nil {
        #expect(throws: GenerationError.storeDamaged(path: file.path)) { try store.jobs() }
      }
    }
    let store = try Store(folder: folder.url)
    #expect(try store.imageKeys() == [key])
    #expect(try store.jobs().isEmpty)
    #expect(folder.files.contains { $0.hasPrefix("store.damaged-1") })
    #expect(try Store(folder: folder.url).recovery == nil)
  }

  /// Found by the fuzzer: SQLite reads such a file, and GRDB's subscripts would end the process.
  @Test func aStoreWhoseColumnIsGoneIsAnError() throws {
    let folder = try TemporaryFolder(), file = folder.file("store.sqlite")
    do {
      let store = try Store(folder: folder.url)
      try store.add([Job(id: JobID(), request: plainRequest())])
    }
    for name in [#""id" TEXT"#, #""elapsed""#, #""seconds""#, #""json""#, #""weights""#] {
      let bytes = try Data(contentsOf: file), broken = try TemporaryFolder()
      guard let range = bytes.range(of: Data(name.utf8)) else {
        Issue.record("no \(name) in the schema")
        continue
      }
      // As long as before, so that the page stays whole.
      let other = Data(name.utf8.enumerated().map { $0.offset == 1 ? UInt8(ascii: "x") : $0.element })
      try (bytes[..<range.lowerBound] + other + bytes[range.upperBound...]).write(to: broken.file("store.sqlite"))
      let error = #expect(throws: (any Error).self) {
        let store = try Store(folder: broken.url)
        _ = try store.jobs()
        _ = try store.retry(nil)
        _ = try store.imageTimes()
        _ = try store.takeNext()
        _ = try HTMLReport(store: store, name: "squares", dataset: nil, limit: 1)
      }
      #expect(error is any Explained)
    }
  }

  @Test func aDamagedRequestLeavesTheOthersInTheirLists() throws {
    let folder = try TemporaryFolder(), file = folder.file("store.sqlite")
    var keys: [String] = []
    do {
      let store = try Store(folder: folder.url)
      for steps in 1...3 {
        let request = plainRequest(steps: steps), key = try request.key(weights: [:])
        let png = try Image(width: 8, height: 8, color: [9, 2, 3]).pngData(text: ImageMetadata(key: key, request: request, weights: [:]).entries())
        try store.save(png: png, key: key, request: request, weights: [:], seconds: 2)
        try store.set(.kept, of: key)
        keys.append(key)
      }
    }
    var bytes = try Data(contentsOf: file)
    let text = try #require(bytes.range(of: Data(#"{"condition":"mask""#.utf8)))
    bytes[text.lowerBound] = UInt8(ascii: "?")
    try bytes.write(to: file)
    let store = try Store(folder: folder.url)
    #expect(try store.supports(dataset: "squares").count == 2)
    #expect(try store.keptKeys(dataset: "squares").count == 2)
    let newestFirst = try store.imageTimes().map(\.request.steps)
    #expect(newestFirst.count == 2 && newestFirst[0] > newestFirst[1])
  }

  @Test func verdictsAreKeptAndExported() throws {
    let folder = try TemporaryFolder(), store = try Store(folder: folder.url), out = folder.url.appendingPathComponent("kept")
    var keys: [String] = []
    for number in 0..<4 {
      let request = plainRequest(number / 2, steps: 3 + number), weights = ["sd": "aa"], key = try request.key(weights: weights)
      let png = try Image(width: 8, height: 8, color: [UInt8(number), 2, 3]).pngData(
        text: ImageMetadata(key: key, request: request, weights: weights).entries())
      try store.save(png: png, key: key, request: request, weights: weights, seconds: 6)
      keys.append(key)
    }
    #expect(try store.imageTimes(limit: 3).map { $0.seconds / Double($0.request.steps) } == [1, 6.0 / 5, 6.0 / 4])
    try store.set(.kept, of: keys[0])
    try store.set(.starred, of: keys[1])
    try store.set(.rejected, of: keys[2])
    try store.set(.kept, of: keys[3])
    try store.set(nil, of: keys[3])
    #expect(try keys.map { try store.rating(of: $0) } == [.kept, .starred, .rejected, nil])
    #expect(try store.supports(dataset: "squares").map(\.rating) == [.kept, .starred, .rejected, nil])
    #expect(try store.supports(dataset: "coco").isEmpty)
    // Twice: the second time everything is there.
    for _ in 0..<2 { #expect(try KeptExport.write(store, dataset: "squares", to: out).written == 2) }
    let names = try FileManager.default.contentsOfDirectory(atPath: out.path).sorted()
    #expect(names == ["square-0_1_0.png", "square-0_1_1.png"])
    #expect(try Data(contentsOf: out.appendingPathComponent(names[0])) == Data(contentsOf: store.file(keys[0])))
    try Data("not ours".utf8).write(to: out.appendingPathComponent(names[0]))
    // One that cannot be written stops no other.
    var outcome = try KeptExport.write(store, dataset: "squares", to: out)
    #expect(outcome.written == 1 && outcome.problems.map { $0 as? GenerationError } == [.foreignFile(path: out.appendingPathComponent(names[0]).path)])
    try FileManager.default.removeItem(at: store.file(keys[0]))
    outcome = try KeptExport.write(store, dataset: "squares", to: out.appendingPathComponent("fresh"))
    #expect(outcome.written == 1 && outcome.problems.count == 1)
    #expect(try KeptExport.write(store, dataset: "coco", to: out).written == 0)
  }

  @Test func aFailedWriteLeavesTheOldFileAndNoOther() throws {
    let folder = try TemporaryFolder()
    // A folder of that name cannot be replaced by a file.
    try folder.plant("inside", at: "target/file")
    #expect(throws: CoreError.self) { try AtomicFile.write([1, 2], to: folder.url.appendingPathComponent("target")) }
    #expect(folder.files == ["target/file"])
    try AtomicFile.write([1, 2], to: folder.url.appendingPathComponent("new/file"))
    try AtomicFile.write([3], to: folder.url.appendingPathComponent("new/file"))
    #expect(try Data(contentsOf: folder.url.appendingPathComponent("new/file")) == Data([3]))
    #expect(folder.files == ["new/file", "target/file"])
  }

  @Test(.enabled(if: Mounting.isPossible, "mounting needs root"))
  func aFullDiskIsAnErrorAndNothingIsHalfWritten() throws {
    let folder = try TemporaryFolder()
    try #require(mount("tmpfs", folder.url.path, "tmpfs", 0, "size=1m") == 0)
    defer { umount2(folder.url.path, Int32(MNT_DETACH)) }
    let store = try Store(folder: folder.url)
    do {
      try store.save(png: [UInt8](repeating: 7, count: 2 << 20), key: "k", request: plainRequest(), weights: [:], seconds: 0)
      Issue.record("2 MB on a disk of 1 MB")
    } catch let error as CoreError {
      #expect(error.message.contains("No space left"))
    }
    #expect(try store.imageKeys().isEmpty)
    #expect(!folder.files.contains { $0.hasPrefix("images/") })
  }
}
