import Models
import Testing

/// Products of bfloat16 against the plain twins on operands that were rounded before, where the processor has them.
@Suite(.enabled(if: Precision.fastest == .bfloat16, "the processor multiplies no bfloat16")) struct BFloat16Tests {
  @Test(arguments: 0..<40) func linear(seed: Int) {
    var noise = Noise(UInt64(seed) + 30_000)
    let (rows, depth, columns) = (noise.int(1...300), noise.int(1...1300), noise.int(1...70))
    let x = noise.tensor([rows, depth]), weight = noise.tensor([columns, depth]), bias = noise.tensor([columns])
    let residual = noise.tensor([rows, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, precision: .bfloat16)
    let activation = Activation.allCases[seed % Activation.allCases.count]
    let fast = Kernels.linear(x, packed, bias: bias, residual: residual, activation: activation)
    let plain = PlainKernels.linear(x.rounded, weight.rounded, bias: bias, residual: residual, activation: activation)
    #expect(relativeError(fast, plain) < KernelTests.tolerance, "\(rows)x\(depth)x\(columns) \(activation)")
  }

  @Test(arguments: 0..<60) func conv2d(seed: Int) {
    var noise = Noise(UInt64(seed) + 31_000)
    let (images, height, width) = (noise.int(1...3), noise.int(5...14), noise.int(5...14))
    // Without Winograd's transforms: too few channels for them.
    let (depth, columns) = (noise.int(1...40), noise.int(1...31))
    let window = Window(
      height: noise.int(1...3), width: noise.int(1...3), stride: noise.int(1...3), padding: 1, dilation: noise.int(1...2))
    let x = noise.tensor([images, height, width, depth]), bias = noise.tensor([columns])
    let weight = noise.tensor([columns, depth, window.height, window.width])
    let packed = PackedMatrix(
      Parameter(weight), columns: columns, depth: depth, taps: window.height * window.width, precision: .bfloat16)
    let fast = Kernels.conv2d(x, packed, window, bias: bias, activation: .silu)
    let plain = PlainKernels.conv2d(x.rounded, weight.rounded, window, bias: bias, activation: .silu)
    #expect(relativeError(fast, plain) < KernelTests.tolerance, "\(x.shape) \(columns) \(window)")
  }

  /// Winograd's products stay Float32: only the weights are rounded.
  @Test(arguments: 0..<12) func winograd(seed: Int) {
    var noise = Noise(UInt64(seed) + 32_000)
    let (side, depth, columns) = (noise.int(7...27), 8 * noise.int(4...35), noise.int(32...75))
    let x = noise.tensor([2, side, side + 3, depth]), weight = noise.tensor([columns, depth, 3, 3])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: 9, precision: .bfloat16)
    let window = Window(height: 3, width: 3, padding: 1)
    #expect(Kernels.usesWinograd(packed, window, outHeight: side, outWidth: side + 3))
    let plain = PlainKernels.conv2d(x, weight.rounded, window)
    #expect(relativeError(Kernels.conv2d(x, packed, window), plain) < 5 * KernelTests.tolerance, "\(x.shape) \(columns)")
  }

  @Test(arguments: 0..<20) func attention(seed: Int) {
    var noise = Noise(UInt64(seed) + 33_000)
    let (images, heads, size) = (noise.int(1...2), noise.int(1...3), noise.int(1...45))
    let isCausal = seed % 4 == 0
    let queries = noise.int(1...110), keys = isCausal ? queries : noise.int(1...1200)
    let q = noise.tensor([images, queries, heads * size], scale: 3)
    let k = noise.tensor([images, keys, heads * size], scale: 3), v = noise.tensor([images, keys, heads * size])
    let fast = Kernels.attention(q, k, v, heads: heads, isCausal: isCausal, precision: .bfloat16)
    let plain = PlainKernels.attention(q.rounded, k.rounded, v.rounded, heads: heads, isCausal: isCausal)
    // The weights of the values are rounded too: each by 2^-9 at most, most of them by less.
    #expect(relativeError(fast, plain) < 0x1p-8, "\(q.shape) \(k.shape) \(heads)")
  }

  /// Only the products of queries and keys are of rounded numbers.
  @Test(arguments: 0..<20) func maskAttention(seed: Int) {
    var noise = Noise(UInt64(seed) + 41_000)
    let (heads, size, queries, keys) = (noise.int(1...4), noise.int(1...40), noise.int(1...70), noise.int(1...600))
    let q = noise.tensor([queries, heads * size], scale: 3), k = noise.tensor([keys, heads * size], scale: 3)
    let mask = noise.tensor([keys], scale: 0.5, offset: 0.5)
    let fast = Kernels.maskAttention(q, k, mask: mask, heads: heads, precision: .bfloat16)
    let plain = Kernels.maskAttention(q.rounded, k.rounded, mask: mask, heads: heads)
    #expect(relativeError(fast, plain) < 5e-6, "\(q.shape) \(k.shape) \(heads)")
  }

  @Test func roundingIsToNearestAndTiesGoToEven() {
    // Between 1 and the next bfloat16, 1 + 2^-7, and beyond.
    let values: [Float] = [1, 1 + 0x1p-8, 1 + 0x1p-8 + 0x1p-20, 1 + 0x1.8p-7, -1 - 0x1p-8, 0x1.fep127, 3.0e38, 0]
    let expected: [Float] = [1, 1, 1 + 0x1p-7, 1 + 0x1p-6, -1, 0x1.fep127, 0x1.c4p127, 0]
    let one = PackedMatrix(Parameter(Tensor([1], shape: [1, 1])), columns: 1, depth: 1, precision: .bfloat16)
    #expect(Kernels.linear(Tensor(values, shape: [values.count, 1]), one).values == expected)
    let weights = PackedMatrix(Parameter(Tensor(values, shape: [values.count, 1])), columns: values.count, depth: 1, precision: .bfloat16)
    #expect(Kernels.linear(Tensor([1], shape: [1, 1]), weights).values == expected)
    #expect(Kernels.linear(Tensor([.nan, .infinity], shape: [2, 1]), one).values.map(\.isFinite) == [false, false])
  }

  @Test func resultsDoNotDependOnThreadsOrBatch() {
    var noise = Noise(34_000)
    let x = noise.tensor([2, 17, 19, 48]), weight = noise.tensor([50, 48, 3, 3])
    let strided = PackedMatrix(Parameter(weight), columns: 50, depth: 48, taps: 9, precision: .bfloat16)
    func run(_ x: Tensor) -> [Float] {
      let tokens = x.reshaped([x.shape[0], 17 * 19, 48])
      let looked = Kernels.attention(tokens, tokens, tokens, heads: 3, precision: .bfloat16)
      return Kernels.conv2d(looked.reshaped(x.shape), strided, Window(height: 3, width: 3, stride: 2)).values
    }
    let both = run(x)
    let alone = [run(x.slice(0..<1)), run(x.slice(1..<2))].flatMap { $0 }
    #expect(both == alone)
  }
}

extension Tensor {
  /// Each value as the nearest bfloat16, ties to even.
  fileprivate var rounded: Tensor {
    Tensor(
      values.map { value in
        let low = Float(bitPattern: value.bitPattern & 0xffff_0000)
        let high = Float(bitPattern: (value.bitPattern & 0xffff_0000) &+ 0x1_0000)
        let (down, up) = (abs(Double(value) - Double(low)), abs(Double(high) - Double(value)))
        return down < up || down == up && low.bitPattern >> 16 & 1 == 0 ? low : high
      }, shape: shape)
  }
}
