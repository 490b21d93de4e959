import Foundation
import GRDB

extension Store {
  /// What is recorded of every picture of a data set, in no particular order. Reads no file.
  public func pictures(dataset: String) throws -> [PictureMetadata] {
    try read { db in
      let decoder = JSONDecoder()
      let rows = try Row.fetchCursor(
        db, sql: "SELECT images.key, images.weights, requests.json FROM images JOIN requests ON images.request = requests.hash")
      var pictures: [PictureMetadata] = []
      while let row = try rows.next() {
        let request = try decoder.decode(GenerationRequest.self, from: Data((row.value("json") as String).utf8))
        guard request.source.dataset == dataset else { continue }
        let weights = try decoder.decode([String: String].self, from: Data((row.value("weights") as String).utf8))
        pictures.append(PictureMetadata(key: try row.value("key"), request: request, weights: weights))
      }
      return pictures
    }
  }
}
