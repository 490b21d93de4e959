import Core
import Models
import Testing

/// Products of bfloat16 against the plain twins on operands that were rounded before, where the processor has them.
@Suite(.enabled(if: Precision.fastest == .bfloat16, "the processor multiplies no bfloat16"), .everyBFloat16Set) struct BFloat16Tests {
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

  /// Whole tiles of matrix registers, the last panel of a pair missing or cut, rows that end inside a tile.
  @Test(arguments: 0..<24) func linearOfWholeTiles(seed: Int) {
    var noise = Noise(UInt64(seed) + 35_000)
    let (rows, depth) = (noise.int(1...700), 32 * noise.int(1...60))
    let columns = 16 * noise.int(1...9) - (seed % 3 == 0 ? noise.int(0...7) : 0)
    let x = noise.tensor([rows, depth]), weight = noise.tensor([columns, depth]), bias = noise.tensor([columns])
    let residual = noise.tensor([rows, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, precision: .bfloat16)
    let fast = Kernels.linear(x, packed, bias: bias, residual: residual, activation: .gelu)
    let plain = PlainKernels.linear(x.rounded, weight.rounded, bias: bias, residual: residual, activation: .gelu)
    #expect(relativeError(fast, plain) < KernelTests.tolerance, "\(rows)x\(depth)x\(columns)")
  }

  /// Two activations; where there are matrix registers also on them, with a last panel that is not full.
  @Test(arguments: 0..<30) func products(seed: Int) {
    var noise = Noise(UInt64(seed) + 37_000)
    let (rows, columns) = (noise.int(1...300), noise.int(1...150))
    let depth = seed % 3 == 0 ? noise.int(1...700) : 32 * noise.int(1...22)
    let a = noise.tensor([rows, depth]), b = noise.tensor([columns, depth])
    let fast = Kernels.product(a, transposed: b, precision: .bfloat16, activation: .relu)
    let plain = PlainKernels.activate(PlainKernels.gemm(a.rounded, b.rounded, transposeB: true), .relu)
    #expect(relativeError(fast, plain) < KernelTests.tolerance, "\(rows)x\(depth)x\(columns)")
  }

  /// Windows that matrix registers read from one padded image: every stride, padding, dilation and doubling, also 1x1.
  @Test(arguments: 0..<60) func convolutionOfWholeTiles(seed: Int) {
    var noise = Noise(UInt64(seed) + 36_000)
    let (images, height, width) = (noise.int(1...3), noise.int(5...21), noise.int(5...21))
    let (depth, columns) = (32 * noise.int(1...3), 16 * noise.int(1...3) - noise.int(0...3))
    let isDoubled = seed % 4 == 0, isPoint = seed % 5 == 0
    let padding = Padding(top: noise.int(0...2), left: noise.int(0...2), bottom: noise.int(0...2), right: noise.int(0...2))
    let window =
      isPoint
      ? Window(height: 1, width: 1, padding: seed % 2 == 0 ? padding : 0)
      : Window(
        height: noise.int(1...3), width: 3, stride: isDoubled ? 1 : noise.int(1...3), padding: padding, dilation: noise.int(1...2))
    let extent = isDoubled ? Extent(height: 2 * height - seed % 2, width: 2 * width - 1) : nil
    let x = noise.tensor([images, height, width, depth]), bias = noise.tensor([columns])
    let weight = noise.tensor([columns, depth, window.height, window.width], scale: 0.1)
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: window.height * window.width, precision: .bfloat16)
    // Winograd's transforms are exact in the inputs: sets without matrix registers take them where they can.
    let (outHeight, outWidth) = window.output(height: extent?.height ?? height, width: extent?.width ?? width)
    let isWinograd = Kernels.usesWinograd(packed, window, outHeight: outHeight, outWidth: outWidth)
    let fast = Kernels.conv2d(x, packed, window, bias: bias, activation: .silu, upsampledTo: extent)
    let plain = PlainKernels.conv2d(isWinograd ? x : x.rounded, weight.rounded, window, bias: bias, activation: .silu, upsampledTo: extent)
    #expect(relativeError(fast, plain) < 5 * KernelTests.tolerance, "\(x.shape) \(columns) \(window)")
  }

  /// Four convolutions of the image as it is stand for one of the doubled image, of weights whose sums bfloat16 holds.
  @Test(arguments: 0..<16) func convolutionOfADoubledImage(seed: Int) throws {
    var noise = Noise(UInt64(seed) + 37_000)
    let (images, height, width) = (noise.int(1...3), noise.int(1...21), noise.int(1...21))
    let (depth, columns) = (noise.int(0...1) * 5 + 32 * noise.int(1...3), 16 * noise.int(1...3) - noise.int(0...3))
    let x = noise.tensor([images, height, width, depth]), bias = noise.tensor([columns])
    let weight = Tensor((0..<columns * depth * 9).map { _ in Float(noise.int(-9...9)) / 64 }, shape: [columns, depth, 3, 3])
    let doubled = try #require(DoubledWeight(Parameter(weight), columns: columns, depth: depth, precision: .bfloat16))
    let extent = Extent(height: 2 * height, width: 2 * width)
    let fast = Kernels.doubledConv2d(x, doubled, bias: bias)
    let plain = PlainKernels.conv2d(x.rounded, weight, Window(height: 3, width: 3, padding: 1), bias: bias, upsampledTo: extent)
    #expect(relativeError(fast, plain) < KernelTests.tolerance, "\(x.shape) \(columns) \(extent)")
  }

  /// Sums of rounded weights would be rounded twice: the error is that of weights, no more.
  @Test func weightsOfADoubledImageAreSummedBeforeTheyAreRounded() throws {
    var noise = Noise(37_100)
    let x = noise.tensor([1, 9, 11, 64]).rounded, weight = noise.tensor([32, 64, 3, 3], scale: 0.1)
    let window = Window(height: 3, width: 3, padding: 1), extent = Extent(height: 18, width: 22)
    let doubled = try #require(DoubledWeight(Parameter(weight), columns: 32, depth: 64, precision: .bfloat16))
    let exact = PlainKernels.conv2d(x, weight, window, upsampledTo: extent)
    let fast = relativeError(Kernels.doubledConv2d(x, doubled, bias: nil), exact)
    #expect(fast < relativeError(PlainKernels.conv2d(x, weight.rounded, window, upsampledTo: extent), exact))
  }

  /// What a convolution normalises while it reads is what the norm would have given.
  @Test(arguments: [1, 2]) func normsAreTheSameInsideAConvolution(stride: Int) {
    var noise = Noise(38_000)
    for (depth, kernel) in [(64, 3), (48, 3), (64, 1)] {
      let x = noise.tensor([2, 13, 17, depth], scale: 3, offset: 1)
      let (factor, offset) = (noise.tensor([depth]), noise.tensor([depth]))
      let weight = noise.tensor([40, depth, kernel, kernel]), residual = noise.tensor([2, 13, 17, 40])
      let packed = PackedMatrix(Parameter(weight), columns: 40, depth: depth, taps: kernel * kernel, precision: .bfloat16)
      let window = Window(height: kernel, width: kernel, stride: stride, padding: Padding(kernel / 2))
      let scaled = Kernels.groupScaling(x, groups: 4, weight: factor, bias: offset, eps: 1e-5, activation: .silu)
      let normal = Kernels.groupNorm(x, groups: 4, weight: factor, bias: offset, eps: 1e-5, activation: .silu)
      let added = stride == 1 ? residual : nil
      #expect(
        Kernels.conv2d(scaled, packed, window, residual: added).values == Kernels.conv2d(normal, packed, window, residual: added).values,
        "\(depth) \(kernel)")
    }
  }

  /// Rows rounded once give what products that round them give.
  @Test(arguments: 0..<12) func rowsRoundedBefore(seed: Int) {
    var noise = Noise(UInt64(seed) + 39_000)
    let (rows, depth) = (noise.int(1...150), seed % 2 == 0 ? 32 * noise.int(1...9) : noise.int(1...90))
    let columns = 16 * noise.int(1...5), x = noise.tensor([rows, depth]), residual = noise.tensor([rows, columns])
    let (factor, offset, weight) = (noise.tensor([depth]), noise.tensor([depth]), noise.tensor([columns, depth]))
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, precision: .bfloat16)
    let rounded = Kernels.layerNorm(x, weight: factor, bias: offset, eps: 1e-5, for: .bfloat16)
    let normal = Kernels.layerNorm(x, weight: factor, bias: offset, eps: 1e-5)
    #expect(Kernels.linear(rounded, packed, residual: residual).values == Kernels.linear(normal, packed, residual: residual).values)
    #expect(rounded.tensor.values == (depth % 2 == 0 ? normal.rounded : normal).values)
  }

  /// A gated layer in one product is the product and then the gate, rounded.
  @Test(arguments: 0..<12) func gatedLinear(seed: Int) throws {
    var noise = Noise(UInt64(seed) + 40_000)
    let (rows, columns) = (noise.int(1...300), 16 * noise.int(1...9))
    let depth = seed % 3 == 0 ? noise.int(1...290) : 32 * noise.int(1...9)
    let x = noise.tensor([rows, depth]), weight = noise.tensor([2 * columns, depth], scale: 0.1), bias = noise.tensor([2 * columns])
    let gated = try #require(
      GatedWeight(Parameter(weight), bias: Parameter(bias), columns: columns, depth: depth, precision: .bfloat16))
    let packed = PackedMatrix(Parameter(weight), columns: 2 * columns, depth: depth, precision: .bfloat16)
    let apart = Kernels.geglu(Kernels.linear(x, packed, bias: bias))
    #expect(Kernels.gatedLinear(Operand(x), gated).tensor.values == apart.rounded.values, "\(rows)x\(depth)x\(columns)")
  }

  /// Winograd's products stay Float32: only the weights are rounded.
  @Test(arguments: 0..<12) func winograd(seed: Int) {
    var noise = Noise(UInt64(seed) + 32_000)
    let (side, depth, columns) = (noise.int(7...27), 8 * noise.int(4...35), noise.int(32...75))
    let x = noise.tensor([2, side, side + 3, depth]), weight = noise.tensor([columns, depth, 3, 3])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: 9, precision: .bfloat16)
    let window = Window(height: 3, width: 3, padding: 1)
    let isWinograd = Kernels.usesWinograd(packed, window, outHeight: side, outWidth: side + 3)
    // Of at most eight tiles the direct way is the faster one.
    #expect(isWinograd == (side > 8) || KernelSet.current.name == "amx")
    let plain = PlainKernels.conv2d(isWinograd ? x : x.rounded, weight.rounded, window)
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
    let (heads, size, queries, keys) = (noise.int(1...4), noise.int(1...80), noise.int(1...70), noise.int(1...600))
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

  @Test(arguments: [48, 64]) func resultsDoNotDependOnThreadsOrBatch(depth: Int) {
    var noise = Noise(34_000)
    let x = noise.tensor([2, 17, 19, depth]), weight = noise.tensor([50, depth, 3, 3])
    let packed = PackedMatrix(Parameter(weight), columns: 50, depth: depth, taps: 9, precision: .bfloat16)
    func run(_ x: Tensor) -> [[Float]] {
      let tokens = x.reshaped([x.shape[0], 17 * 19, depth])
      let looked = Kernels.attention(tokens, tokens, tokens, heads: 4, precision: .bfloat16).reshaped(x.shape)
      return [Window(height: 3, width: 3, stride: 2), Window(height: 3, width: 3, padding: 1)].map { window in
        Kernels.conv2d(looked, packed, window).values
      }
    }
    let both = run(x)
    let alone = zip(run(x.slice(0..<1)), run(x.slice(1..<2))).map { $0 + $1 }
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
