import Core
import Foundation
import Generation

/// An evaluation that was begun and has no report: stopped, failed, or cut off with its process.
public struct UnfinishedEvaluation: Hashable, Sendable {
  public let plan: EvaluationPlan
  /// Episodes whose figures are kept, of how many.
  public let done: Int
  public let of: Int
  /// Whether nobody ended it: its process was killed, or the machine went down.
  public let wasCutOff: Bool
  /// When it was begun.
  public let date: Date
  /// The name of its note.
  let id: String

  public init(plan: EvaluationPlan, done: Int, of: Int, wasCutOff: Bool, date: Date, id: String) {
    (self.plan, self.done, self.of, self.wasCutOff, self.date, self.id) = (plan, done, of, wasCutOff, date, id)
  }
}

/// The note of an evaluation under way: a file of JSON beside its finished episodes, locked while the evaluation's process lives and removed
/// with its report. What is there without a lock was not finished.
final class EvaluationNote {
  /// What the file says.
  private struct Content: Codable {
    let dataset: String
    let plan: EvaluationPlan
    let episodes: Int
    /// Seconds since 1970.
    let begun: Double
    /// The file of the finished episodes, once there is one.
    var journal: String?
    /// Whether its process ended it in order.
    var isEnded = false
  }

  private static let suffix = ".begun.json"
  private static let mostBytes = 1 << 20

  private let file: URL
  private let descriptor: Int32
  private var content: Content

  private init(_ content: Content, _ file: URL, _ descriptor: Int32) {
    (self.content, self.file, self.descriptor) = (content, file, descriptor)
  }

  deinit { close(descriptor) }

  /// Notes that an evaluation begins; nil where another process has begun the same one, and where nothing can be written: the evaluation itself
  /// says that. `store` is a store's folder.
  static func begin(_ plan: EvaluationPlan, dataset: String, episodes: Int, in store: URL) -> EvaluationNote? {
    let folder = folder(store)
    guard let words = try? CanonicalJSON.data(plan), (try? AtomicFile.createFolder(folder)) != nil else { return nil }
    let file = folder.appendingPathComponent(Digest.hex(Data(dataset.utf8) + [0] + words) + suffix)
    let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    let content = Content(dataset: dataset, plan: plan, episodes: episodes, begun: Date().timeIntervalSince1970)
    let note = EvaluationNote(content, file, descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    note.write()
    return note
  }

  /// The finished episodes are in this file from now on.
  func follow(_ journal: FinishedEpisodes) {
    content.journal = journal.name
    write()
  }

  /// The report is made.
  func finish() { unlink(file.path) }

  /// The evaluation ends without a report; one of which no episode is finished has nothing to go on from, and is forgotten.
  func end() {
    guard Self.finished(content, in: file.deletingLastPathComponent()) > 0 else { return finish() }
    content.isEnded = true
    write()
  }

  /// In place, as the lock is the file's. One that is cut off while it is written cannot be read, and counts as none.
  private func write() {
    guard let data = try? CanonicalJSON.data(content) else { return }
    _ = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    ftruncate(descriptor, off_t(data.count))
  }

  // MARK: Those that are left

  private static func folder(_ store: URL) -> URL { store.appendingPathComponent("evaluations") }

  /// Of a data set, in a store's folder, the newest first.
  static func all(dataset: String, in store: URL) -> [UnfinishedEvaluation] {
    let folder = folder(store), names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let found = names.filter { $0.hasSuffix(suffix) }.compactMap { name -> UnfinishedEvaluation? in
      guard let content = unlocked(folder.appendingPathComponent(name)), content.dataset == dataset else { return nil }
      return UnfinishedEvaluation(
        plan: content.plan, done: min(finished(content, in: folder), content.episodes), of: content.episodes, wasCutOff: !content.isEnded,
        date: Date(timeIntervalSince1970: content.begun), id: name)
    }
    return found.sorted { ($1.date, $0.id) < ($0.date, $1.id) }
  }

  /// Forgets one with its finished episodes.
  static func remove(_ evaluation: UnfinishedEvaluation, in store: URL) {
    let file = folder(store).appendingPathComponent(evaluation.id)
    guard let content = unlocked(file) else { return }
    if let journal = journal(content, in: folder(store)) { unlink(journal.path) }
    unlink(file.path)
  }

  /// What a file says that no process holds.
  private static func unlocked(_ file: URL) -> Content? {
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0, let data = (try? handle.read(upToCount: mostBytes)) ?? nil else { return nil }
    return try? JSONDecoder().decode(Content.self, from: data)
  }

  /// A name that leads elsewhere is none.
  private static func journal(_ content: Content, in folder: URL) -> URL? {
    content.journal.flatMap { $0.contains("/") ? nil : folder.appendingPathComponent($0) }
  }

  private static func finished(_ content: Content, in folder: URL) -> Int { journal(content, in: folder).map(FinishedEpisodes.count) ?? 0 }
}

/// Evaluations of which there is no report yet.
extension Store {
  /// Those of a data set that no process works on, the newest first.
  public func unfinishedEvaluations(dataset: String) -> [UnfinishedEvaluation] { EvaluationNote.all(dataset: dataset, in: folder) }

  /// Forgets one with its finished episodes; generated images stay.
  public func forget(_ evaluation: UnfinishedEvaluation) { EvaluationNote.remove(evaluation, in: folder) }
}
