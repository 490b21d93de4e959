import Models

/// Draws episodes as HSNet's loaders do after `np.random.seed(seed)` (goldens: `episodes/hsnet_*`).
///
/// A support may repeat within an episode: only equality with the query is rejected.
struct HSNetEpisodes: Sendable {
  private let lists: EpisodeLists.HSNet
  private let pictures: [Int: [DatasetItem]]
  private let classes: [Int]
  private let fold: Int
  private let shots: Int
  private var random: NumpyRandomState
  private var index = 0

  /// Every class in the lists must have two pictures or more.
  init(_ lists: EpisodeLists.HSNet, fold: Int, shots: Int, seed: UInt64) {
    self.lists = lists
    self.fold = fold
    self.shots = shots
    random = NumpyRandomState(seed: UInt32(truncatingIfNeeded: seed))
    switch lists {
    case .listed(let lines):
      pictures = Dictionary(grouping: lines, by: \.classIndex).mapValues { $0.map(\.item) }
      classes = []
    case .drawn(let own), .numbered(_, let own):
      pictures = Dictionary(own.map { ($0.classIndex, $0.items) }, uniquingKeysWith: { first, _ in first })
      classes = own.map(\.classIndex)
    }
  }

  mutating func next() -> Episode {
    defer { index += 1 }
    let classIndex: Int, query: DatasetItem
    switch lists {
    case .listed(let lines), .numbered(let lines, _):
      (query, classIndex) = (lines[index % lines.count].item, lines[index % lines.count].classIndex)
    case .drawn:
      classIndex = draw(classes)
      query = draw(pictures[classIndex] ?? [])
    }
    let candidates = pictures[classIndex] ?? []
    var supports: [DatasetItem] = []
    while supports.count < shots {
      let support = draw(candidates)
      if support.id != query.id { supports.append(support) }
    }
    return Episode(index: index, fold: fold, classIndex: classIndex, query: query, supports: supports)
  }

  /// `np.random.choice(values, 1, replace=False)[0]`, which shuffles all of them.
  private mutating func draw<T>(_ values: [T]) -> T { values[random.choice(values.count, count: 1)[0]] }
}
