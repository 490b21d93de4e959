import Foundation

/// Seeded damage to a good file: flipped bits, foreign bytes, cuts, repeats and lying numbers.
public struct Mutations {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// The next pseudo-random number (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `limit`.
  public mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }

  /// A copy of `bytes` with one to four injuries, most of them within the first `focus` bytes.
  public mutating func damaged(_ bytes: [UInt8], focus: Int) -> [UInt8] {
    var result = bytes
    for _ in 0...below(4) {
      guard !result.isEmpty else { break }
      let place = below(below(4) == 0 ? result.count : min(focus, result.count))
      switch below(7) {
      case 0: result[place] ^= 1 << UInt8(below(8))
      case 1: result[place] = UInt8(below(256))
      case 2: result.removeSubrange(place...)
      case 3: result.removeSubrange(place..<min(place + 1 + below(16), result.count))
      case 4: result.insert(contentsOf: result[place..<min(place + 1 + below(64), result.count)], at: place)
      case 5: result.insert(contentsOf: Array("[{\"9999999999999999999-,:}]".utf8.shuffledPart(&self)), at: place)
      default:
        for i in place..<min(place + 8, result.count) { result[i] = below(2) == 0 ? 0xFF : 0 }
      }
    }
    return result
  }
}

extension Sequence<UInt8> {
  fileprivate func shuffledPart(_ random: inout Mutations) -> [UInt8] {
    let all = Array(self)
    return (0...random.below(20)).map { _ in all[random.below(all.count)] }
  }
}
