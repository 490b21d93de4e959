extension ImportedDataset {
  /// Two episodes for each imported image of a fold's classes: as the support of the class's first episode among `drawn`, and as its query.
  public func episodes(beside drawn: [Episode], fold: Int) -> [Episode] {
    var episodes: [Episode] = []
    for image in imports.images {
      guard let first = drawn.first(where: { $0.classIndex == image.classIndex }) else { continue }
      let index = (drawn.last?.index ?? -1) + 1 + episodes.count
      episodes.append(
        Episode(
          index: index, fold: fold, classIndex: image.classIndex, query: first.query, supports: [image.item] + first.supports.dropFirst()))
      episodes.append(Episode(index: index + 1, fold: fold, classIndex: image.classIndex, query: image.item, supports: first.supports))
    }
    return episodes
  }
}
