/// MT19937 (Matsumoto and Nishimura 1998): the words below Python's, NumPy's and torch's CPU generators.
public struct MersenneTwister: Sendable {
  private static let size = 624
  private static let middle = 397
  private var state: [UInt32]
  private var position = MersenneTwister.size

  /// Seeds from one word (`init_genrand`), as NumPy's `RandomState` and torch do.
  public init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.size)
    for i in 1..<Self.size {
      let previous = state[i - 1]
      state.append(1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(i))
    }
  }

  /// Seeds from a list of words (`init_by_array`), as Python does; an empty list counts as one zero.
  public init(words: [UInt32]) {
    self.init(seed: 19_650_218)
    let key = words.isEmpty ? [0] : words
    var (i, j) = (1, 0)
    func mixed(_ i: Int, _ factor: UInt32) -> UInt32 {
      state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* factor)
    }
    func advance() {
      i += 1
      if i == Self.size {
        state[0] = state[Self.size - 1]
        i = 1
      }
    }
    for _ in 0..<max(Self.size, key.count) {
      state[i] = mixed(i, 1_664_525) &+ key[j] &+ UInt32(j)
      advance()
      j = (j + 1) % key.count
    }
    for _ in 1..<Self.size {
      state[i] = mixed(i, 1_566_083_941) &- UInt32(i)
      advance()
    }
    state[0] = 0x8000_0000
  }

  /// The next 32 tempered bits.
  public mutating func next() -> UInt32 {
    if position == Self.size { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  private mutating func refill() {
    for i in 0..<Self.size {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.size] & 0x7FFF_FFFF)
      state[i] = state[(i + Self.middle) % Self.size] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }
}
