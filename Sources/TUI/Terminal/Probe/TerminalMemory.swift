import Core
import Foundation
import Render

/// What the user said of terminals when asked by `diffss doctor --calibrate`: a small file of JSON beside the configuration.
public struct TerminalMemory: Codable, Hashable, Sendable {
  /// What is remembered of one terminal.
  public struct Entry: Codable, Hashable, Sendable {
    /// `TerminalMemory.name` of it.
    public let terminal: String
    /// The finest symbols that it draws.
    public let symbols: SymbolSet
    /// Where it did not say so itself.
    public let lightBackground: Bool?

    public init(terminal: String, symbols: SymbolSet, lightBackground: Bool?) {
      (self.terminal, self.symbols, self.lightBackground) = (terminal, symbols, lightBackground)
    }
  }

  /// The last calibrated one is the last.
  private var terminals: [Entry] = []

  private static let mostBytes = 1 << 16
  private static let mostTerminals = 64
  private static let longestName = 160

  /// Of no terminal.
  public init() {}

  /// From a file; of no terminal where there is none. Throws `CoreError.unreadableFile` for one that cannot be understood.
  public init(_ file: URL) throws(CoreError) {
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    func fault(_ reason: String) -> CoreError { .unreadableFile(path: file.path, reason: reason) }
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(file, limit: Self.mostBytes) } catch { throw fault(error.reason) }
    guard let read = try? JSONDecoder().decode(Self.self, from: Data(bytes)), read.terminals.count <= Self.mostTerminals,
      read.terminals.allSatisfy({ !$0.terminal.isEmpty && $0.terminal.utf8.count <= Self.longestName })
    else { throw fault("it does not hold what `diffss doctor --calibrate` writes") }
    self = read
  }

  /// Where the user's own is.
  public static func standardFile(_ environment: [String: String]) -> URL {
    DataFolder.configuration(environment).appendingPathComponent("terminals.json")
  }

  /// The user's own; of no terminal where the file cannot be understood.
  static func ofUser(_ environment: [String: String]) -> TerminalMemory {
    (try? TerminalMemory(standardFile(environment))) ?? TerminalMemory()
  }

  /// What a terminal is remembered under: the name that it gives itself, else what `TERM` and `TERM_PROGRAM` say.
  public static func name(_ environment: [String: String], _ answers: TerminalAnswers?) -> String {
    if let program = answers?.program { return program }
    let parts = ["TERM", "TERM_PROGRAM"].compactMap { name in
      environment[name].flatMap { $0.isEmpty ? nil : "\(name)=\(PlainText.clean($0).prefix(32))" }
    }
    return parts.isEmpty ? "a terminal without TERM" : parts.joined(separator: " ")
  }

  public subscript(name: String) -> Entry? { terminals.last { $0.terminal == name } }

  /// Remembers a terminal anew; of too many the oldest is forgotten.
  public mutating func remember(_ entry: Entry) {
    terminals = (terminals.filter { $0.terminal != entry.terminal } + [entry]).suffix(Self.mostTerminals)
  }

  /// Writes it. Throws `CoreError.cannotWrite`.
  public func write(to file: URL) throws { try AtomicFile.write(CanonicalJSON.data(self), to: file) }
}
