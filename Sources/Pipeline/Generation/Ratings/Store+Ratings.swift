import Data
import Foundation
import GRDB

/// What users think of images, and what lists ask of them.
extension Store {
  /// Notes a verdict on an image; nil takes it back.
  public func set(_ rating: Rating?, of key: String) throws {
    try write { db in
      if let rating {
        try db.execute(sql: "INSERT OR REPLACE INTO verdicts (key, verdict) VALUES (?, ?)", arguments: [key, rating.rawValue])
      } else {
        try db.execute(sql: "DELETE FROM verdicts WHERE key = ?", arguments: [key])
      }
    }
  }

  /// The verdict on an image; nil where there is none, or one that this version does not know.
  public func rating(of key: String) throws -> Rating? {
    try read { try String.fetchOne($0, sql: "SELECT verdict FROM verdicts WHERE key = ?", arguments: [key]) }.flatMap(Rating.init)
  }

  /// The requests, those that cannot be read without their text: one damaged row leaves the others in their lists.
  private static let readable = "(SELECT hash, CASE WHEN json_valid(json) THEN json END AS json FROM requests) AS requests"

  /// Keys of a data set's images that were kept or starred, oldest first.
  public func keptKeys(dataset: String) throws -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT images.key FROM images JOIN verdicts ON verdicts.key = images.key JOIN \(Self.readable) ON requests.hash = images.request
          WHERE verdict != 'rejected' AND json_extract(json, '$.source.dataset') = ? ORDER BY images.rowid
          """, arguments: [dataset])
    }
  }

  /// Every generated support of a data set.
  public func supports(dataset: String) throws -> [StoredSupport] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT images.key AS key, json_extract(json, '$.source.item') AS item, json_extract(json, '$.source.classIndex') AS class,
            json_extract(json, '$.condition') AS condition, verdict
          FROM images JOIN \(Self.readable) ON requests.hash = images.request LEFT JOIN verdicts ON verdicts.key = images.key
          WHERE json_extract(json, '$.source.dataset') = ?
          """, arguments: [dataset])
      return try rows.compactMap { row in
        guard let key: String = try row.optional("key"), let item: String = try row.optional("item"), let index: Int = try row.optional("class"), let condition: String = try row.optional("condition"),
          let type = ConditionType(rawValue: condition)
        else { return nil }
        let rating: String? = try row.optional("verdict")
        return StoredSupport(
          key: key, of: Support.Name(item: item, classIndex: index), condition: type, rating: rating.flatMap(Rating.init))
      }
    }
  }
}
