import Foundation

/// The kept pictures in the layout that the published loaders read (`SupportFolder`).
public enum KeptExport {
  /// Writes those of one data set as `<item>_<class>_<k>.png`, k counting the pictures of a support from 0. Files keep every byte, so
  /// they still say how they were made. Returns how many were written.
  ///
  /// Throws `PipelineError.cannotWrite`, `.foreignFile` where something else stands in a picture's place, and what reading throws.
  public static func write(_ store: Store, dataset: String, to url: URL) throws -> Int {
    let folder = try SupportFolder(creating: url)
    var counts: [String: Int] = [:], written = 0
    for key in try store.keptKeys() {
      let picture = try StoredPicture(store.file(key)), source = picture.metadata.request.source
      guard source.dataset == dataset else { continue }
      let stem = try folder.stem(item: source.item, classIndex: source.classIndex), number = counts[stem, default: 0]
      counts[stem] = number + 1
      let name = "\(stem)_\(number)"
      if try folder.place(name, .png, key: key) != .finished { try folder.add(png: picture.bytes, name: "\(name).png") }
      written += 1
    }
    return written
  }
}
