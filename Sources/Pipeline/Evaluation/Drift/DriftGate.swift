import Core
import Data

/// Drops generated supports whose object has left its mask, and fills their places with further ones from the same real support.
///
/// For each real support and class at most twice as many images are made as are wanted; where that is not enough, the real support
/// takes the place, as in the published loader where an image is missing.
struct DriftGate {
  /// The least agreement that a support must have, 0...1.
  let minimum: Double
  /// Agreement of an image generated for a class, 0...1.
  let agreement: (_ image: MaskedImage, _ classIndex: Int) throws -> Double

  /// What became of the wanted supports.
  struct Outcome {
    /// Of every support measured, the wanted ones first.
    fileprivate(set) var agreements: [GeneratedSupport: Double] = [:]
    /// In the order measured.
    fileprivate(set) var measured: [GeneratedSupport] = []
    /// Wanted ones below the minimum.
    fileprivate(set) var dropped: Set<GeneratedSupport> = []
    /// What is in the place of a dropped one; absent where it is the real support.
    fileprivate(set) var replacements: [GeneratedSupport: GeneratedSupport] = [:]
    /// Why some could not be measured.
    fileprivate(set) var failures: [GeneratedSupport: any Error] = [:]

    /// What is in a wanted support's place; nil for the real support.
    func place(of support: GeneratedSupport) -> GeneratedSupport? {
      dropped.contains(support) ? replacements[support] : support
    }
  }

  /// `wanted` are those of `source` that are ready; further ones are prepared in it as they are needed.
  func pass(
    _ wanted: [GeneratedSupport], from source: inout any AuxiliarySource, stop: StopFlag, progress: (EvaluationProgress) -> Void
  ) throws -> Outcome {
    var outcome = Outcome()
    func measure(_ supports: [GeneratedSupport]) throws {
      for (done, support) in supports.enumerated() {
        if stop.isSet { throw CancellationError() }
        do {
          outcome.agreements[support] = try agreement(source.image(support), support.classIndex)
          outcome.measured.append(support)
        } catch let error where EpisodeFailure.isOfImages(error) { outcome.failures[support] = error }
        progress(.checking(done: done + 1, of: supports.count))
      }
    }
    try measure(wanted)
    outcome.dropped = Set(wanted.filter { outcome.failures[$0] == nil && falls($0, outcome) })
    for round in 0..<(wanted.map { $0.number + 1 }.max() ?? 0) {
      let waiting = Self.first(of: wanted.filter { outcome.dropped.contains($0) && outcome.replacements[$0] == nil })
      let further = waiting.compactMap { support -> (place: GeneratedSupport, extra: GeneratedSupport)? in
        let count = wanted.count { $0.isSibling(of: support) }
        return round < count ? (support, support.numbered(count + round)) : nil
      }
      if further.isEmpty { break }
      try source.prepare(further.map(\.extra), stop: stop, progress: progress)
      let ready = further.filter { source.has($0.extra) }
      try measure(ready.map(\.extra))
      for (place, extra) in ready where outcome.failures[extra] == nil && !falls(extra, outcome) { outcome.replacements[place] = extra }
    }
    return outcome
  }

  private func falls(_ support: GeneratedSupport, _ outcome: Outcome) -> Bool { (outcome.agreements[support] ?? 0) < minimum }

  /// The first of each group of siblings.
  private static func first(of supports: [GeneratedSupport]) -> [GeneratedSupport] {
    var seen: Set<GeneratedSupport> = []
    return supports.filter { seen.insert($0.numbered(0)).inserted }
  }
}

extension GeneratedSupport {
  /// Another one generated from the same real support and class.
  func numbered(_ number: Int) -> GeneratedSupport { GeneratedSupport(support, number: number) }

  /// Whether both are generated from one real support and class.
  func isSibling(of other: GeneratedSupport) -> Bool { support == other.support }
}

extension [GeneratedSupport] {
  /// Those that may be measured in the places of dropped ones: as many again from each real support and class.
  var further: [GeneratedSupport] {
    let counts = Dictionary(grouping: self, by: \.support).mapValues(\.count)
    return map { $0.numbered($0.number + (counts[$0.support] ?? 0)) }
  }
}
