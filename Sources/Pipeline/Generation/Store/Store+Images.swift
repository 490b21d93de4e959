import Foundation
import GRDB

extension Store {
  /// The images generated last, newest first, with the seconds that each took: those of the engines, or of this program where none is named.
  /// Rows that cannot be read are left out.
  public func imageTimes(limit: Int = 40, engines: [String] = []) throws -> [(request: GenerationRequest, seconds: Double)] {
    try read { db in
      let decoder = JSONDecoder()
      let maker = engines.isEmpty ? "images.engine IS NULL" : "images.engine IN (\(engines.map { _ in "?" }.joined(separator: ", ")))"
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT images.seconds, requests.json FROM images JOIN requests ON images.request = requests.hash
          WHERE images.seconds > 0 AND \(maker) ORDER BY images.rowid DESC LIMIT ?
          """, arguments: StatementArguments(engines) + [limit])
      return try rows.compactMap { row in
        guard let json: String = try row.optional("json"), let seconds: Double = try row.optional("seconds"),
          let request = try? decoder.decode(GenerationRequest.self, from: Data(json.utf8))
        else { return nil }
        return (request, seconds)
      }
    }
  }

  /// What is recorded of every image of a data set, in no particular order. Reads no file.
  public func images(dataset: String) throws -> [ImageMetadata] {
    try read { db in
      let decoder = JSONDecoder()
      let rows = try Row.fetchCursor(
        db, sql: "SELECT images.key, images.weights, requests.json FROM images JOIN requests ON images.request = requests.hash")
      var images: [ImageMetadata] = []
      while let row = try rows.next() {
        let request = try decoder.decode(GenerationRequest.self, from: Data((row.value("json") as String).utf8))
        guard request.source.dataset == dataset else { continue }
        let weights = try decoder.decode([String: String].self, from: Data((row.value("weights") as String).utf8))
        images.append(ImageMetadata(key: try row.value("key"), request: request, weights: weights, kernels: nil))
      }
      return images
    }
  }
}
