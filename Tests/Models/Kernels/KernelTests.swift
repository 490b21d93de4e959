import Core
import Models
import Testing

/// Every fast kernel against its plain twin, on random shapes that fill no tile, panel or vector evenly.
@Suite(.everyKernelSet) struct KernelTests {
  static let tolerance = 2e-6

  @Test(arguments: 0..<40) func linear(seed: Int) {
    var noise = Noise(UInt64(seed))
    let (rows, depth, columns) = (noise.int(1...150), noise.int(1...700), noise.int(1...70))
    let x = noise.tensor([rows, depth]), weight = noise.tensor([columns, depth]), bias = noise.tensor([columns])
    let residual = noise.tensor([rows, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth)
    let activation = Activation.allCases[seed % Activation.allCases.count]
    let fast = Kernels.linear(x, packed, bias: bias, residual: residual, activation: activation)
    let plain = PlainKernels.linear(x, weight, bias: bias, residual: residual, activation: activation)
    #expect(relativeError(fast, plain) < Self.tolerance, "\(rows)x\(depth)x\(columns) \(activation)")
  }

  @Test(arguments: 0..<60) func conv2d(seed: Int) {
    var noise = Noise(UInt64(seed) + 1000)
    let (images, height, width) = (noise.int(1...3), noise.int(5...14), noise.int(5...14))
    let (depth, columns, isUpsampled) = (noise.int(1...40), noise.int(1...40), noise.int(0...3) == 0)
    let padding = Padding(top: noise.int(0...2), left: noise.int(0...2), bottom: noise.int(0...2), right: noise.int(0...2))
    let window = Window(
      height: noise.int(1...3), width: noise.int(1...3), stride: noise.int(1...3), padding: padding, dilation: noise.int(1...2))
    let upsampledTo = isUpsampled ? Extent(height: 2 * height - noise.int(0...1), width: 2 * width - noise.int(0...1)) : nil
    let (tall, wide) = window.output(height: upsampledTo?.height ?? height, width: upsampledTo?.width ?? width)
    let x = noise.tensor([images, height, width, depth])
    let weight = noise.tensor([columns, depth, window.height, window.width])
    let bias = noise.tensor([columns]), imageBias = noise.tensor([images, columns])
    let residual = noise.tensor([images, tall, wide, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: window.height * window.width)
    let fast = Kernels.conv2d(
      x, packed, window, bias: bias, imageBias: imageBias, residual: residual, activation: .silu, upsampledTo: upsampledTo)
    let plain = PlainKernels.conv2d(
      x, weight, window, bias: bias, imageBias: imageBias, residual: residual, activation: .silu, upsampledTo: upsampledTo)
    #expect(relativeError(fast, plain) < Self.tolerance, "\(x.shape) \(columns) \(window)")
  }

  /// Few inputs a tap: the rows of a window are taken whole, those over an image's edge from a copy.
  @Test(arguments: 0..<30) func shallowConv2d(seed: Int) {
    var noise = Noise(UInt64(seed) + 1200)
    let (images, height, width) = (noise.int(1...3), noise.int(7...19), noise.int(7...19))
    let (depth, columns, side, stride) = (noise.int(1...18), noise.int(1...40), noise.int(2...7), noise.int(1...4))
    let padding = Padding(
      top: noise.int(0...side), left: noise.int(0...side), bottom: noise.int(0...side), right: noise.int(0...side))
    let window = Window(height: noise.int(1...side), width: side, stride: stride, padding: padding)
    let (tall, wide) = window.output(height: height, width: width)
    let x = noise.tensor([images, height, width, depth]), weight = noise.tensor([columns, depth, window.height, side])
    let bias = noise.tensor([columns]), imageBias = noise.tensor([images, columns]), residual = noise.tensor([images, tall, wide, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: window.height * side)
    let fast = Kernels.conv2d(x, packed, window, bias: bias, imageBias: imageBias, residual: residual)
    let plain = PlainKernels.conv2d(x, weight, window, bias: bias, imageBias: imageBias, residual: residual)
    #expect(relativeError(fast, plain) < Self.tolerance, "\(x.shape) \(columns) \(window)")
  }

  /// Many images of few outputs: each output without the taps that are outside its image.
  @Test(arguments: 0..<24) func smallImages(seed: Int) {
    var noise = Noise(UInt64(seed) + 1400)
    let (images, height, width) = (noise.int(90...130), noise.int(1...4), noise.int(1...4))
    let (depth, columns, side) = (noise.int(1...40), noise.int(1...40), noise.int(2...5))
    let padding = Padding(
      top: noise.int(0...side), left: noise.int(0...side), bottom: side, right: side)
    let window = Window(height: side, width: side, stride: noise.int(2...4), padding: padding, dilation: seed % 5 == 0 ? 2 : 1)
    guard height + padding.top >= side, width + padding.left >= side else { return }
    let (tall, wide) = window.output(height: height, width: width)
    let x = noise.tensor([images, height, width, depth]), weight = noise.tensor([columns, depth, side, side])
    let bias = noise.tensor([columns]), residual = noise.tensor([images, tall, wide, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: side * side)
    let fast = Kernels.conv2d(x, packed, window, bias: bias, residual: residual, activation: .relu)
    let plain = PlainKernels.conv2d(x, weight, window, bias: bias, residual: residual, activation: .relu)
    #expect(relativeError(fast, plain) < Self.tolerance, "\(x.shape) \(columns) \(window)")
  }

  /// A gated layer in one product is the product and then the gate, to the bit.
  @Test(arguments: 0..<24) func gatedLinear(seed: Int) throws {
    var noise = Noise(UInt64(seed) + 5100)
    let (rows, depth, columns) = (noise.int(1...300), noise.int(1...700), 16 * noise.int(1...9))
    let x = noise.tensor([rows, depth]), weight = noise.tensor([2 * columns, depth], scale: 0.1), bias = noise.tensor([2 * columns])
    let gated = try #require(
      GatedWeight(Parameter(weight), bias: Parameter(bias), columns: columns, depth: depth, precision: .float32))
    let packed = PackedMatrix(Parameter(weight), columns: 2 * columns, depth: depth)
    let apart = Kernels.geglu(Kernels.linear(x, packed, bias: bias))
    #expect(Kernels.gatedLinear(Operand(x), gated).tensor.values == apart.values, "\(rows)x\(depth)x\(columns)")
    let odd = noise.tensor([2 * columns - 2, depth]), oddBias = noise.tensor([2 * columns - 2])
    #expect(
      GatedWeight(Parameter(odd), bias: Parameter(oddBias), columns: columns - 1, depth: depth, precision: .float32) == nil)
  }

  @Test(arguments: 0..<36) func winograd(seed: Int) {
    var noise = Noise(UInt64(seed) + 9000)
    let dilation = seed < 24 ? 1 : seed % 3 + 2
    let sides = dilation == 1 ? 7...27 : 8 * dilation...11 * dilation
    let (images, height, width) = (noise.int(1...3), noise.int(sides), noise.int(sides))
    let (depth, columns, isUpsampled) = (8 * noise.int(4...35), noise.int(32...75), seed % 4 == 0)
    let least = dilation == 1 ? 0 : dilation
    let padding = Padding(
      top: noise.int(least...least + 2), left: noise.int(least...least + 2), bottom: noise.int(least...least + 2),
      right: noise.int(least...least + 2))
    let window = Window(height: 3, width: 3, padding: padding, dilation: dilation)
    let upsampledTo = isUpsampled ? Extent(height: 2 * height - noise.int(0...1), width: 2 * width - noise.int(0...1)) : nil
    let (tall, wide) = window.output(height: upsampledTo?.height ?? height, width: upsampledTo?.width ?? width)
    let x = noise.tensor([images, height, width, depth]), weight = noise.tensor([columns, depth, 3, 3])
    let bias = noise.tensor([columns]), imageBias = noise.tensor([images, columns])
    let residual = noise.tensor([images, tall, wide, columns])
    let packed = PackedMatrix(Parameter(weight), columns: columns, depth: depth, taps: 9)
    #expect(Kernels.usesWinograd(packed, window, outHeight: tall, outWidth: wide))
    let fast = Kernels.conv2d(
      x, packed, window, bias: bias, imageBias: imageBias, residual: residual, activation: .silu, upsampledTo: upsampledTo)
    let plain = PlainKernels.conv2d(
      x, weight, window, bias: bias, imageBias: imageBias, residual: residual, activation: .silu, upsampledTo: upsampledTo)
    #expect(relativeError(fast, plain) < 5 * Self.tolerance, "\(x.shape) \(columns) \(window)")
  }

  /// Of many images the transformed weights are kept from block to block of tiles, of one they are made panel by panel.
  @Test func winogradOfManyImagesIsThatOfEach() {
    var noise = Noise(9100)
    let x = noise.tensor([40, 27, 26, 72]), weight = noise.tensor([75, 72, 3, 3])
    let packed = PackedMatrix(Parameter(weight), columns: 75, depth: 72, taps: 9)
    let window = Window(height: 3, width: 3, padding: 1)
    #expect(Kernels.usesWinograd(packed, window, outHeight: 27, outWidth: 26))
    let all = Kernels.conv2d(x, packed, window)
    for image in [0, 17, 39] {
      let own = image..<image + 1
      #expect(Kernels.conv2d(x.slice(own), packed, window).values == all.slice(own).values, "\(image)")
    }
  }

  @Test(arguments: 0..<10) func depthwiseConv2d(seed: Int) {
    var noise = Noise(UInt64(seed) + 2000)
    let window = Window(height: noise.int(1...5), width: noise.int(1...5), stride: noise.int(1...2), padding: 2)
    let x = noise.tensor([2, noise.int(5...9), noise.int(5...9), noise.int(1...21)])
    let weight = noise.tensor([window.height * window.width, x.channels]), bias = noise.tensor([x.channels])
    let fast = Kernels.depthwiseConv2d(x, weight, window, bias: bias, activation: .relu)
    let plain = PlainKernels.depthwiseConv2d(x, weight, window, bias: bias, activation: .relu)
    #expect(relativeError(fast, plain) < Self.tolerance)
  }

  @Test(arguments: 0..<20) func attention(seed: Int) {
    var noise = Noise(UInt64(seed) + 3000)
    let (images, heads, size) = (noise.int(1...2), noise.int(1...3), noise.int(1...45))
    let isCausal = seed % 4 == 0
    let queries = noise.int(1...110), keys = isCausal ? queries : noise.int(1...1200)
    let q = noise.tensor([images, queries, heads * size], scale: 3)
    let k = noise.tensor([images, keys, heads * size], scale: 3), v = noise.tensor([images, keys, heads * size])
    let fast = Kernels.attention(q, k, v, heads: heads, isCausal: isCausal)
    let plain = PlainKernels.attention(q, k, v, heads: heads, isCausal: isCausal)
    #expect(relativeError(fast, plain) < Self.tolerance, "\(q.shape) \(k.shape) \(heads)")
  }

  @Test(arguments: 0..<20) func norms(seed: Int) {
    var noise = Noise(UInt64(seed) + 4000)
    let groups = noise.int(1...5)
    let channels = groups * noise.int(1...9)
    // A mean far from zero, where sums of squares cancel.
    let x = noise.tensor([2, noise.int(1...70), noise.int(1...70), channels], offset: seed % 2 == 0 ? 0 : 50)
    let weight = noise.tensor([channels]), bias = noise.tensor([channels])
    let tolerance = seed % 2 == 0 ? Self.tolerance : 1e-5
    #expect(
      relativeError(
        Kernels.groupNorm(x, groups: groups, weight: weight, bias: bias, eps: 1e-5, activation: .silu),
        PlainKernels.groupNorm(x, groups: groups, weight: weight, bias: bias, eps: 1e-5, activation: .silu)) < tolerance)
    #expect(
      relativeError(
        Kernels.layerNorm(x, weight: weight, bias: bias, eps: 1e-5),
        PlainKernels.layerNorm(x, weight: weight, bias: bias, eps: 1e-5)) < 1e-5)
    #expect(
      relativeError(
        Kernels.scaleChannels(x, by: weight, offsets: bias, activation: .relu),
        PlainKernels.scaleChannels(x, by: weight, offsets: bias, activation: .relu)) < Self.tolerance)
  }

  @Test(arguments: Activation.allCases) func activations(activation: Activation) {
    var noise = Noise(5000)
    let x = noise.tensor([37, 1001], scale: 12)
    #expect(relativeError(Kernels.activate(x, activation), PlainKernels.activate(x, activation)) < 5e-7)
    #expect(Kernels.activate(Tensor([-1e30, 1e30], shape: [2]), activation).values.allSatisfy { !$0.isNaN })
  }

  @Test(arguments: [1, 7, 8, 40_003]) func elementwise(count: Int) {
    var noise = Noise(UInt64(count))
    let a = noise.tensor([count]), b = noise.tensor([count])
    #expect(Kernels.add(a, b).values == PlainKernels.add(a, b).values)
    #expect(relativeError(Kernels.add(a, b, scale: 0.3), PlainKernels.add(a, b, scale: 0.3)) < 1e-6)
    #expect(relativeError(Kernels.scale(a, by: 3, offset: 5), PlainKernels.scale(a, by: 3, offset: 5)) < 1e-6)
    #expect(Kernels.clamp(a, -0.5, 0.25).values == PlainKernels.clamp(a, -0.5, 0.25).values)
  }

  @Test func gating() {
    var noise = Noise(5001)
    let x = noise.tensor([53, 2 * 37], scale: 4)
    #expect(relativeError(Kernels.geglu(x), PlainKernels.geglu(x)) < Self.tolerance)
    let scores = noise.tensor([53, 77], scale: 40)
    #expect(relativeError(Kernels.softmax(scores), PlainKernels.softmax(scores)) < 1e-5)
  }

  @Test(arguments: [1, 7, 8, 15, 24, 250]) func unitVectors(channels: Int) {
    var noise = Noise(6050)
    let x = noise.tensor([37, channels], scale: 4), unit = Kernels.unitRows(x)
    let lengths = Kernels.rowNorms(x).values
    let expected = x.values.enumerated().map { $1 / (lengths[$0 / channels] + 1e-5) }
    #expect(relativeError(unit, Tensor(expected, shape: x.shape)) < Self.tolerance)
    #expect(Kernels.unitRows(Tensor(zeros: [3, channels])).values == Tensor(zeros: [3, channels]).values)
  }

  @Test(arguments: 0..<30) func products(seed: Int) {
    var noise = Noise(UInt64(seed) + 6100)
    let (rows, columns, depth) = (noise.int(1...260), noise.int(1...150), noise.int(1...700))
    let a = noise.tensor([rows, depth]), b = noise.tensor([columns, depth])
    let activation: Activation = seed % 2 == 0 ? .relu : .none
    let plain = PlainKernels.activate(PlainKernels.gemm(a, b, transposeB: true), activation)
    #expect(relativeError(Kernels.product(a, transposed: b, activation: activation), plain) < Self.tolerance, "\(rows)x\(depth)x\(columns)")
  }

  @Test(arguments: [false, true]) func gemm(transposeB: Bool) {
    var noise = Noise(6000)
    let a = noise.tensor([131, 77]), b = noise.tensor(transposeB ? [59, 77] : [77, 59])
    #expect(relativeError(Kernels.gemm(a, b, transposeB: transposeB), PlainKernels.gemm(a, b, transposeB: transposeB)) < Self.tolerance)
  }

  @Test func gemmOfATransposedLeftSide() {
    var noise = Noise(6001)
    let a = noise.tensor([77, 431]), b = noise.tensor([77, 59])
    let left = a.reshaped([1, 1, 77, 431]).nchw().reshaped([431, 77])
    #expect(relativeError(Kernels.gemm(a, b, transposeA: true), PlainKernels.gemm(left, b)) < Self.tolerance)
  }

  @Test(arguments: [false, true]) func resampling(alignCorners: Bool) {
    var noise = Noise(7000)
    let x = noise.tensor([2, 7, 9, 5])
    for (height, width) in [(14, 18), (3, 4), (1, 1), (13, 5)] {
      #expect(
        relativeError(
          Kernels.bilinear(x, height: height, width: width, alignCorners: alignCorners),
          PlainKernels.bilinear(x, height: height, width: width, alignCorners: alignCorners)) < Self.tolerance)
    }
    for window in [Window(height: 2, width: 2, stride: 2), Window(height: 3, width: 3, stride: 2, padding: 1)] {
      #expect(Kernels.maxPool(x, window).values == PlainKernels.maxPool(x, window).values)
    }
  }

  @Test func layouts() {
    var noise = Noise(8000)
    let x = noise.tensor([2, 3, 4, 5])
    #expect(x.nhwc().nchw().values == x.values)
    #expect(x.nhwc().shape == [2, 4, 5, 3])
    #expect(x.nhwc().values[1] == x.values[20])
    #expect(Tensor.stacked([x.slice(1..<2), x.slice(0..<1)]).slice(1..<2).values == x.slice(0..<1).values)
    // More than a band of columns, and of images.
    let large = noise.tensor([3, 37, 21, 2]), turned = large.nchw().values
    for (position, value) in large.values.enumerated() {
      let (image, pixel, channel) = (position / 1554, position / 2 % 777, position % 2)
      #expect(turned[image * 1554 + channel * 777 + pixel] == value)
    }
    #expect(large.nchw().nhwc().values == large.values)
    let joined = Tensor.concatenated([x, x.slicedChannels(1..<3)])
    #expect(joined.shape == [2, 3, 4, 7])
    #expect(joined.slicedChannels(0..<5).values == x.values)
    #expect(joined.slicedChannels(5..<7).values == x.slicedChannels(1..<3).values)
    // Short rows, more of them than are written at a time, beside long ones.
    let columns = [1, 1, 23, 2].map { noise.tensor([9_001, $0]) }
    let wide = Tensor.concatenated(columns)
    for (first, column) in [(0, 0), (1, 1), (2, 2), (25, 3)] {
      #expect(wide.slicedChannels(first..<first + columns[column].channels).values == columns[column].values)
    }
  }

  @Test(arguments: [1, 2, 4]) func everyPixel(apart step: Int) {
    var noise = Noise(8001)
    for channels in [3, 17] {
      let x = noise.tensor([2, 13, 10, channels])
      #expect(Kernels.everyPixel(x, apart: step).values == PlainKernels.maxPool(x, Window(height: 1, width: 1, stride: step)).values)
    }
    let y = noise.tensor([5, 7, 3]), turned = Kernels.swappedOuter(y).values
    for (position, value) in y.values.enumerated() {
      let (outer, inner, channel) = (position / 21, position / 3 % 7, position % 3)
      #expect(turned[(inner * 5 + outer) * 3 + channel] == value)
    }
  }
}
