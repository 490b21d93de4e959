extension ImportedDataset {
  /// Two episodes for each imported image of a fold's classes: as the support of the class's first episode among `drawn`, and as its query.
  /// Images of a class of the user's own are episodes with one another, in every fold.
  public func episodes(beside drawn: [Episode], fold: Int) -> [Episode] {
    var episodes: [Episode] = []
    let images = imports.images
    for image in images {
      guard let first = drawn.first(where: { $0.classIndex == image.classIndex }) else { continue }
      let index = (drawn.last?.index ?? -1) + 1 + episodes.count
      episodes.append(
        Episode(
          index: index, fold: fold, classIndex: image.classIndex, query: first.query, supports: [image.item] + first.supports.dropFirst()))
      episodes.append(Episode(index: index + 1, fold: fold, classIndex: image.classIndex, query: image.item, supports: first.supports))
    }
    // Classes of the user's own have no others: each image is the support of the next one, a single one of itself.
    for (_, own) in Dictionary(grouping: images.filter { $0.ownClass != nil }, by: \.classIndex).sorted(by: { $0.key < $1.key }) {
      for (place, image) in own.enumerated() {
        let index = (drawn.last?.index ?? -1) + 1 + episodes.count, shots = max(1, drawn.first?.supports.count ?? 1)
        let supports = (0..<shots).map { own[(place + $0) % own.count].item }, query = own[(place + shots) % own.count].item
        episodes.append(Episode(index: index, fold: fold, classIndex: image.classIndex, query: query, supports: supports))
      }
    }
    return episodes
  }
}
