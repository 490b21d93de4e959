import Core
import Foundation

/// The seed of one generated support.
///
/// The published script draws each seed from a generator that it has just reseeded with the previous one, which collapses
/// to five noises. Here each seed is a hash of what it belongs to: independent, recorded in the request and replayable.
public enum SupportSeed {
  /// The first four bytes, as a little-endian number, of SHA-256 of `"BASE/ITEM/CLASS/NUMBER"` (decimal numbers, UTF-8).
  ///
  /// 32 bits, because torch's CPU generator looks at no more of a seed.
  public static func derive(base: UInt64, item: String, classIndex: Int, number: Int) -> UInt64 {
    let digest = SHA.hash(data: Data("\(base)/\(item)/\(classIndex)/\(number)".utf8))
    return digest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The smallest base below 100,000 that gives `seed`; nil where none does. It is found by trying, a tenth of a second for all of them.
  public static func base(of seed: UInt64, item: String, classIndex: Int, number: Int) -> UInt64? {
    (0..<100_000).first { derive(base: $0, item: item, classIndex: classIndex, number: number) == seed }
  }
}
