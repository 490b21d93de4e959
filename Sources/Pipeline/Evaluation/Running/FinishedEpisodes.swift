import Core
import Data
import Foundation

/// The finished episodes of an evaluation, kept while it runs so that an interrupted one goes on where it stopped.
///
/// A file of one JSON line an episode, named by all that decides the figures: whatever differs makes another file, so nothing is ever
/// taken over that would come out otherwise. A line that was cut off counts as not finished, and so does an episode that could not be
/// evaluated: with some of these the file stays, so that they alone are left to do when their images are mended.
final class FinishedEpisodes {
  /// The areas of one finished episode.
  struct Line: Codable {
    /// Position among the evaluation's episodes.
    let position: Int
    let baseline: Areas
    let augmented: Areas?
    let gated: Areas?
  }

  /// What decides the figures of an evaluation.
  struct Identity: Encodable {
    let dataset: String
    let plan: EvaluationPlan
    let inputSide: Int
    let weights: [String: String]
    let episodes: [Episode]
    /// SHA-256 of the first and the last query with their masks: another folder may hold other images by the same names.
    let images: [String]
    /// Names, sizes and times of pre-generated supports.
    let auxiliaries: [String]

    enum CodingKeys: String, CodingKey {
      case dataset, plan, inputSide, weights, episodes, auxiliaries
      case images = "pictures"
    }
  }

  /// Why an episode of a part could not be evaluated.
  private struct Failure: Codable {
    let position: Int
    let reason: String
  }

  /// Finished before, by position.
  private(set) var finished: [Int: Line] = [:]
  /// Why episodes could not be evaluated in the parts, by position.
  private(set) var failures: [Int: String] = [:]
  /// Episodes that could not be evaluated.
  var leftOut: [LeftOutEpisode] = []
  private var reports: Set<String>
  private let file: URL
  private var handle: FileHandle?

  /// Opens the journal of an evaluation in a store's folder; those of its parts, in the folders of other stores, are read beside it.
  /// Throws `CoreError.cannotWrite`.
  init(_ identity: Identity, in folder: URL, parts: [URL] = []) throws {
    let name = "evaluations/\(Digest.hex(try CanonicalJSON.data(identity)))"
    file = folder.appendingPathComponent("\(name).jsonl")
    try AtomicFile.createFolder(file.deletingLastPathComponent())
    reports = Set(Self.lines(of: file).map { String(decoding: $0, as: UTF8.self) }.filter { $0.hasSuffix(Self.reported) })
    for journal in parts.map({ $0.appendingPathComponent("\(name).jsonl") }) + [file] {
      for line in Self.decoded(Line.self, journal) { finished[line.position] = line }
      for failure in Self.decoded(Failure.self, Self.failures(beside: journal)) { failures[failure.position] = failure.reason }
    }
  }

  /// The file's name in the folder of finished episodes.
  var name: String { file.lastPathComponent }

  /// Finished episodes in a file.
  static func count(of file: URL) -> Int { Set(decoded(Line.self, file).map(\.position)).count }

  /// Leaves for whoever puts the parts together why episodes could not be evaluated. Throws `CoreError.cannotWrite`.
  func write(_ failures: [Int: String]) throws {
    guard !failures.isEmpty else {
      unlink(Self.failures(beside: file).path)
      return
    }
    let lines = try failures.sorted { $0.key < $1.key }.map { try CanonicalJSON.text(Failure(position: $0.key, reason: $0.value)) + "\n" }
    try AtomicFile.write(Data(lines.joined().utf8), to: Self.failures(beside: file))
  }

  private static func failures(beside file: URL) -> URL { file.deletingPathExtension().appendingPathExtension("failed.jsonl") }

  private static func lines(of file: URL) -> [Data] { (try? Data(contentsOf: file))?.split(separator: UInt8(ascii: "\n")) ?? [] }

  /// A line that was cut off is passed over.
  private static func decoded<T: Decodable>(_ type: T.Type, _ file: URL) -> [T] {
    lines(of: file).compactMap { try? JSONDecoder().decode(type, from: Data($0)) }
  }

  /// Adds an episode and returns it. Throws `CoreError.cannotWrite`.
  func adding(_ line: Line) throws -> Line {
    try append(CanonicalJSON.data(line))
    return line
  }

  /// Whether the report of these episodes is in the store, with the same ones left out for the same reasons.
  var isReported: Bool { reports.contains(mark) }

  /// Notes that the report is in the store. Throws `CoreError.cannotWrite`.
  func noteReported() throws {
    let mark = mark
    try append(Data(mark.utf8))
    reports.insert(mark)
  }

  /// The line that says so.
  private var mark: String {
    if leftOut.isEmpty { return "{" + Self.reported }
    let reasons = leftOut.map { "\($0.episode.index) \($0.reason)" }.joined(separator: "\n")
    return "{\"leftOut\":\"\(Digest.hex(Data(reasons.utf8)))\"," + Self.reported
  }

  /// How the line ends.
  private static let reported = #""reported":true}"#

  private func append(_ line: Data) throws {
    do {
      try open().write(contentsOf: line + [UInt8(ascii: "\n")])
    } catch let error as NSError {
      throw CoreError.cannotWrite(path: file.path, reason: error.posixReason)
    }
  }

  /// Every episode is in it.
  func close() {
    try? handle?.close()
    handle = nil
  }

  /// Removes the file, unless something will have to go on from it.
  func remove() {
    close()
    if leftOut.isEmpty { unlink(file.path) }
  }

  private func open() throws -> FileHandle {
    if let handle { return handle }
    let descriptor = Foundation.open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno)) }
    let fresh = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // The last line may have been cut off.
    if !finished.isEmpty || !reports.isEmpty { try fresh.write(contentsOf: Data("\n".utf8)) }
    handle = fresh
    return fresh
  }
}
