import Data
import Generation

/// The episodes of a fold: which are listed, in what order, and which are chosen.
public struct BrowseState: Sendable {
  /// What the open data set offers; nil until it is open.
  public private(set) var catalog: Catalog?
  public private(set) var fold: Int
  public private(set) var episodes: [Episode] = []
  /// Of every support the first of the episodes that have it.
  private var firstEpisodes: [Support.Name: Int] = [:]
  /// Only episodes of this class are listed; nil for all.
  public private(set) var classFilter: Int?
  public private(set) var filter = EpisodeFilter()
  public private(set) var order = EpisodeOrder.drawn
  /// Positions in `episodes` that are listed.
  public private(set) var listed: [Int] = []
  public private(set) var cursor = ListCursor()
  public private(set) var marked: Set<Episode> = []
  /// Where a range of marks begins, as a row of the list; nil while none is drawn.
  public private(set) var anchor: Int?
  /// All generated supports of the data set.
  public private(set) var generated: [Support.Name: [StoredSupport]] = [:]
  /// An image whose episode is to be shown once it is listed.
  private var awaited: DatasetItem?
  /// Changes of the imported images that can be taken back, the last one at the end.
  private var imports: [ImportChange] = []

  init(fold: Int) { self.fold = fold }

  // MARK: What is chosen

  /// The episode under the cursor.
  public var selected: Episode? { listed.indices.contains(cursor.index) ? episodes[listed[cursor.index]] : nil }

  /// Real supports of the listed episodes, 1 at least.
  public var shots: Int { max(1, (selected ?? episodes.first)?.supports.count ?? 1) }

  /// Rows of the range that is being drawn.
  public var range: ClosedRange<Int>? { anchor.map { min($0, cursor.index)...max($0, cursor.index) } }

  /// Whether an action works on marked episodes.
  var hasMarks: Bool { !marked.isEmpty || anchor != nil }

  /// Whether a filter or a class leaves episodes of the fold out of the list.
  public var isNarrowed: Bool { !filter.isEmpty || classFilter != nil }

  /// Episodes that an action works on: the marked ones in their order, or the one under the cursor.
  public var chosen: [Episode] {
    let inRange = range.map { Set($0.compactMap { listed[safe: $0] }.map { episodes[$0] }) } ?? []
    let all = marked.union(inRange)
    return all.isEmpty ? selected.map { [$0] } ?? [] : episodes.filter(all.contains)
  }

  // MARK: Data sets and folds

  /// Takes a data set that was opened; one without the fold is shown from its first.
  mutating func open(_ catalog: Catalog) {
    self.catalog = catalog
    if !catalog.folds.indices.contains(fold) { fold = 0 }
  }

  /// Forgets the data set; the order of the list stays.
  mutating func close() {
    (catalog, fold, generated) = (nil, 0, [:])
    take([])
    (marked, filter, classFilter) = ([], EpisodeFilter(), nil)
    (imports, awaited) = ([], nil)
  }

  /// Forgets the list of the fold before.
  mutating func openFold(_ number: Int) {
    fold = number
    (classFilter, marked) = (nil, [])
    take([])
  }

  mutating func take(_ episodes: [Episode]) {
    self.episodes = episodes
    marked.formIntersection(episodes)
    firstEpisodes = [:]
    for episode in episodes {
      for support in episode.supports where firstEpisodes[Support.Name(item: support.id, classIndex: episode.classIndex)] == nil {
        firstEpisodes[Support.Name(item: support.id, classIndex: episode.classIndex)] = episode.index
      }
    }
  }

  /// The first of the episodes with a support, by its number among those drawn; nil where none of them has it.
  public func episode(with support: Support.Name) -> Int? { firstEpisodes[support] }

  /// As an earlier session left it, whose fold is taken where `fold` is not nil.
  mutating func restore(fold: Int?, order: EpisodeOrder, filter: String) {
    if let fold { self.fold = max(0, fold) }
    (self.order, self.filter) = (order, EpisodeFilter(filter))
  }

  // MARK: The list

  /// Makes the list again after a change of episodes, filter or order: with the cursor on an episode where it is still listed, else at the top.
  mutating func list(by scores: [Episode: EpisodeScore], keeping kept: Episode?) {
    let asked = filter.asked
    listed = episodes.indices.filter { index in
      (classFilter == nil || episodes[index].classIndex == classFilter)
        && (filter.isEmpty || filter.accepts(facts(episodes[index], asked, scores)))
    }
    if order != .drawn {
      let keys = listed.map { order.value(scores[episodes[$0]]) ?? .infinity }
      listed = listed.indices.sorted { (keys[$0], listed[$0]) < (keys[$1], listed[$1]) }.map { listed[$0] }
    }
    cursor = ListCursor(kept.flatMap { episode in listed.firstIndex { episodes[$0] == episode } } ?? 0)
    anchor = nil
  }

  /// What an episode is filtered by, as far as it is asked for.
  private func facts(_ episode: Episode, _ asked: EpisodeFacts.Kinds, _ scores: [Episode: EpisodeScore]) -> EpisodeFacts {
    var facts = EpisodeFacts()
    if asked.contains(.names) {
      facts.className = catalog?.className(episode.classIndex) ?? ""
      facts.names = ([episode.query] + episode.supports).map(\.id).joined(separator: " ")
    }
    if asked.contains(.figures) { facts.score = scores[episode] ?? EpisodeScore() }
    if asked.contains(.marks) { facts.isMarked = marked.contains(episode) }
    if asked.contains(.generated) {
      let supports = episode.supports.flatMap { generated[Support.Name(item: $0.id, classIndex: episode.classIndex)] ?? [] }
      (facts.conditions, facts.ratings) = (Set(supports.map(\.condition)), Set(supports.compactMap(\.rating)))
    }
    return facts
  }

  mutating func filter(by text: String) { filter = EpisodeFilter(text) }

  mutating func dropFilter() { (filter, classFilter) = (EpisodeFilter(), nil) }

  mutating func show(class index: Int?) { classFilter = index }

  mutating func sort(by order: EpisodeOrder) { self.order = order }

  /// Of one class all episodes in an order.
  mutating func show(class index: Int?, by order: EpisodeOrder) { (classFilter, filter, self.order) = (index, EpisodeFilter(), order) }

  // MARK: The cursor

  mutating func move(_ rows: Int, visible: Int?) { cursor.move(rows, count: listed.count, visible: visible) }

  mutating func point(at row: Int, visible: Int?) { cursor.point(at: row, count: listed.count, visible: visible) }

  mutating func select(row: Int) { cursor = ListCursor(row) }

  // MARK: Marks

  /// Marks the episode under the cursor or takes its mark away.
  mutating func toggleMark() {
    guard let episode = selected else { return }
    if marked.remove(episode) == nil { marked.insert(episode) }
  }

  /// Begins a range at the cursor, or marks the one that was begun.
  mutating func toggleRange() {
    guard let range else {
      anchor = cursor.index
      return
    }
    for row in range { if let index = listed[safe: row] { marked.insert(episodes[index]) } }
    anchor = nil
  }

  mutating func dropRange() { anchor = nil }

  mutating func unmark() { (marked, anchor) = ([], nil) }

  // MARK: What is generated

  mutating func take(generated all: [StoredSupport]) {
    generated = Dictionary(grouping: all, by: \.support)
  }

  /// Takes over what is known of one generated support from now on.
  mutating func take(_ support: StoredSupport) {
    generated[support.support, default: []].removeAll { $0.key == support.key }
    generated[support.support, default: []].append(support)
  }

  /// A support of this data set was generated just now; its key comes with the next look into the store.
  mutating func add(_ request: GenerationRequest) {
    let source = request.source
    guard source.dataset == catalog?.name else { return }
    // A filter asks for conditions and ratings alone: of thousands of images of one support and condition the first says it all.
    let isKnown = generated[source.support]?.contains { $0.condition == request.condition && $0.rating == nil } ?? false
    guard !isKnown else { return }
    generated[source.support, default: []].append(StoredSupport(key: "", of: source.support, condition: request.condition, rating: nil))
  }

  // MARK: Imports

  /// The images of the user's own have changed, and with them the classes of the user's own; an image that is new in its class is waited for.
  mutating func take(_ change: ImportChange, ownClasses: [ClassInfo]) {
    if let catalog {
      let known = catalog.classes.filter { !Catalog.isOwn($0.index) }
      self.catalog = Catalog(name: catalog.name, classes: known + ownClasses, folds: catalog.folds)
    }
    if let classFilter, catalog?.classes.contains(where: { $0.index == classFilter }) == false { self.classFilter = nil }
    awaited = change.after?.item
  }

  /// Remembers a change that the user may want to take back.
  mutating func remember(_ change: ImportChange) { imports = imports.suffix(99) + [change] }

  /// The last change, once.
  mutating func undoImport() -> ImportChange? { imports.popLast() }

  /// Whether there is a change to be taken back.
  var hasImports: Bool { !imports.isEmpty }

  /// The image that is waited for, once; all episodes can be listed then.
  mutating func takeAwaited() -> DatasetItem? {
    guard let item = awaited else { return nil }
    awaited = nil
    (filter, classFilter, order) = (EpisodeFilter(), nil, .drawn)
    return item
  }
}
