import Data
import Foundation

/// Whether the generated supports help more episodes than they harm: the two-sided sign test (Arbuthnot 1710; Conover, *Practical
/// Nonparametric Statistics*, 3.4).
///
/// Episodes count, not pixels: it asks nothing of how differences are distributed. Ties are left out.
public struct SignTest: Codable, Hashable, Sendable {
  /// Episodes whose foreground IoU is higher with the generated supports.
  public let better: Int
  /// Episodes whose foreground IoU is lower.
  public let worse: Int
  /// Probability of a split at least as uneven if both were equally likely: exact, by the binomial distribution. 1 without a difference.
  public let p: Double

  public init(better: Int, worse: Int) {
    self.better = better
    self.worse = worse
    p = Self.probability(min(better, worse), of: better + worse)
  }

  /// Of paired results: `augmented` against the baseline.
  init(_ results: some Sequence<EpisodeResult>, _ augmented: (EpisodeResult) -> Areas?) {
    var better = 0, worse = 0
    for result in results {
      guard let augmented = augmented(result) else { continue }
      // IoUs compared as fractions: rounding must not make or break a tie.
      let (left, right) = (
        augmented.foregroundIntersection * max(result.baseline.foregroundUnion, 1),
        result.baseline.foregroundIntersection * max(augmented.foregroundUnion, 1)
      )
      if left > right { better += 1 }
      if left < right { worse += 1 }
    }
    self.init(better: better, worse: worse)
  }

  /// Twice the probability of at most `few` of `count` fair coins, at most 1.
  private static func probability(_ few: Int, of count: Int) -> Double {
    let n = Double(count)
    var tail = 0.0
    for k in stride(from: Double(few), through: 0, by: -1) {
      let ways: Double = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
      let term = exp(ways - n * log(2.0))
      tail += term
      // Terms fall from here on.
      if term < tail * 1e-17 { break }
    }
    return min(1, 2 * tail)
  }
}

/// Sign tests of all episodes and of each class.
public struct SignTests: Codable, Hashable, Sendable {
  public let all: SignTest
  /// In the order of the scores' classes; nil for one without an episode.
  public let classes: [SignTest?]

  init(_ results: [EpisodeResult], classes: [ClassInfo], _ augmented: (EpisodeResult) -> Areas?) {
    all = SignTest(results, augmented)
    self.classes = classes.map { info in
      let own = results.filter { $0.episode.classIndex == info.index }
      return own.isEmpty ? nil : SignTest(own, augmented)
    }
  }
}
