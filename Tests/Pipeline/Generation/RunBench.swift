import Data
import Foundation
import Generation
import Models
import Pipeline
import Render
import Synchronization
import TestSupport

/// Generates flat images and keeps their requests; those of one number among a support's images can be made to fail.
final class FlatGenerator: SupportGenerator {
  struct Refusal: Error, CustomStringConvertible { let description = "no such weights" }

  let generated = Mutex<[GenerationRequest]>([])
  let refusesNumber: Int?
  private let sideBySide: Int

  init(refusesNumber: Int? = nil, jobs: Int = 1) { (self.refusesNumber, sideBySide) = (refusesNumber, jobs) }

  func jobs(for request: GenerationRequest) -> Int { sideBySide }

  func generate(_ request: GenerationRequest, progress: (GenerationProgress) -> Bool) throws -> GeneratedImage {
    guard progress(GenerationProgress(step: 0, steps: request.steps)) else { throw CancellationError() }
    if request.source.number == refusesNumber { throw Refusal() }
    generated.withLock { $0.append(request) }
    let color = [UInt8(truncatingIfNeeded: request.seed), UInt8(request.source.number), UInt8(truncatingIfNeeded: request.steps)]
    return GeneratedImage(
      key: "", request: request, file: URL(fileURLWithPath: "/dev/null"),
      image: Image(width: request.width, height: request.height, color: color))
  }
}

/// A workbench on the demo's models, with a folder to generate into.
struct RunBench {
  let home: TemporaryFolder
  let generator: FlatGenerator
  let workbench: Workbench
  let options = GenerationOptions(DiffusionSettings { ($0.conditionSettings.resolution, $0.steps) = (64, 3) }, seed: 9)

  init(_ dataset: any Dataset, generator: FlatGenerator = FlatGenerator()) throws {
    home = try TemporaryFolder()
    self.generator = generator
    workbench = Workbench(
      dataset: dataset, models: ModelLibrary(searchesHub: false, environment: ["XDG_CACHE_HOME": home.url.path]),
      store: try Store(folder: home.file("store")), generator: generator)
  }

  var out: URL { home.file("out") }

  /// The outcomes, each as `result name`, in order.
  @discardableResult
  func generate(_ run: SupportRun, _ packing: Packing = .none) async throws -> [String] {
    let lines = Mutex<[String]>([])
    try await workbench.generate(run, into: packing.output(creating: out, shard: run.shard)) { event in
      guard case .ended(let outcome) = event else { return }
      let word = if case .failed = outcome.result { "failed" } else { "\(outcome.result)" }
      lines.withLock { $0.append("\(word) \(outcome.name)") }
    }
    return lines.withLock { $0 }
  }

  /// Bytes of every file generated, by its path in the folder.
  func files() throws -> [String: Data] {
    let paths = (FileManager.default.enumerator(atPath: out.path)?.compactMap { $0 as? String } ?? [])
    return try Dictionary(
      uniqueKeysWithValues: paths.filter { $0.hasSuffix("g") }.map { ($0, try Data(contentsOf: out.appendingPathComponent($0))) })
  }
}
