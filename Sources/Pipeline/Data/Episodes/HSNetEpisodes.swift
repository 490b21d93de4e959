import Models

/// Draws episodes as HSNet's loaders do after `np.random.seed(seed)` (goldens: `episodes/hsnet_*`).
///
/// A support may repeat within an episode: only equality with the query is rejected.
struct HSNetEpisodes: Sendable {
  /// A list in which nearly every line is the query would keep the published loop busy for ever: what is drawn after so many tries is
  /// kept, and the episode cannot be measured.
  private static let tries = 1000

  private let lists: EpisodeLists.HSNet
  private let images: [Int: [DatasetItem]]
  private let classes: [Int]
  private let fold: Int
  private let shots: Int
  private var random: NumpyRandomState
  private var index = 0

  /// Classes with a single image are left out: the published loop would never end on them.
  init(_ lists: EpisodeLists.HSNet, fold: Int, shots: Int, seed: UInt64) {
    let lists = lists.withoutSingles
    self.lists = lists
    self.fold = fold
    self.shots = shots
    random = NumpyRandomState(seed: UInt32(truncatingIfNeeded: seed))
    switch lists {
    case .listed(let lines):
      images = Dictionary(grouping: lines, by: \.classIndex).mapValues { $0.map(\.item) }
      classes = []
    case .drawn(let own), .numbered(_, let own):
      images = Dictionary(own.map { ($0.classIndex, $0.items) }, uniquingKeysWith: { first, _ in first })
      classes = own.map(\.classIndex)
    }
  }

  /// Nil when no class has two images.
  mutating func next() -> Episode? {
    guard !lists.isEmpty else { return nil }
    defer { index += 1 }
    let classIndex: Int, query: DatasetItem
    switch lists {
    case .listed(let lines), .numbered(let lines, _):
      (query, classIndex) = (lines[index % lines.count].item, lines[index % lines.count].classIndex)
    case .drawn:
      classIndex = draw(classes)
      query = draw(images[classIndex] ?? [])
    }
    let candidates = images[classIndex] ?? []
    var supports: [DatasetItem] = []
    while supports.count < shots {
      var support = draw(candidates), drawn = 1
      while support.id == query.id, drawn < Self.tries {
        support = draw(candidates)
        drawn += 1
      }
      supports.append(support)
    }
    return Episode(index: index, fold: fold, classIndex: classIndex, query: query, supports: supports)
  }

  /// `np.random.choice(values, 1, replace=False)[0]`, which shuffles all of them. `values` has two or more.
  private mutating func draw<T>(_ values: [T]) -> T { values[random.choice(values.count, count: 1)[0]] }
}

extension EpisodeLists.HSNet {
  /// Without the classes that have fewer than two images; one that is listed twice is one.
  var withoutSingles: Self {
    switch self {
    case .listed(let lines):
      let usable = Self.usable(lines.map { ($0.classIndex, $0.item.id) })
      return .listed(lines.filter { usable.contains($0.classIndex) })
    case .drawn(let classes): return .drawn(Self.usable(classes))
    case .numbered(let queries, let classes):
      let usable = Self.usable(classes), indices = Set(usable.map(\.classIndex))
      return .numbered(queries: queries.filter { indices.contains($0.classIndex) }, classes: usable)
    }
  }

  /// Whether nothing can be drawn from it.
  var isEmpty: Bool {
    switch self {
    case .listed(let lines), .numbered(let lines, _): lines.isEmpty
    case .drawn(let classes): classes.isEmpty
    }
  }

  /// How many classes it has.
  var classCount: Int {
    switch self {
    case .listed(let lines): Set(lines.map(\.classIndex)).count
    case .drawn(let classes), .numbered(_, let classes): classes.count { !$0.items.isEmpty }
    }
  }

  private static func usable(_ classes: [EpisodeLists.ClassImages]) -> [EpisodeLists.ClassImages] {
    let indices = usable(classes.flatMap { own in own.items.map { (own.classIndex, $0.id) } })
    return classes.filter { indices.contains($0.classIndex) }
  }

  /// Classes with two images or more.
  private static func usable(_ pairs: [(classIndex: Int, id: String)]) -> Set<Int> {
    var first: [Int: String] = [:], usable: Set<Int> = []
    for (classIndex, id) in pairs {
      if let known = first[classIndex] {
        if known != id { usable.insert(classIndex) }
      } else {
        first[classIndex] = id
      }
    }
    return usable
  }
}
