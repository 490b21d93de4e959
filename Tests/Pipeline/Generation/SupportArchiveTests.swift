import Core
import Foundation
import Generation
import Render
import Synchronization
import TestSupport
import Testing

/// Supports generated into an archive: what a folder would hold, the same to the byte whatever happened on the way.
@Suite struct SupportArchiveTests {
  private static let items = [
    ("val2014/COCO_val2014_000000019786", 1), ("plain", 2), ("val2014/b", 3), (String(repeating: "deep/", count: 30) + "name", 1),
  ]
  private let dataset = ListedDataset(Self.items)

  private func run(_ bench: RunBench, shots: Int = 2) -> SupportRun {
    SupportRun(supports: dataset.supports, options: bench.options, shots: shots)
  }

  private func archive(_ bench: RunBench, _ name: String = "supports.tar") throws -> Data {
    try Data(contentsOf: bench.out.appendingPathComponent(name))
  }

  /// Bytes of every file of the archives in the folder, unpacked by tar in the order of their names.
  private func unpacked(_ bench: RunBench) throws -> [String: Data] {
    let out = bench.home.file("unpacked")
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: out) }
    for name in try FileManager.default.contentsOfDirectory(atPath: bench.out.path).sorted() {
      let tar = try TarBlocks.tar(["-xf", bench.out.appendingPathComponent(name).path], in: out)
      #expect(tar.status == 0 && tar.text.isEmpty, "\(tar.text)")
    }
    let paths = FileManager.default.enumerator(atPath: out.path)?.compactMap { $0 as? String } ?? []
    return try Dictionary(
      uniqueKeysWithValues: paths.filter { $0.hasSuffix("g") }.map { ($0, try Data(contentsOf: out.appendingPathComponent($0))) })
  }

  @Test(arguments: ImageFormat.allCases) func anArchiveUnpacksToTheFolder(format: ImageFormat) async throws {
    let loose = try RunBench(dataset), packed = try RunBench(dataset)
    var run = run(loose)
    run.format = format
    let outcomes = try await loose.generate(run)
    #expect(try await packed.generate(run, .tar) == outcomes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: packed.out.path) == ["supports.tar"])
    #expect(try unpacked(packed) == loose.files() && loose.files().count == 12)
    let archive = try archive(packed)
    #expect(try await packed.generate(run, .tar).allSatisfy { $0.hasPrefix("kept ") })
    #expect(try self.archive(packed) == archive && packed.generator.generated.withLock { $0.count } == 8)
  }

  @Test func theBytesDoNotDependOnHowItCameThere() async throws {
    let once = try RunBench(dataset), run = run(once, shots: 3)
    try await once.generate(run, .tar)
    let whole = try archive(once)
    // Side by side.
    let three = try RunBench(dataset, generator: FlatGenerator(jobs: 3))
    try await three.generate(run, .tar)
    #expect(try archive(three) == whole)
    // An image that failed and comes last.
    let refused = try RunBench(dataset, generator: FlatGenerator(refusesNumber: 1))
    #expect(try await refused.generate(run, .tar).count { $0.hasPrefix("failed ") } == 4)
    let other = Packing.tar
    try await once.workbench.generate(run, into: other.output(creating: refused.out, shard: .whole)) { _ in }
    #expect(try archive(refused) == whole)
    // Other settings and back: what is replaced is gone.
    var more = run
    more.options.steps = 4
    #expect(try await once.generate(more, .tar).allSatisfy { $0.hasPrefix("replaced ") })
    #expect(try archive(once) != whole && TarArchive(once.out.appendingPathComponent("supports.tar")).members.count == 16)
    more.format = .jpg
    #expect(try await once.generate(more, .tar).allSatisfy { $0.hasPrefix("replaced ") })
    #expect(try unpacked(once).keys.count { $0.hasSuffix(".png") } == 4)
    #expect(try await once.generate(run, .tar).allSatisfy { $0.hasPrefix("replaced ") })
    #expect(try archive(once) == whole)
  }

  @Test func anEndedRunGoesOnToTheSameBytes() async throws {
    let bench = try RunBench(dataset), run = run(bench, shots: 3), calm = try RunBench(dataset)
    try await calm.generate(run, .tar)
    // Told of its fifth image the run is ended.
    let told = Mutex(0)
    await #expect(throws: CancellationError.self) {
      try await cancellable { cancel in
        try await bench.workbench.generate(run, into: SupportArchive(creating: bench.out)) { event in
          guard case .ended = event else { return }
          let count = told.withLock { count in
            count += 1
            return count
          }
          if count == 5 { cancel() }
        }
      }
    }
    #expect(try TarArchive(bench.out.appendingPathComponent("supports.tar")).end == .marked)
    let first = try archive(bench)
    // As a copy that was cut off.
    try first.dropLast(1500).write(to: bench.out.appendingPathComponent("supports.tar"))
    let words = try await bench.generate(run, .tar).map { $0.split(separator: " ")[0] }
    #expect(words.count == 12 && words.contains("kept") && words.contains("generated"))
    #expect(try archive(bench) == archive(calm))
  }

  @Test func whatIsOfOthersIsLeftAlone() async throws {
    let bench = try RunBench(dataset), run = run(bench), url = bench.out.appendingPathComponent("supports.tar")
    try FileManager.default.createDirectory(at: bench.out, withIntermediateDirectories: true)
    try Data("notes".utf8).write(to: url)
    await #expect(throws: GenerationError.foreignArchive(path: url.path, reason: "it is no tar archive")) {
      try await bench.generate(run, .tar)
    }
    #expect(try Data(contentsOf: url) == Data("notes".utf8))
    // A member of somebody else in an archive of ours.
    let photograph = try Image(width: 9, height: 9, color: [1, 2, 3]).jpegData()
    try FileManager.default.removeItem(at: url)
    do {
      let writer = try TarWriter(url)
      try writer.add(photograph, name: "plain_2_0.jpg")
      try writer.add(Array("mine".utf8), name: "plain_2_1.png")
      try writer.add([], name: "val2014/b_3_0.png")
    }
    let outcomes = try await bench.generate(run, .tar)
    #expect(outcomes.filter { $0.hasPrefix("failed ") } == ["failed plain_2_0.png", "failed plain_2_1.png"])
    #expect(outcomes.count { $0.hasPrefix("generated ") } == 6)
    let files = try unpacked(bench)
    #expect(files["plain_2_0.jpg"] == Data(photograph) && files["plain_2_1.png"] == Data("mine".utf8))
    #expect(files.count == 12)
  }

  @Test func shardsAreTheWhole() async throws {
    let whole = try RunBench(dataset), parts = try RunBench(dataset)
    var run = run(whole)
    try await whole.generate(run)
    for number in 1...3 {
      run.shard = try #require(Shard("\(number)/3"))
      try await parts.generate(run, .tar)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: parts.out.path).sorted() == (1...3).map { "supports-000\($0)-of-0003.tar" })
    #expect(try unpacked(parts) == whole.files())
    #expect(Shard("12/123456")?.archiveName == "supports-0012-of-123456.tar" && Shard.whole.archiveName == "supports.tar")
  }
}
