extension Episode {
  /// The generated supports that are added to an episode: number k comes from real support k modulo shots.
  public func generatedSupports(_ count: Int) -> [GeneratedSupport] {
    if supports.isEmpty { return [] }
    return (0..<count).map { number in
      GeneratedSupport(Support(item: supports[number % supports.count], classIndex: classIndex), number: number / supports.count)
    }
  }
}

extension [Episode] {
  /// Every generated support of some episodes, each once, in the order first met.
  public func generatedSupports(_ count: Int) -> [GeneratedSupport] {
    var seen: Set<GeneratedSupport> = []
    return flatMap { $0.generatedSupports(count) }.filter { seen.insert($0).inserted }
  }
}
