/// Python's `random.Random` (CPython 3): the same integers from the same seed.
public struct PythonRandom: Sendable {
  private var words: MersenneTwister

  /// `random.seed(seed)` for a non-negative integer.
  public init(seed: UInt64) {
    let (low, high) = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    words = MersenneTwister(words: high == 0 ? [low] : [low, high])
  }

  /// `getrandbits(count)` for 1 ... 32 bits.
  public mutating func bits(_ count: Int) -> UInt32 {
    precondition((1...32).contains(count), "bits are drawn 1 to 32 at a time")
    return words.next() >> UInt32(32 - count)
  }

  /// `_randbelow(n)`, what `randrange`, `choice` and `shuffle` draw: 0 ..< n, n in 1 ..< 2^32. Draws even for n = 1.
  public mutating func below(_ n: Int) -> Int {
    precondition(n > 0 && n <= Int(UInt32.max), "a value below \(n) cannot be drawn")
    let width = Int.bitWidth - n.leadingZeroBitCount
    while true {
      let value = Int(bits(width))
      if value < n { return value }
    }
  }

  /// `randint(range.lowerBound, range.upperBound)`: both ends included.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }
}
