import Core
import Data
import Foundation
import Generation
import Pipeline
import Render
import Synchronization
import TestSupport
import Testing

/// How often images and masks of a data set are decoded, and supports hashed.
@Suite(.timeLimit(.minutes(5))) struct DecodeTests {
  /// The demo, counting what is read of it.
  private final class CountingDataset: Dataset {
    let base: DemoDataset
    let counts = Mutex<[String: Int]>([:])

    init() throws { base = try DemoDataset() }

    private func count(_ what: String, _ item: DatasetItem) { counts.withLock { $0["\(what) \(item.id)", default: 0] += 1 } }

    func image(_ item: DatasetItem) throws -> Image {
      count("image", item)
      return try base.image(item)
    }

    func mask(_ item: DatasetItem) throws -> LabelMask {
      count("mask", item)
      return try base.mask(item)
    }

    var name: String { base.name }
    var classes: [ClassInfo] { base.classes }
    var folds: Int { base.folds }
    var items: [DatasetItem] { base.items }
    func classes(inFold fold: Int) -> [Int] { base.classes(inFold: fold) }
    func item(_ id: String) -> DatasetItem? { base.item(id) }
    func listedClasses(of item: DatasetItem) -> [Int] { base.listedClasses(of: item) }
    func version(of item: DatasetItem) -> ItemVersion? { base.version(of: item) }

    func mask(_ item: DatasetItem, of classIndex: Int) throws -> LabelMask {
      count("mask", item)
      return try base.mask(item, of: classIndex)
    }
  }

  /// Hashes as the program does, counting each hash.
  private final class Digests: Sendable {
    let made = Mutex<[String: Int]>([:])

    @Sendable func hex(image: Image, mask: LabelMask) -> String {
      let digest = Digest.hex(image: image, mask: mask)
      made.withLock { $0[digest, default: 0] += 1 }
      return digest
    }
  }

  /// What the explorer asks for: an episode's images, its condition, `g` and `e`, then another condition, `g` and `e` again.
  @Test func eachImageIsDecodedAndHashedOnceFromTheListToThePrediction() async throws {
    let folder = try TemporaryFolder(), dataset = try CountingDataset(), digests = Digests()
    let workbench = Workbench(
      dataset: dataset,
      models: ModelLibrary(
        folders: [Golden.projectRoot.appendingPathComponent("Assets/demo")], searchesHub: false,
        environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: try Store(folder: folder.url.appendingPathComponent("data")), digest: digests.hex)
    let episode = try #require(try await workbench.episodes(fold: 0, count: 1).first)
    // Lists look at masks of their own.
    dataset.counts.withLock { $0 = [:] }
    for item in episode.supports + [episode.query] {
      _ = try await workbench.image(item)
      _ = try await workbench.mask(item, of: episode.classIndex)
    }
    for condition in [ConditionType.mask, .scribble] {
      let options = GenerationOptions(DiffusionSettings { ($0.condition, $0.conditionSettings.resolution, $0.steps) = (condition, 64, 1) })
      _ = try await workbench.condition(
        condition, settings: options.conditionSettings, item: episode.supports[0], classIndex: episode.classIndex)
      try await workbench.enqueueMissing(episode, options: options, count: 4)
      try await workbench.idle()
      var auxiliaries: [GeneratedImage] = []
      for request in try await workbench.requests(episode, options: options, count: 4) {
        auxiliaries.append(try #require(try await workbench.generated(request)))
      }
      #expect(auxiliaries.count == 4)
      _ = try await workbench.predict(episode, auxiliaries: auxiliaries)
      // What is stored is not queued again.
      try await workbench.enqueueMissing(episode, options: options, count: 4)
    }
    #expect(workbench.jobs.count == 8)
    let counts = dataset.counts.withLock { $0 }
    #expect(Set(counts.keys) == Set((episode.supports + [episode.query]).flatMap { ["image \($0.id)", "mask \($0.id)"] }))
    #expect(counts.values.allSatisfy { $0 == 1 }, "\(counts)")
    let hashed = digests.made.withLock { $0 }
    #expect(hashed == Dictionary(uniqueKeysWithValues: Set(workbench.jobs.map(\.request.source.digest)).map { ($0, 1) }))
    #expect(hashed.count == episode.supports.count)
  }

  /// What was read of a file is given up when the file changes.
  @Test func aFileThatChangesIsReadAgain() async throws {
    let folder = try TemporaryFolder(), root = folder.url.appendingPathComponent("own/mug")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    func write(_ red: UInt8) throws {
      try Image(width: 8, height: 8, color: [red, 0, 0]).writePNG(to: root.appendingPathComponent("1.png"))
      try LabelMask(width: 8, height: 8, labels: [UInt8](repeating: 0, count: 32) + [UInt8](repeating: 255, count: 32)).writePNG(
        to: root.appendingPathComponent("1_mask.png"))
    }
    try write(10)
    let workbench = Workbench(
      dataset: try Datasets.open(DatasetSource(.folder, root: folder.url.appendingPathComponent("own"))),
      models: ModelLibrary(
        folders: [Golden.projectRoot.appendingPathComponent("Assets/demo")], searchesHub: false,
        environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: try Store(folder: folder.url.appendingPathComponent("data")))
    let item = try #require(workbench.dataset.items.first), options = GenerationOptions()
    let before = try await workbench.requests(item: item, classIndex: 1, options: options, count: 1)
    try write(99)
    #expect(try await workbench.image(item).pixels[0] == 99)
    let after = try await workbench.requests(item: item, classIndex: 1, options: options, count: 1)
    #expect(before[0].source.digest != after[0].source.digest)
  }
}

@Suite struct BoundedCacheTests {
  @Test func theOnesUsedLongestAgoGo() {
    var cache = BoundedCache<String, Int>(limit: 3)
    for (number, key) in ["a", "b", "c"].enumerated() { cache.store(number, for: key) }
    #expect(cache.use("a") == 0 && cache["b"] == 1)
    cache.store(3, for: "d")
    #expect(cache.keys == ["c", "a", "d"] && cache["b"] == nil)
    #expect(cache.value("c") { 9 } == 2 && cache.value("e") { 4 } == 4)
    #expect(cache.keys == ["d", "c", "e"])
    cache.change("d") { $0 = 7 }
    cache.remove("c")
    #expect(cache["d"] == 7 && cache.keys == ["d", "e"])
  }

  /// Costs add up, the last one is kept whatever it costs, and a million uses need no more room than their keys.
  @Test func costsAndManyUses() {
    var cache = BoundedCache<Int, [Int]>(limit: 100) { $0.count }
    for key in 0..<10 { cache.store([Int](repeating: key, count: 30), for: key) }
    #expect(cache.keys == [7, 8, 9])
    cache.store([Int](repeating: 0, count: 500), for: 10)
    #expect(cache.keys == [10])
    cache.store([], for: 11)
    cache.store([1], for: 12)
    #expect(cache.keys == [11, 12])
    var random = SystemRandomNumberGenerator(), small = BoundedCache<Int, Int>(limit: 5), last: [Int] = []
    for _ in 0..<100_000 {
      let key = Int.random(in: 0..<8, using: &random)
      _ = small.value(key) { key }
      last.removeAll { $0 == key }
      last.append(key)
    }
    #expect(small.keys == Array(last.suffix(5)))
  }
}
