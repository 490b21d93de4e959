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
  public func evaluations(dataset: String) throws -> [EvaluationReport] {
    try read { db in
      try String.fetchAll(db, sql: "SELECT report FROM evaluations WHERE dataset = ? ORDER BY id DESC", arguments: [dataset])
        .map { try JSONDecoder().decode(EvaluationReport.self, from: Data($0.utf8)) }
    }
  }
}
