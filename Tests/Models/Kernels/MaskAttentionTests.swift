import Core
import Models
import Testing

@Suite(.everyKernelSet) struct MaskAttentionTests {
  /// Against the ordinary attention whose value repeats the mask in every channel.
  @Test(arguments: 0..<20) func equalsAttentionOverTheMask(seed: Int) {
    var noise = Noise(UInt64(seed) + 9000)
    let (heads, size, queries, keys) = (noise.int(1...4), noise.int(1...20), noise.int(1...50), noise.int(1...300))
    let q = noise.tensor([queries, heads * size], scale: 3), k = noise.tensor([keys, heads * size], scale: 3)
    let mask = noise.tensor([keys], scale: 0.5, offset: 0.5)
    let value = mask.values.flatMap { Array(repeating: $0, count: heads * size) }
    let full = PlainKernels.attention(
      q.reshaped([1, queries, heads * size]), k.reshaped([1, keys, heads * size]),
      Tensor(value, shape: [1, keys, heads * size]), heads: heads
    ).values
    let expected = (0..<queries).map { query in
      full[query * heads * size..<(query + 1) * heads * size].reduce(0, +) / Float(heads * size)
    }
    let fast = Kernels.maskAttention(q, k, mask: mask, heads: heads)
    #expect(relativeError(fast, Tensor(expected, shape: [queries])) < 2e-6)
  }

  @Test func pixelsAndFiniteness() {
    var noise = Noise(3)
    let x = noise.tensor([2, 3, 5, 7]), factors = noise.tensor([2, 3, 5, 1])
    let scaled = Kernels.scalePixels(x, by: factors).values
    #expect(scaled.indices.allSatisfy { scaled[$0] == x.values[$0] * factors.values[$0 / 7] })
    let y = noise.tensor([2, 3, 5, 7])
    #expect(Kernels.maximum(x, y).values == zip(x.values, y.values).map { max($0, $1) })
    #expect(Kernels.isFinite(x))
    for bad in [Float.nan, -.nan, .infinity, -.infinity] {
      #expect(!Kernels.isFinite(Tensor(x.values + [bad], shape: [211])))
    }
    #expect(Kernels.isFinite(Tensor([.greatestFiniteMagnitude, -.leastNonzeroMagnitude], shape: [2])))
  }
}
