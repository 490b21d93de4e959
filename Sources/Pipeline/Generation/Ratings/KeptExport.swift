import Core
import Foundation

/// The kept images in the layout that the published loaders read (`SupportFolder`).
public enum KeptExport {
  /// What came of it.
  public struct Outcome: Sendable {
    public fileprivate(set) var written = 0
    /// Why images were left out: broken or gone from the store, or something else is in their place.
    public fileprivate(set) var problems: [any Explained] = []
  }

  /// Writes those of one data set as `<item>_<class>_<k>.png`, k counting the images of a support from 0. Files keep every byte, so
  /// they still say how they were made. An image that cannot be written stops no other.
  ///
  /// Throws `CoreError.cannotWrite`, and `GenerationError.storeUnusable`.
  public static func write(_ store: Store, dataset: String, to url: URL) throws -> Outcome {
    let folder = try SupportFolder(creating: url)
    var counts: [String: Int] = [:], outcome = Outcome()
    for key in try store.keptKeys(dataset: dataset) {
      do {
        let image = try StoredImage(store.file(key)), source = try image.support().request.source
        let stem = try folder.stem(item: source.item, classIndex: source.classIndex), number = counts[stem, default: 0]
        counts[stem] = number + 1
        let name = "\(stem)_\(number)"
        if try folder.place(name, .png, key: key) != .finished { try folder.add(image.bytes, name: ImageFormat.png.file(name)) }
        outcome.written += 1
      } catch let error as any Explained {
        if case CoreError.cannotWrite = error { throw error }
        outcome.problems.append(error)
      }
    }
    return outcome
  }
}
