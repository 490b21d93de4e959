import Foundation
import GRDB

extension Store {
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
