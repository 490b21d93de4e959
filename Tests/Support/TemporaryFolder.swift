import Foundation

/// A folder that is gone when the test is.
public final class TemporaryFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("diffss-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A file inside.
  public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes a file inside and returns where it is.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> URL {
    try Data(bytes).write(to: file(name))
    return file(name)
  }

  /// Writes a text file inside and returns where it is.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> URL { try write(Array(text.utf8), to: name) }
}
