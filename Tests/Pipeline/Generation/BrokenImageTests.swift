import Data
import Foundation
import Generation
import Pipeline
import TestSupport
import Testing

/// Stored images whose files look whole and cannot be decoded.
@Suite struct BrokenImageTests {
  private let tiny: TinyModels

  init() throws { tiny = try TinyModels() }

  private func episode() async throws -> Episode { try #require(try await tiny.workbench.episodes(fold: 0, count: 1).first) }

  /// The stored image of one support; nil where its file cannot be decoded.
  private func stored() async throws -> GeneratedImage? {
    let requests = try await tiny.workbench.requests(episode(), options: tiny.options, count: 1)
    return try await tiny.workbench.generated(#require(requests.first))
  }

  /// Queues what is missing of it; returns how many jobs there were in all then.
  private func jobs() async throws -> Int {
    try await tiny.workbench.enqueueMissing(episode(), options: tiny.options, count: 1)
    try await tiny.workbench.idle()
    return tiny.workbench.jobs.count
  }

  /// A byte in the middle: header and end stay.
  private func damage(_ file: URL) throws {
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 0xFF
    try bytes.write(to: file)
  }

  @Test func aBrokenImageIsGeneratedAgain() async throws {
    #expect(try await jobs() == 1)
    #expect(try await jobs() == 1)
    let image = try #require(try await stored())
    try damage(image.file)
    #expect(try await stored() == nil)
    #expect(try await jobs() == 2)
    #expect(try await stored()?.image == image.image)
    #expect(try await jobs() == 2)
  }

  /// Whoever mends a file, it is not generated again.
  @Test func aFileThatWasMendedIsWhole() async throws {
    #expect(try await jobs() == 1)
    let image = try #require(try await stored()), good = try Data(contentsOf: image.file)
    try damage(image.file)
    #expect(try await stored() == nil)
    try good.write(to: image.file)
    #expect(try await jobs() == 1)
    #expect(try await stored()?.image == image.image)
  }
}
