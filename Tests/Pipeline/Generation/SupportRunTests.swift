import Core
import Foundation
import Generation
import Render
import Synchronization
import TestSupport
import Testing

@Suite struct SupportRunTests {
  private static let items = [("val2014/COCO_val2014_000000019786", 1), ("plain", 2), ("val2014/b", 3)]

  private func run(_ dataset: ListedDataset, _ bench: RunBench, shots: Int = 2) -> SupportRun {
    SupportRun(supports: dataset.supports, options: bench.options, shots: shots)
  }

  @Test func namesKeepTheirFolders() async throws {
    let dataset = ListedDataset(Self.items), bench = try RunBench(dataset)
    let outcomes = try await bench.generate(run(dataset, bench))
    let stem = "val2014/COCO_val2014_000000019786_1"
    #expect(outcomes.prefix(2) == ["generated \(stem)_0.png", "generated \(stem)_1.png"])
    let files = try bench.files()
    #expect(files.count == 9)
    for name in ["\(stem)_0.png", "\(stem)_control.png", "plain_2_1.png", "val2014/b_3_0.png"] { #expect(files[name] != nil) }
    let text = try ImageText.read(bench.out.appendingPathComponent("\(stem)_1.png"))
    let metadata = try #require(ImageMetadata(entries: text))
    #expect(metadata.request == bench.generator.generated.withLock { $0[1] })
    #expect(try metadata.request.key(weights: metadata.weights) == metadata.key)
    #expect(text["parameters"]?.contains("Steps: 3") == true)
  }

  @Test func severalAtATimeAreToldInOrder() async throws {
    let dataset = ListedDataset((0..<9).map { ("item-\($0)", $0 % 3 + 1) } + [("../up", 1)])
    let one = try RunBench(dataset), three = try RunBench(dataset, generator: FlatGenerator(jobs: 3))
    let outcomes = try await one.generate(run(dataset, one, shots: 4))
    #expect(try await three.generate(run(dataset, three, shots: 4)) == outcomes)
    #expect(outcomes.count == 37 && outcomes.last == "failed ../up_1")
    #expect(try three.files() == one.files())
  }

  @Test func namesThatLeaveTheFolderFailAndStopNothing() async throws {
    let names = ["../up", "/root", "a//b", "./c", "a/../b", "", "a\0b", "fine"]
    let dataset = ListedDataset(names.map { ($0, 1) }), bench = try RunBench(dataset)
    let outcomes = try await bench.generate(run(dataset, bench, shots: 1))
    #expect(outcomes == names.dropLast().map { "failed \($0)_1" } + ["generated fine_1_0.png"])
    #expect(try bench.files().keys.sorted() == ["fine_1_0.png", "fine_1_control.png"])
    #expect(throws: GenerationError.nameEscapesFolder(name: "../up", folder: bench.out.path)) {
      try SupportFolder(creating: bench.out).stem(item: "../up", classIndex: 1)
    }
  }

  @Test(arguments: ImageFormat.allCases) func finishedImagesAreKeptOthersReplaced(format: ImageFormat) async throws {
    let dataset = ListedDataset(Self.items), bench = try RunBench(dataset)
    var run = run(dataset, bench)
    run.format = format
    try await bench.generate(run)
    let first = try bench.files()
    #expect(first.keys.filter { $0.hasSuffix(".\(format.rawValue)") }.count >= 6)
    #expect(try await bench.generate(run).allSatisfy { $0.hasPrefix("kept ") })
    #expect(bench.generator.generated.withLock { $0.count } == 6)

    // A cut file, a missing and an empty one are generated again, to the same bytes.
    let names = ["plain_2_0", "plain_2_1", "val2014/b_3_0", "val2014/b_3_control"].map { name in
      bench.out.appendingPathComponent(name.hasSuffix("control") ? "\(name).png" : "\(name).\(format.rawValue)")
    }
    let cut = try Data(contentsOf: names[0])
    try cut.dropLast(20).write(to: names[0])
    try FileManager.default.removeItem(at: names[1])
    try Data().write(to: names[2])
    try FileManager.default.removeItem(at: names[3])
    let words = try await bench.generate(run).map { $0.split(separator: " ")[0] }
    #expect(words == ["kept", "kept", "replaced", "generated", "generated", "kept"])
    #expect(try bench.files() == first)

    // Another setting is another image.
    run.options.steps = 4
    #expect(try await bench.generate(run).allSatisfy { $0.hasPrefix("replaced ") })
    #expect(try bench.files() != first)
    run.options.steps = 3
    try await bench.generate(run)
    #expect(try bench.files() == first)
  }

  /// The published loader looks for .jpg first: an old one must not be beside a new .png.
  @Test func anImageIsThereInOneFormatOnly() async throws {
    let dataset = ListedDataset([("a", 1)]), bench = try RunBench(dataset)
    var run = run(dataset, bench, shots: 1)
    run.format = .jpg
    try await bench.generate(run)
    run.format = .png
    #expect(try await bench.generate(run) == ["replaced a_1_0.png"])
    #expect(try bench.files().keys.sorted() == ["a_1_0.png", "a_1_control.png"])
  }

  @Test func filesOfOthersAreLeftAlone() async throws {
    let dataset = ListedDataset([("a", 1), ("b", 1)]), bench = try RunBench(dataset)
    let photograph = try Image(width: 9, height: 9, color: [1, 2, 3]).jpegData()
    try FileManager.default.createDirectory(at: bench.out.appendingPathComponent("b_1_0.png"), withIntermediateDirectories: true)
    try Data(photograph).write(to: bench.out.appendingPathComponent("a_1_0.jpg"))
    try Data("mine".utf8).write(to: bench.out.appendingPathComponent("a_1_1.png"))
    let outcomes = try await bench.generate(run(dataset, bench, shots: 3))
    #expect(outcomes == ["failed a_1_0.png", "failed a_1_1.png", "generated a_1_2.png", "failed b_1_0.png", "generated b_1_1.png", "generated b_1_2.png"])
    #expect(try Data(contentsOf: bench.out.appendingPathComponent("a_1_0.jpg")) == Data(photograph))
    #expect(try Data(contentsOf: bench.out.appendingPathComponent("a_1_1.png")) == Data("mine".utf8))
  }

  @Test func oneFailureStopsNothing() async throws {
    var dataset = ListedDataset(Self.items)
    dataset.broken = ["plain"]
    let bench = try RunBench(dataset, generator: FlatGenerator(refusesNumber: 1))
    var images: [SupportOutcome] = []
    let (outcomes, end) = AsyncStream.makeStream(of: SupportOutcome.self)
    try await bench.workbench.generate(run(dataset, bench), into: SupportFolder(creating: bench.out)) { event in
      if case .ended(let outcome) = event { end.yield(outcome) }
    }
    end.finish()
    for await outcome in outcomes { images.append(outcome) }
    #expect(images.map(\.name) == [
      "val2014/COCO_val2014_000000019786_1_0.png", "val2014/COCO_val2014_000000019786_1_1.png", "plain_2", "val2014/b_3_0.png",
      "val2014/b_3_1.png",
    ])
    #expect(images.map(\.images) == [1, 1, 2, 1, 1])
    #expect(images.map { $0.key == nil } == [false, true, true, false, true])
    #expect(images.map { $0.request == nil } == [false, false, true, false, false])
  }

  @Test func shardsAreDisjointCompleteAndTheSame() async throws {
    let dataset = ListedDataset((0..<7).map { ("item\($0)", $0 % 3 + 1) }), whole = try RunBench(dataset)
    for published in [false, true] {
      var run = run(dataset, whole)
      run.isAsPublished = published
      run.shard = .whole
      try await whole.generate(run)
      var parts: [String: Data] = [:]
      for number in 1...3 {
        let bench = try RunBench(dataset)
        run.shard = try #require(Shard("\(number)/3"))
        try await bench.generate(run)
        let files = try bench.files()
        #expect(files.count == (number == 1 ? 9 : 6))
        parts.merge(files) { _, _ in
          Issue.record("two shards generated the same")
          return Data()
        }
      }
      #expect(try parts == whole.files())
    }
  }

  @Test func shardsAreSaidAsNumberAndCount() {
    #expect(Shard("1/1") == .whole && Shard("8/8")?.number == 8)
    for text in ["", "1", "0/2", "3/2", "-1/2", "1/0", "+1/2", "1/2/3", "1/", "/2", " 1/2", "a/b", "1/99999999999999999999", "٣/٤"] {
      #expect(Shard(text) == nil, "\(text)")
    }
  }

  @Test func aCancelledRunEndsSoonAndKeepsWhatIsFinished() async throws {
    let dataset = ListedDataset((0..<500).map { ("item\($0)", 1) }), bench = try RunBench(dataset)
    await #expect(throws: CancellationError.self) {
      try await cancellable { cancel in
        try await bench.workbench.generate(run(dataset, bench), into: SupportFolder(creating: bench.out)) { event in
          if case .ended = event { cancel() }
        }
      }
    }
    let count = try bench.files().count
    #expect(count >= 2 && count < 1500)
  }

  @Test func whatConcernsAllImagesEndsTheRunAtOnce() async throws {
    let dataset = ListedDataset(Self.items), bench = try RunBench(dataset)
    var run = run(dataset, bench)
    run.options.models = PreferredModels(diffusion: "absent")
    await #expect(throws: GenerationError.self) { try await bench.generate(run) }
    run.options = bench.options
    run.options.steps = 0
    await #expect(throws: CoreError.self) { try await bench.generate(run) }
  }
}
