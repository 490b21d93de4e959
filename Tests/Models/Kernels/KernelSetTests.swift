import Core
import Models
import Testing

/// Which set of innermost loops runs, and that it does not matter where multiplication is fused.
@Suite struct KernelSetTests {
  @Test func aNameChoosesASet() throws {
    #expect(try KernelSet.requested([:]) == nil)
    #expect(try KernelSet.requested(["DIFFSS_KERNELS": ""]) == nil)
    for set in KernelSet.available { #expect(try KernelSet.requested(["DIFFSS_KERNELS": set.name]) == set) }
    let sets = KernelSet.available.map(\.name).joined(separator: ", ")
    #expect(throws: CoreError.badSetting(name: "DIFFSS_KERNELS", value: "avx3", allowed: "\(sets) on this processor")) {
      try KernelSet.requested(["DIFFSS_KERNELS": "avx3"])
    }
  }

  @Test func thePlainestIsThereAndTheBestIsUsed() {
    #expect(KernelSet.available.first?.name == "plain")
    #expect(KernelSet.all.starts(with: KernelSet.available) || KernelSet.available.count < KernelSet.all.count)
  }

  /// What a processor with shorter vectors makes is the same image.
  @Test(arguments: 0..<8) func fusedSetsGiveTheSameBits(seed: Int) throws {
    var noise = Noise(UInt64(seed) + 20_000)
    let (side, channels, columns) = (noise.int(7...19), 8 * noise.int(4...9), noise.int(32...80))
    let x = noise.tensor([1, side, side, channels]), bias = noise.tensor([columns])
    let convolution = PackedMatrix(Parameter(noise.tensor([columns, channels, 3, 3])), columns: columns, depth: channels, taps: 9)
    let matrix = PackedMatrix(Parameter(noise.tensor([columns, channels])), columns: columns, depth: channels)
    let scale = noise.tensor([columns]), wide = noise.tensor([1, side * side, 2 * columns])
    func run() -> [[Float]] {
      let mixed = Kernels.conv2d(x, convolution, Window(height: 3, width: 3, padding: 1), bias: bias, activation: .silu)
      let strided = Kernels.conv2d(x, convolution, Window(height: 3, width: 3, stride: 2), bias: bias)
      let tokens = Kernels.linear(x.reshaped([1, side * side, channels]), matrix, bias: bias, activation: .quickGelu)
      let normal = Kernels.layerNorm(tokens, weight: scale, bias: bias, eps: 1e-5)
      let looked = Kernels.attention(normal, normal, tokens, heads: 1)
      let grouped = Kernels.groupNorm(mixed, groups: 1, weight: scale, bias: bias, eps: 1e-5)
      let rows = tokens.reshaped([side * side, columns])
      let crossed = Kernels.product(rows, transposed: normal.reshaped(rows.shape))
      let masked = Kernels.maskAttention(rows, rows, mask: crossed.slice(0..<1), heads: 1)
      return [crossed, masked, mixed, strided, tokens, normal, looked, grouped, Kernels.softmax(normal), Kernels.geglu(wide)].map(\.values)
    }
    let fused = KernelSet.available.filter { $0.name != "plain" }.map { set in KernelSet.$current.withValue(set) { run() } }
    for values in fused.dropFirst() { #expect(values == fused[0]) }
    let plain = KernelSet.$current.withValue(KernelSet.available[0]) { run() }
    for (rounded, exact) in zip(plain, run()) {
      #expect(relativeError(Tensor(rounded, shape: [rounded.count]), Tensor(exact, shape: [exact.count])) < 1e-4)
    }
  }
}
