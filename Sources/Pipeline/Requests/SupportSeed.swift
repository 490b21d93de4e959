import Crypto
import Foundation

/// The seed of one generated support.
///
/// The published script draws each seed from a generator that it has just reseeded with the previous one, which collapses
/// to five noises. Here each seed is a hash of what it belongs to: independent, recorded in the request and replayable.
public enum SupportSeed {
  /// The first eight bytes, little-endian, of SHA-256 of `"BASE/ITEM/CLASS/K"` (decimal numbers, UTF-8), halved to 63 bits
  /// so that tools with signed seeds take it too.
  public static func derive(base: UInt64, item: String, classIndex: Int, number: Int) -> UInt64 {
    let digest = SHA256.hash(data: Data("\(base)/\(item)/\(classIndex)/\(number)".utf8))
    var value: UInt64 = 0
    for (index, byte) in digest.prefix(8).enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
    return value >> 1
  }
}
