extension ImportedDataset {
  /// The episodes that imported images add to those drawn for a fold, numbered behind them in the order of the imports: what a later import
  /// adds comes last, and no episode changes but that of a class's only image.
  ///
  /// Of a class of the fold two for each image: it as the support of the class's first episode among `drawn`, and as its query. Of a class of
  /// the user's own, in every fold, two for each image but the first: it as the query of the images imported before it, the newest first, and
  /// as the support of the one before it. The first image is its own query until the second one comes, whose support it then is. Where a
  /// class has too few images for as many supports, they are repeated; a query is none of them.
  public func episodes(beside drawn: [Episode], fold: Int) -> [Episode] {
    var episodes: [Episode] = []
    let shots = max(1, drawn.first?.supports.count ?? 1), firstIndex = (drawn.last?.index ?? -1) + 1
    func add(_ query: DatasetItem, _ supports: [DatasetItem], _ classIndex: Int) {
      episodes.append(Episode(index: firstIndex + episodes.count, fold: fold, classIndex: classIndex, query: query, supports: supports))
    }
    func repeated(_ items: [DatasetItem]) -> [DatasetItem] { (0..<shots).map { items[$0 % items.count] } }
    // Of each class of the user's own the images so far, the newest first, and where its only one is its own query.
    var earlier: [Int: [DatasetItem]] = [:], alone: [Int: Int] = [:]
    for image in imports.images {
      let item = image.item, classIndex = image.classIndex
      if image.ownClass != nil {
        let others = earlier[classIndex] ?? []
        if let newest = others.first {
          if let place = alone.removeValue(forKey: classIndex) {
            episodes[place] = Episode(
              index: firstIndex + place, fold: fold, classIndex: classIndex, query: item, supports: repeated(others))
          } else {
            add(item, repeated(others), classIndex)
          }
          add(newest, repeated([item] + others.dropFirst()), classIndex)
        } else {
          alone[classIndex] = episodes.count
          add(item, repeated([item]), classIndex)
        }
        earlier[classIndex] = [item] + others
      } else if let first = drawn.first(where: { $0.classIndex == classIndex }) {
        add(first.query, [item] + first.supports.dropFirst(), classIndex)
        add(item, first.supports, classIndex)
      }
    }
    return episodes
  }
}
