import Core
import Foundation
import GRDB
import Generation
import Models

/// Evaluations, each with the list of its episodes.
extension Store {
  /// Keeps a report; one that repeats another (`EvaluationReport.isRepeat`) takes its place, with the time of now. Throws `GenerationError.storeUnusable` or `.storeDamaged`.
  public func save(_ report: EvaluationReport) throws {
    let json = try CanonicalJSON.text(report), episodes = try CanonicalJSON.data(report.episodes.map(\.episode)),
      hash = Digest.hex(episodes)
    try write { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO episode_lists (hash, json) VALUES (?, ?)", arguments: [hash, String(decoding: episodes, as: UTF8.self)])
      let facts: [(any DatabaseValueConvertible)?] = [json, Date().timeIntervalSince1970, ProgramVersion.current, Compute.threads]
      let sameEpisodes = try Row.fetchAll(
        db, sql: "SELECT id, report FROM evaluations WHERE dataset = ? AND episodes = ? ORDER BY id", arguments: [report.dataset, hash])
      let repeated = sameEpisodes.first { row in
        let text: String = row["report"]
        return (try? JSONDecoder().decode(EvaluationReport.self, from: Data(text.utf8))).map(report.isRepeat) ?? false
      }
      if let id: Int64 = repeated?["id"] {
        try db.execute(
          sql: "UPDATE evaluations SET report = ?, created = ?, version = ?, threads = ? WHERE id = ?",
          arguments: StatementArguments(facts + [id]))
      } else {
        try db.execute(
          sql: "INSERT INTO evaluations (report, created, version, threads, dataset, episodes) VALUES (?, ?, ?, ?, ?, ?)",
          arguments: StatementArguments(facts + [report.dataset, hash]))
      }
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
