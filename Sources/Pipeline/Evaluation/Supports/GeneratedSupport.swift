/// A generated support by what it was made from: the real one, its class, and its number among those of both.
struct GeneratedSupport: Hashable {
  let item: DatasetItem
  let classIndex: Int
  let number: Int

  /// Its file's name in a folder of pre-generated supports, without the extension.
  var name: String { "\(item.id)_\(classIndex)_\(number)" }
}

extension Episode {
  /// The generated supports that are added to an episode: number k comes from real support k modulo shots.
  func generatedSupports(_ count: Int) -> [GeneratedSupport] {
    supports.isEmpty ? [] : (0..<count).map { GeneratedSupport(item: supports[$0 % supports.count], classIndex: classIndex, number: $0 / supports.count) }
  }
}

extension [Episode] {
  /// Every generated support of some episodes, each once, in the order first met.
  func generatedSupports(_ count: Int) -> [GeneratedSupport] {
    var seen: Set<GeneratedSupport> = []
    return flatMap { $0.generatedSupports(count) }.filter { seen.insert($0).inserted }
  }
}
