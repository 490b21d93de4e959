import Models

/// Draws episodes as the loaders of BAM and DifFSS-BAM do (goldens: `episodes/bam_*`).
///
/// With loader workers the order depends on their number: each start of the list draws a base seed from torch's generator,
/// worker k draws with `base + k` and serves every episode whose position is k modulo their number.
struct BAMEpisodes: Sendable {
  /// DifFSS-BAM keeps what it drew after this many tries, even the query itself.
  private static let tries = 101

  private let lists: EpisodeLists.BAM
  private let fold: Int
  private let shots: Int
  private let workers: Int
  private var torch: TorchGenerator
  private var randoms: [PythonRandom]
  private var index = 0

  /// `workers` 0 draws in the main process, whose generator goes on when the list starts again.
  init(_ lists: EpisodeLists.BAM, fold: Int, shots: Int, seed: UInt64, workers: Int) {
    // What has no class, or a class without a file, leaves nothing to draw.
    self.lists = EpisodeLists.BAM(
      queries: lists.queries.filter { query in
        !query.classes.isEmpty && query.classes.allSatisfy { !(lists.files[$0] ?? []).isEmpty }
      }, files: lists.files)
    self.fold = fold
    self.shots = max(shots, 0)
    self.workers = max(workers, 0)
    torch = TorchGenerator(seed: seed)
    randoms = [PythonRandom(seed: seed)]
  }

  /// Nil when there is no query.
  mutating func next() -> Episode? {
    guard !lists.queries.isEmpty else { return nil }
    defer { index += 1 }
    let position = index % lists.queries.count
    if position == 0 && workers > 0 {
      let base = UInt64(bitPattern: torch.int64())
      randoms = (0..<workers).map { PythonRandom(seed: base &+ UInt64($0)) }
    }
    let (query, classes) = lists.queries[position]
    let worker = workers > 0 ? position % workers : 0
    let classIndex = classes[randoms[worker].integer(in: 1...classes.count) - 1]
    let files = lists.files[classIndex] ?? []
    var taken: [Int] = []
    for _ in 0..<shots {
      // The published loop draws once before it looks.
      _ = randoms[worker].integer(in: 1...files.count)
      var choice = 0, drawn = 0
      repeat {
        choice = randoms[worker].integer(in: 1...files.count) - 1
        drawn += 1
      } while drawn < Self.tries && (files[choice].id == query.id || taken.contains(choice))
      taken.append(choice)
    }
    return Episode(index: index, fold: fold, classIndex: classIndex, query: query, supports: taken.map { files[$0] })
  }
}
