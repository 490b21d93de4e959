/// NumPy's legacy `RandomState`: the same integers from the same seed.
public struct NumpyRandomState: Sendable {
  private var words: MersenneTwister

  /// `RandomState(seed)` for an integer.
  public init(seed: UInt32) { words = MersenneTwister(seed: seed) }

  /// `choice(n, count, replace=False)`: shuffles all of 0 ..< n and returns the first `count`.
  public mutating func choice(_ n: Int, count: Int) -> [Int] {
    precondition(count >= 0 && count <= n, "\(count) different values cannot be chosen out of \(n)")
    return Array(permutation(n).prefix(count))
  }

  /// `permutation(n)`: 0 ..< n in random order.
  public mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<n)
    for i in stride(from: n - 1, to: 0, by: -1) { order.swapAt(i, upTo(i)) }
    return order
  }

  /// `randint(range.lowerBound, range.upperBound)`: the upper end excluded, as NumPy has it.
  public mutating func integer(in range: Range<Int>) -> Int { range.lowerBound + upTo(range.count - 1) }

  /// 0 ... limit: masked words until one fits; nothing is drawn for 0.
  private mutating func upTo(_ limit: Int) -> Int {
    precondition(limit >= 0 && limit <= Int(UInt32.max), "a value up to \(limit) cannot be drawn")
    if limit == 0 { return 0 }
    let mask = UInt32.max >> UInt32(UInt32(limit).leadingZeroBitCount)
    while true {
      let value = Int(words.next() & mask)
      if value <= limit { return value }
    }
  }
}
