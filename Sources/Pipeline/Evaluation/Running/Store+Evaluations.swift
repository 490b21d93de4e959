import Core
import Foundation
import GRDB
import Generation
import Models

/// Evaluations, each with the list of its episodes.
extension Store {
  /// Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func save(_ report: EvaluationReport) throws {
    let json = try CanonicalJSON.text(report), episodes = try CanonicalJSON.data(report.episodes.map(\.episode)),
      hash = Digest.hex(episodes)
    try write { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO episode_lists (hash, json) VALUES (?, ?)", arguments: [hash, String(decoding: episodes, as: UTF8.self)])
      try db.execute(
        sql: "INSERT INTO evaluations (dataset, report, created, version, threads, episodes) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [report.dataset, json, Date().timeIntervalSince1970, ProgramVersion.current, Compute.threads, hash])
    }
  }

  /// Earlier evaluations of a data set, newest first. Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func evaluations(dataset: String) throws -> [EvaluationReport] { try datedEvaluations(dataset: dataset).map(\.report) }

  /// The same with the time at which each was saved.
  public func datedEvaluations(dataset: String) throws -> [(report: EvaluationReport, date: Date)] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT report, created FROM evaluations WHERE dataset = ? ORDER BY id DESC", arguments: [dataset])
        .map { row in
          let text: String = row["report"], created: Double = row["created"]
          return (try JSONDecoder().decode(EvaluationReport.self, from: Data(text.utf8)), Date(timeIntervalSince1970: created))
        }
    }
  }
}
