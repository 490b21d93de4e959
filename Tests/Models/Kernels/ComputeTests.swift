import Foundation
import Models
import Testing

@Suite(.serialized) struct ComputeTests {
  @Test func resultsDoNotDependOnThreads() {
    let before = Compute.threads
    defer { Compute.threads = before }
    var noise = Noise(1)
    let x = noise.tensor([2, 17, 19, 40]), weight = noise.tensor([50, 40, 3, 3])
    let packed = PackedMatrix(Parameter(weight), columns: 50, depth: 40, taps: 9)
    let tokens = noise.tensor([2, 300, 40])
    let outputs = [1, 2, 3, 5].map { threads in
      Compute.threads = threads
      return Kernels.conv2d(x, packed, Window(height: 3, width: 3, padding: 1)).values
        + Kernels.conv2d(x, packed, Window(height: 3, width: 3, stride: 2, padding: 1)).values
        + Kernels.attention(tokens, tokens, tokens, heads: 5).values
        + Kernels.groupNorm(x, groups: 4, weight: Tensor(zeros: [40]), bias: noise.tensor([40]), eps: 1e-5).shape.map(Float.init)
    }
    #expect(outputs.dropFirst().allSatisfy { $0 == outputs[0] })
  }

  /// Bands of rows are cut by shape: the same ones for every number of threads, and each row is in one of them.
  @Test func productsOfActivationsDoNotDependOnThreads() {
    let before = Compute.threads
    defer { Compute.threads = before }
    var noise = Noise(3)
    for (m, n, k) in [(1, 70, 40), (95, 300, 64), (191, 100, 64), (192, 40, 130), (385, 77, 90), (625, 625, 64), (2500, 30, 24), (14000, 9, 40)] {
      let a = noise.tensor([m, k]), b = noise.tensor([n, k])
      let outputs = [1, 2, 3, 4, 7].map { threads in
        Compute.threads = threads
        return Kernels.gemm(a, b, transposeB: true)
      }
      #expect(outputs.dropFirst().allSatisfy { $0.values == outputs[0].values }, "\(m) x \(n) x \(k)")
      #expect(relativeError(outputs[0], PlainKernels.gemm(a, b, transposeB: true)) < 1e-5, "\(m) x \(n) x \(k)")
    }
  }

  @Test func concurrentCallersAllFinish() async {
    let before = Compute.threads
    Compute.threads = 4
    defer { Compute.threads = before }
    await withTaskGroup(of: Bool.self) { group in
      for caller in 0..<8 {
        group.addTask {
          var noise = Noise(UInt64(caller))
          let x = noise.tensor([200, 64]), weight = noise.tensor([64, 64])
          let packed = PackedMatrix(Parameter(weight), columns: 64, depth: 64)
          let expected = PlainKernels.linear(x, weight)
          return (0..<200).allSatisfy { _ in relativeError(Kernels.linear(x, packed), expected) < 1e-6 }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  /// More pieces than the pool counts in one loop: a token that sees only itself comes back as its value.
  @Test func loopsOfAnyLength() {
    var noise = Noise(9)
    let q = noise.tensor([70_000, 1, 4]), v = noise.tensor([70_000, 1, 4])
    #expect(relativeError(Kernels.attention(q, q, v, heads: 1), v) < 1e-6)
  }

  @Test func twoByteWeightsStayExact() throws {
    var noise = Noise(2)
    let values = noise.tensor([24, 300]).values.map { Float(Float16($0)) }
    let weight = Tensor(values, shape: [24, 300])
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("half-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    let header = Data(#"{"w":{"dtype":"F16","shape":[24,300],"data_offsets":[0,14400]}}"#.utf8)
    var file = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
    for value in values { file += withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { Data($0) } }
    try file.write(to: url)
    let half = WeightLoader(try Checkpoint(file: url)).parameter("w", [24, 300])
    #expect(half.dtype == .f16)
    let x = noise.tensor([31, 300])
    let narrow = Kernels.linear(x, PackedMatrix(half, columns: 24, depth: 300))
    let wide = Kernels.linear(x, PackedMatrix(Parameter(weight), columns: 24, depth: 300))
    #expect(narrow.values == wide.values)
  }

  /// A profile counts what ran while it was asked for, and only that. Other tests' layers may be in it, of other shapes.
  @Test func profileTellsLayersByShape() throws {
    var noise = Noise(1)
    let x = noise.tensor([5, 11, 13, 7]), weight = noise.tensor([9, 7, 1, 1])
    let packed = PackedMatrix(Parameter(weight), columns: 9, depth: 7)
    func run() -> Tensor { Kernels.conv2d(x, packed, Window(height: 1, width: 1)) }
    _ = run()
    let (_, lines) = Profile.of { (run(), run()) }
    let line = try #require(lines.first { $0.shape.hasPrefix("[5, 11, 13, 7]") })
    #expect(line.kind == .convolution && line.calls == 2 && line.products == Double(2 * 5 * 11 * 13 * 7 * 9))
    #expect(lines.map(\.seconds) == lines.map(\.seconds).sorted(by: >))
  }
}
