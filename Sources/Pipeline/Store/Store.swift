import Foundation
import GRDB

/// Requests, jobs, generated pictures and evaluations on disk: an SQLite file and a folder of PNGs.
///
/// Safe from any thread. Every throwing method throws `PipelineError.storeUnusable` or `.cannotWrite`, and leaves
/// nothing half-written when it does.
public final class Store: Sendable {
  /// The data folder.
  public let folder: URL
  private let database: DatabasePool

  /// Opens or creates the store in a folder.
  public init(folder: URL = DataFolder.standard()) throws {
    self.folder = folder
    try AtomicFile.createFolder(folder)
    let file = folder.appendingPathComponent("store.sqlite")
    database = try Self.translating(file) {
      var configuration = Configuration()
      // Another explorer may hold the lock for the length of one small write.
      configuration.busyMode = .timeout(5)
      let database = try DatabasePool(path: file.path, configuration: configuration)
      try StoreSchema.migrator.migrate(database)
      return database
    }
  }

  // MARK: Pictures

  /// Where the picture of a key is or will be.
  public func file(_ key: String) -> URL { folder.appendingPathComponent("images/\(key).png") }

  /// Writes a picture under its key, then its row.
  package func save(png: [UInt8], key: String, request: GenerationRequest, weights: [String: String], seconds: Double) throws {
    try AtomicFile.write(png, to: file(key))
    let weights = try CanonicalJSON.text(weights)
    try write { db in
      let hash = try Self.insert(request, db)
      try db.execute(
        sql: "INSERT OR REPLACE INTO images (key, request, weights, seconds, created) VALUES (?, ?, ?, ?, ?)",
        arguments: [key, hash, weights, seconds, Date().timeIntervalSince1970])
    }
  }

  /// Keys of every recorded picture, newest first.
  public func imageKeys() throws -> [String] {
    try read { try String.fetchAll($0, sql: "SELECT key FROM images ORDER BY created DESC, key") }
  }

  // MARK: Jobs

  /// Inserts or updates jobs, which `process` works on.
  package func record(_ jobs: [Job], process: Int32 = getpid()) throws {
    try write { db in
      for job in jobs {
        let hash = try Self.insert(job.request, db)
        try db.execute(
          sql: """
            INSERT INTO jobs (id, request, state, reason, image, elapsed, process, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, image = excluded.image,
              elapsed = excluded.elapsed
            """,
          arguments: [
            job.id.description, hash, job.state.word, job.state.reason, job.key, job.elapsed, process, Date().timeIntervalSince1970,
          ])
      }
    }
  }

  /// Every recorded job, oldest first. One whose program died before it ended is failed.
  public func jobs() throws -> [Job] {
    try read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT jobs.*, requests.json FROM jobs JOIN requests ON requests.hash = jobs.request ORDER BY jobs.created, jobs.rowid")
      return try rows.map { row in
        let request = try JSONDecoder().decode(GenerationRequest.self, from: Data((row["json"] as String).utf8))
        guard let uuid = UUID(uuidString: row["id"]) else { throw DatabaseError(message: "job without a proper id") }
        return Job(
          id: JobID(uuid), request: request,
          state: JobState(word: row["state"], reason: row["reason"], process: row["process"], steps: request.steps),
          elapsed: row["elapsed"], key: row["image"])
      }
    }
  }

  // MARK: Evaluations

  package func save(_ report: EvaluationReport) throws {
    let json = try CanonicalJSON.text(report)
    try write { db in
      try db.execute(
        sql: "INSERT INTO evaluations (dataset, report, created) VALUES (?, ?, ?)",
        arguments: [report.dataset, json, Date().timeIntervalSince1970])
    }
  }

  /// Earlier evaluations of a data set, newest first.
  public func evaluations(dataset: String) throws -> [EvaluationReport] {
    try read { db in
      try String.fetchAll(db, sql: "SELECT report FROM evaluations WHERE dataset = ? ORDER BY id DESC", arguments: [dataset])
        .map { try JSONDecoder().decode(EvaluationReport.self, from: Data($0.utf8)) }
    }
  }

  // MARK: SQLite

  private static func insert(_ request: GenerationRequest, _ db: Database) throws -> String {
    let json = try CanonicalJSON.data(request), hash = Digest.hex(json)
    try db.execute(
      sql: "INSERT OR IGNORE INTO requests (hash, json) VALUES (?, ?)", arguments: [hash, String(decoding: json, as: UTF8.self)])
    return hash
  }

  private func write<T>(_ body: (Database) throws -> T) throws -> T {
    try Self.translating(folder.appendingPathComponent("store.sqlite")) { try database.write(body) }
  }

  private func read<T>(_ body: (Database) throws -> T) throws -> T {
    try Self.translating(folder.appendingPathComponent("store.sqlite")) { try database.read(body) }
  }

  private static func translating<T>(_ file: URL, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw PipelineError.storeUnusable(path: file.path, reason: error.message ?? "\(error.resultCode)")
    } catch let error as DecodingError {
      throw PipelineError.storeUnusable(path: file.path, reason: "a row does not decode: \(error)")
    }
  }
}

extension JobState {
  /// The state's column.
  fileprivate var word: String {
    switch self {
    case .queued: "queued"
    case .running: "running"
    case .finished: "finished"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }

  fileprivate var reason: String? {
    if case .failed(let reason) = self { reason } else { nil }
  }

  /// From the columns; `process` queued the job.
  fileprivate init(word: String, reason: String?, process: Int32, steps: Int) {
    // Signal 0 only asks whether the process is there (EPERM: there, but another user's).
    let isAlive = process > 0 && (kill(process, 0) == 0 || errno == EPERM)
    switch word {
    case "finished": self = .finished
    case "cancelled": self = .cancelled
    case "failed": self = .failed(reason: reason ?? "unknown")
    case "running" where isAlive: self = .running(step: 0, of: steps)
    case "queued" where isAlive: self = .queued
    default: self = .failed(reason: "the program ended before the job did")
    }
  }
}
