import Core
import Foundation
import GRDB

/// The queue's rows. All programs that share the data folder share the queue; each call is one transaction.
extension Store {
  /// A job and the place of its last change among all changes.
  struct JobChange {
    let job: Job
    let revision: Int
    /// Why whoever works on it is to cancel it; nil when it may go on.
    let cancelReason: String?
  }

  /// Inserts jobs at the end of the queue.
  public func add(_ jobs: [Job]) throws {
    try write { db in
      for job in jobs {
        let request = try Self.insert(job.request, db), revision = try Self.nextRevision(db)
        try db.execute(
          sql: """
            INSERT INTO jobs (id, request, origin, state, reason, image, elapsed, priority, attempts, step, revision, created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            job.id.description, request, try job.origin.map(CanonicalJSON.text), job.state.word, job.state.reason, job.key, job.elapsed,
            job.priority, job.attempts, job.state.step, revision, Date().timeIntervalSince1970,
          ])
      }
    }
  }

  /// The jobs that names mean, each by its first letters. Throws `GenerationError.unknownJob` for the first name that means no job or several.
  public func ids(named names: [String]) throws -> [JobID] {
    let known = try jobs().map(\.id)
    return try names.map { name in
      let found = known.filter { $0.description.hasPrefix(name.lowercased()) }
      guard !name.isEmpty, let only = found.first, found.count == 1 else {
        throw GenerationError.unknownJob(name: name, matches: name.isEmpty ? 0 : found.count)
      }
      return only
    }
  }

  /// Notes how far a job is or how it ended. Does nothing to a job that is not there.
  public func update(_ job: Job) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE jobs SET state = ?, reason = ?, image = ?, elapsed = ?, step = ?, wish = NULL, revision = ? WHERE id = ?",
        arguments: [
          job.state.word, job.state.reason, job.key, job.elapsed, job.state.step, try Self.nextRevision(db), job.id.description,
        ])
    }
  }

  /// Notes the steps done of a running job, and leaves what it is asked to do.
  func note(step: Int, elapsed: Double, of id: JobID) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE jobs SET step = ?, elapsed = ?, revision = ? WHERE id = ? AND state = 'running'",
        arguments: [step, elapsed, try Self.nextRevision(db), id.description])
    }
  }

  /// Makes the next job a running one: interrupted ones first, then by priority, then in the order queued. Nil when none waits or the
  /// queue is paused, or when that job does not fit those under way. Only for the holder of the worker's lock.
  public func takeNext(if fits: (Job) -> Bool = { _ in true }) throws -> Job? {
    try write { db in
      guard try Self.value("paused", db) == 0,
        let id = try String.fetchOne(
          db,
          sql: """
            SELECT id FROM jobs WHERE state IN ('interrupted', 'queued')
            ORDER BY state = 'interrupted' DESC, priority DESC, rowid LIMIT 1
            """)
      else { return nil }
      guard let next = try Self.jobs("jobs.id = ?", [id], db).first?.job, fits(next) else { return nil }
      try db.execute(
        sql: "UPDATE jobs SET state = 'running', reason = NULL, wish = NULL, step = 0, attempts = attempts + 1, revision = ? WHERE id = ?",
        arguments: [try Self.nextRevision(db), id])
      return try Self.jobs("jobs.id = ?", [id], db).first?.job
    }
  }

  /// Jobs that a worker left running when it died are interrupted ones. Only for the holder of the worker's lock.
  public func adoptOrphans() throws {
    try write { db in
      for id in try String.fetchAll(db, sql: "SELECT id FROM jobs WHERE state = 'running' ORDER BY rowid") {
        try db.execute(
          sql: "UPDATE jobs SET state = 'interrupted', reason = 'the program died', wish = NULL, revision = ? WHERE id = ?",
          arguments: [try Self.nextRevision(db), id])
      }
    }
  }

  /// Cancels waiting jobs at once and asks the worker to cancel a running one; nil for every job. Returns how many were waiting or running.
  @discardableResult
  public func cancel(_ ids: [JobID]?, reason: String) throws -> Int {
    try change(ids, from: ["queued", "interrupted", "running"]) { db, id, state in
      if state == "running" {
        try db.execute(sql: "UPDATE jobs SET wish = ?, revision = ? WHERE id = ?", arguments: [reason, try Self.nextRevision(db), id])
      } else {
        try db.execute(
          sql: "UPDATE jobs SET state = 'cancelled', reason = ?, revision = ? WHERE id = ?",
          arguments: [reason, try Self.nextRevision(db), id])
      }
    }
  }

  /// Queues jobs again that failed or were cancelled; nil for every one that failed. Returns how many.
  @discardableResult
  public func retry(_ ids: [JobID]?) throws -> Int {
    try change(ids, from: ids == nil ? ["failed"] : ["failed", "cancelled"]) { db, id, _ in
      try db.execute(
        sql: "UPDATE jobs SET state = 'queued', reason = NULL, step = 0, elapsed = 0, revision = ? WHERE id = ?",
        arguments: [try Self.nextRevision(db), id])
    }
  }

  /// Sets the priority of jobs that wait. Returns how many.
  @discardableResult
  public func setPriority(_ priority: Int, _ ids: [JobID]) throws -> Int {
    try setPriorities(Dictionary(ids.map { ($0, priority) }) { first, _ in first })
  }

  /// Sets the priorities of jobs that wait, all at once. Returns how many.
  @discardableResult
  func setPriorities(_ priorities: [JobID: Int]) throws -> Int {
    try change(Array(priorities.keys), from: ["queued", "interrupted"]) { db, id, _ in
      guard let priority = JobID(id).flatMap({ priorities[$0] }) else { return }
      try db.execute(
        sql: "UPDATE jobs SET priority = ?, revision = ? WHERE id = ?", arguments: [priority, try Self.nextRevision(db), id])
    }
  }

  /// Whether workers wait after the job they are at.
  public var isPaused: Bool { get throws { try read { try Self.value("paused", $0) != 0 } } }

  /// Pauses the queue or lets it go on, whoever works on it.
  public func setPaused(_ isPaused: Bool) throws {
    try write { try $0.execute(sql: "UPDATE queue SET value = ? WHERE name = 'paused'", arguments: [isPaused ? 1 : 0]) }
  }

  /// Jobs that wait for a worker.
  func waitingCount() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM jobs WHERE state IN ('interrupted', 'queued')") ?? 0 }
  }

  /// Every recorded job, in the order queued. What is running while nobody holds the worker's lock is interrupted.
  public func jobs() throws -> [Job] {
    let isWorking = WorkerLock.isHeld(in: folder)
    return try read { try Self.jobs("1", [], $0) }.map { $0.job.seen(isWorking: isWorking) }
  }

  /// Jobs changed after a revision, in the order queued; of those that have ended by revision 0 the last `ended` ones only.
  func changes(after revision: Int, ended: Int) throws -> [JobChange] {
    try read { db in
      guard revision == 0 else { return try Self.jobs("jobs.revision > ?", [revision], db) }
      return try Self.jobs(
        """
        jobs.state IN ('queued', 'running', 'interrupted') OR jobs.id IN
          (SELECT id FROM jobs WHERE state IN ('finished', 'failed', 'cancelled') ORDER BY revision DESC LIMIT ?)
        """, [ended], db)
    }
  }

  // MARK: Rows

  private func change(_ ids: [JobID]?, from states: [String], _ body: (Database, String, String) throws -> Void) throws -> Int {
    try write { db in
      let list = states.map { "'\($0)'" }.joined(separator: ", ")
      let rows = try Row.fetchAll(db, sql: "SELECT id, state FROM jobs WHERE state IN (\(list)) ORDER BY rowid")
      let wanted = ids.map { Set($0.map(\.description)) }
      let chosen = try rows.filter { row in try wanted?.contains(row.value("id")) ?? true }
      for row in chosen { try body(db, row.value("id"), row.value("state")) }
      return chosen.count
    }
  }

  private static func value(_ name: String, _ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT value FROM queue WHERE name = ?", arguments: [name]) ?? 0
  }

  private static func nextRevision(_ db: Database) throws -> Int {
    try db.execute(sql: "UPDATE queue SET value = value + 1 WHERE name = 'revision'")
    return try value("revision", db)
  }

  private static func jobs(_ condition: String, _ arguments: StatementArguments, _ db: Database) throws -> [JobChange] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT jobs.*, requests.json FROM jobs JOIN requests ON requests.hash = jobs.request WHERE \(condition) ORDER BY jobs.rowid",
      arguments: arguments)
    return try rows.map { row in
      let request = try JSONDecoder().decode(GenerationRequest.self, from: Data((row.value("json") as String).utf8))
      guard let id = JobID(try row.value("id") as String) else { throw DatabaseError(message: "job without a proper id") }
      let origin = try (row.optional("origin") as String?).map { try JSONDecoder().decode(JobOrigin.self, from: Data($0.utf8)) }
      let state = try JobState(word: row.value("state"), reason: row.optional("reason"), step: row.value("step"), steps: request.steps)
      return try JobChange(
        job: Job(
          id: id, request: request, origin: origin, state: state, priority: row.value("priority"), attempts: row.value("attempts"),
          elapsed: row.value("elapsed"), key: row.optional("image")),
        revision: row.value("revision"), cancelReason: row.optional("wish"))
    }
  }
}

extension Job {
  /// The job as lists show it while somebody works on the queue, or nobody.
  func seen(isWorking: Bool) -> Job {
    guard case .running = state, !isWorking else { return self }
    var job = self
    job.state = .interrupted(reason: "the program died")
    return job
  }
}

extension JobState {
  /// The state's column.
  fileprivate var word: String {
    switch self {
    case .queued: "queued"
    case .running: "running"
    case .interrupted: "interrupted"
    case .finished: "finished"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }

  fileprivate var step: Int { if case .running(let step, _) = self { step } else { 0 } }

  fileprivate init(word: String, reason: String?, step: Int, steps: Int) {
    let reason = PlainText.clean(reason ?? "unknown")
    switch word {
    case "queued": self = .queued
    case "running": self = .running(step: min(max(step, 0), steps), of: steps)
    case "interrupted": self = .interrupted(reason: reason)
    case "finished": self = .finished
    case "cancelled": self = .cancelled(reason: reason)
    case "failed": self = .failed(reason: reason)
    default: self = .failed(reason: "in a state \"\(PlainText.clean(word))\" that this version does not know")
    }
  }
}
