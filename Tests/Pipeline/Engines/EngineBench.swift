import Core
import Foundation
import Generation
import Pipeline
import Synchronization
import TestSupport
import Testing

/// What tests of engines share.
enum EngineBench {
  /// The command of a double. Options: see its first lines.
  static func double(_ options: String = "") throws -> EngineChoice {
    let program = Golden.projectRoot.appendingPathComponent(".build/release/EngineDouble").path
    return try EngineChoice("exec '\(program)' \(options)")
  }

  /// Least PSNR of images that differ by the rounding of sums alone.
  static let closeness = 45.0

  /// What engines have their user told.
  final class Said: Sendable {
    private let all = Mutex([String]())

    init(_ pool: EnginePool) {
      pool.watch { [weak self] news in
        guard let self else { return false }
        if case .said(let text) = news { all.withLock { $0.append(text) } }
        return true
      }
    }

    var texts: [String] { all.withLock { $0 } }
  }
}

extension TinyModels {
  init(_ engines: [EngineChoice], batch: Int? = nil) throws {
    try self.init(workers: engines.isEmpty ? GenerationWorkers() : GenerationWorkers(engines: EnginePool(engines, batch: batch)))
  }

  func requests(_ count: Int) async throws -> [GenerationRequest] {
    try await workbench.requests(item: workbench.dataset.items[1], classIndex: 2, options: options, count: count)
  }

  /// Has the queue make images.
  func images(_ requests: [GenerationRequest]) async throws -> [GeneratedImage] {
    workbench.enqueue(requests)
    try await workbench.idle()
    var images: [GeneratedImage] = []
    for request in requests {
      images.append(try #require(try await workbench.generated(request), "\(workbench.jobs.map(\.state))"))
    }
    return images
  }

  /// Has the queue try images that fail; why each of them did.
  func failures(_ count: Int) async throws -> [String] {
    workbench.enqueue(try await requests(count))
    try await workbench.idle()
    return workbench.jobs.map { if case .failed(let reason) = $0.state { reason } else { "\($0.state)" } }
  }
}
