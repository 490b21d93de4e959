import Core
import Foundation

/// Reading the small JSON files beside the weights: `config.json`, `scheduler_config.json`, tokenizer settings.
public enum ConfigFile {
  /// Far above any published configuration (a few kilobytes).
  static let maximumBytes = 4_000_000

  /// Decodes a file. Throws `ModelError.missingFile`, `unreadable`, or `badConfig` naming the field at fault.
  public static func decode<T: Decodable>(_ type: T.Type, at url: URL) throws -> T {
    let data = try read(url, maximumBytes: maximumBytes)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw ModelError.badConfig(path: url.path, reason: describe(error))
    } catch {
      throw ModelError.badConfig(path: url.path, reason: "it is not JSON")
    }
  }

  /// Decodes `config.json` in a network's folder. Throws `ModelError.missingConfiguration`, and otherwise as `decode(_:at:)`.
  static func decode<T: Decodable>(_ type: T.Type, in folder: URL) throws -> T {
    let file = folder.appendingPathComponent("config.json")
    if let link = ModelError.brokenLink(at: file) { throw link }
    guard FileManager.default.fileExists(atPath: file.path) else { throw ModelError.missingConfiguration(path: folder.path) }
    return try decode(type, at: file)
  }

  /// `config.json` in a network's folder as it is written. Throws as `read`.
  static func text(in folder: URL) throws -> String {
    String(decoding: try read(folder.appendingPathComponent("config.json"), maximumBytes: maximumBytes), as: UTF8.self)
  }

  /// Throws `ModelError.notText` for a file that begins as something else, and for an empty one. One that is not there is none of these.
  static func checkContent(_ url: URL) throws {
    guard let file = try? FileHandle(forReadingFrom: url) else { return }
    defer { try? file.close() }
    guard let head = try? file.read(upToCount: 4096) ?? Data(), let found = ForeignContent(inPlaceOfText: head) else { return }
    throw ModelError.notText(path: url.path, found: found)
  }

  /// The bytes of a regular file of at most `maximumBytes`. Throws `ModelError`.
  static func read(_ url: URL, maximumBytes: Int) throws -> Data {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path) else {
      throw ModelError.missingFile(path: url.path, what: url.lastPathComponent)
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int else {
      throw ModelError.unreadable(path: url.path, reason: "it is not a regular file")
    }
    guard size <= maximumBytes else {
      throw ModelError.badConfig(path: url.path, reason: "\(size) bytes, at most \(maximumBytes) are expected")
    }
    do {
      let data = try Data(contentsOf: url)
      if let found = ForeignContent(inPlaceOfText: data) { throw ModelError.notText(path: url.path, found: found) }
      // A byte order mark, as some editors write.
      return data.starts(with: [0xEF, 0xBB, 0xBF]) ? Data(data.dropFirst(3)) : data
    } catch let error as ModelError {
      throw error
    } catch {
      throw ModelError.unreadable(path: url.path, reason: error.reason)
    }
  }

  /// The field at fault, and what is wrong with it.
  static func describe(_ error: DecodingError) -> String {
    func name(_ context: DecodingError.Context) -> String { context.codingPath.map(\.stringValue).joined(separator: ".") }
    return switch error {
    case .typeMismatch(let type, let context) where !context.codingPath.isEmpty: "\(name(context)) is not \(words(for: type))"
    case .valueNotFound(let type, let context) where !context.codingPath.isEmpty: "\(name(context)) is null, not \(words(for: type))"
    // What `ConfigCheck` requires.
    case .dataCorrupted(let context) where !context.codingPath.isEmpty: "\(name(context)): \(context.debugDescription)"
    default: error.words
    }
  }

  private static func words(for type: Any.Type) -> String {
    switch type {
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    default: "\(type)".hasPrefix("Array") ? "a list" : "of the kind that is expected"
    }
  }
}
