import Core
import Data
import Foundation
import Generation
import Logging
import Render

extension UserSettings {
  /// Far above what anybody writes.
  private static let mostBytes = 1 << 20

  /// Reads a file of TOML; a file that is not there sets nothing.
  ///
  /// Throws `CoreError.badConfiguration` naming the line, or the key and what it may be, and `unreadableFile`.
  public init(file: URL) throws(CoreError) {
    self.init()
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(file, limit: Self.mostBytes) } catch {
      throw .unreadableFile(path: file.path, reason: error.reason)
    }
    func fault(_ reason: String) -> CoreError { .badConfiguration(path: file.path, reason: PlainText.clean(reason)) }
    guard let text = String(validating: TextBytes.utf8(bytes), as: UTF8.self) else { throw fault("it is not UTF-8 text") }
    let table: [String: TOMLValue]
    do { table = try TOMLReader.read(text) } catch { throw fault("line \(error.line): \(error.reason)") }
    for (key, value) in table.sorted(by: { $0.key < $1.key }) {
      guard let read = Self.readers[key] else { throw fault("there is no setting \"\(key)\"; there are \(Self.names)") }
      do { try read(&self, value) } catch {
        throw fault(error.found.map { "\"\(key)\": \($0); it must be \(error.expected)" } ?? "\"\(key)\" must be \(error.expected)")
      }
    }
  }

  private struct Unexpected: Error {
    /// What a value may be.
    let expected: String
    /// What is wrong with it, where that is to be said.
    var found: String?
  }

  private typealias Reader = @Sendable (inout UserSettings, TOMLValue) throws(Unexpected) -> Void

  private static let names = readers.keys.sorted().joined(separator: ", ")

  /// What each setting of the file means.
  private static let readers: [String: Reader] = [
    "models": { settings, value throws(Unexpected) in
      let list = if case .list(let list) = value { list } else { [value] }
      settings.models = try list.map { item throws(Unexpected) in
        guard case .text(let path) = item else { throw Unexpected(expected: "a folder, or a list of folders") }
        return folder(path)
      }
    },
    "roots": { settings, value throws(Unexpected) in
      let kinds = DatasetKind.allCases.filter { !$0.isDemo }
      let expected = Unexpected(expected: "a table of folders for \(kinds.map(\.rawValue).joined(separator: ", "))")
      guard case .table(let table) = value else { throw expected }
      for (name, value) in table {
        guard let kind = kinds.first(where: { $0.rawValue == name }), case .text(let path) = value else { throw expected }
        settings.roots[kind] = folder(path)
      }
    },
    "threads": { settings, value throws(Unexpected) in
      guard case .whole(let threads) = value, (1...64).contains(threads) else { throw Unexpected(expected: "a whole number, 1...64") }
      settings.threads = threads
    },
    "jobs": { settings, value throws(Unexpected) in
      let text: String? =
        switch value {
        case .whole(let count): "\(count)"
        case .text(let text): text
        default: nil
        }
      guard let jobs = text.flatMap(JobCount.init) else { throw Unexpected(expected: "\"auto\" or a whole number, 1...64") }
      settings.jobs = jobs
    },
    "engines": { settings, value throws(Unexpected) in
      let list = if case .list(let list) = value { list } else { [value] }
      settings.engines = try list.enumerated().map { number, item throws(Unexpected) in
        let expected = "an engine, or a list of engines: \(EngineChoice.allowed)"
        guard case .text(let engine) = item else { throw Unexpected(expected: expected, found: "entry \(number + 1) is no text") }
        do { if engine != "cpu" { _ = try EngineChoice(engine) } } catch {
          throw Unexpected(expected: expected, found: "entry \(number + 1): \(error.reason)")
        }
        return engine
      }
    },
    "log-level": { settings, value throws(Unexpected) in
      guard case .text(let name) = value, let level = Logger.Level(rawValue: name) else {
        throw Unexpected(expected: "one of \(Logger.Level.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))")
      }
      settings.logLevel = level
    },
    "graphics": { settings, value throws(Unexpected) in
      guard case .text(let name) = value, let graphics = GraphicsWish(rawValue: name) else {
        throw Unexpected(expected: "one of \(GraphicsWish.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))")
      }
      settings.graphics = graphics
    },
    "symbols": { settings, value throws(Unexpected) in
      guard case .text(let name) = value, let symbols = SymbolSet(rawValue: name) else {
        throw Unexpected(expected: "one of \(SymbolSet.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))")
      }
      settings.symbols = symbols
    },
    "low-memory": { settings, value throws(Unexpected) in
      guard case .truth(let low) = value else { throw Unexpected(expected: "true or false") }
      settings.lowMemory = low
    },
  ]

  /// `~` is the user's home, as in a shell.
  private static func folder(_ path: String) -> URL { URL(fileURLWithPath: (path as NSString).expandingTildeInPath, isDirectory: true) }
}
