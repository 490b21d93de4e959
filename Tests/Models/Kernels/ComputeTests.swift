import Core
import Foundation
import Models
import Synchronization
import TestSupport
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
      for precision in Precision.allCases where precision <= .fastest {
        let own = [1, 2, 3, 7].map { threads in
          Compute.threads = threads
          return Kernels.product(a, transposed: b, precision: precision).values
        }
        #expect(own.dropFirst().allSatisfy { $0 == own[0] }, "\(m) x \(n) x \(k) \(precision)")
      }
    }
  }

  /// Jobs side by side have a part of the threads each, and get the same numbers; loops inside loops of theirs too.
  @Test(arguments: [1, 2, 4, 5]) func jobsSideBySideShareTheThreads(threads: Int) async {
    let before = Compute.threads
    Compute.threads = threads
    defer { Compute.threads = before }
    var noise = Noise(7)
    let x = noise.tensor([2, 17, 19, 40]), weight = noise.tensor([50, 40, 3, 3])
    let packed = PackedMatrix(Parameter(weight), columns: 50, depth: 40, taps: 9)
    let expected = Kernels.conv2d(x, packed, Window(height: 3, width: 3, padding: 1)).values
    for jobs in 1...3 {
      let meeting = Meeting(jobs)
      let shares = await withTaskGroup(of: Int.self) { group in
        for _ in 0..<jobs {
          group.addTask {
            await Self.onThread {
              Compute.sideBySide {
                meeting.meet()
                let share = Compute.threads
                meeting.meet()
                for _ in 0..<20 {
                  // A job inside a job is a part of it.
                  let found = Compute.sideBySide { Kernels.conv2d(x, packed, Window(height: 3, width: 3, padding: 1)).values }
                  #expect(found == expected)
                }
                return share
              }
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      // Another test's jobs may be under way: then there is less for each.
      #expect(shares.allSatisfy { $0 >= 1 } && shares.reduce(0, +) <= max(threads, jobs), "\(shares) of \(threads)")
    }
    #expect(Compute.threads == threads)
  }

  private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in Thread { continuation.resume(returning: body()) }.start() }
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

  @Test(arguments: ["F16", "BF16"]) func twoByteWeightsStayExact(type: String) throws {
    var noise = Noise(2)
    let (weight, narrow) = try stored(noise.tensor([24, 300]), as: type)
    // A loader widens those of a small network.
    let read = WeightLoader(narrow.checkpoint).parameter("w", [24, 300])
    #expect(read.dtype == .f32 && read.widened().values == weight.values)
    let (taps, narrowTaps) = try stored(noise.tensor([40, 72, 3, 3]), as: type)
    let x = noise.tensor([31, 300]), image = noise.tensor([2, 13, 10, 72]), window = Window(height: 3, width: 3, padding: 1)
    for set in KernelSet.available {
      KernelSet.$current.withValue(set) {
        func linear(_ weight: Parameter) -> Tensor { Kernels.linear(x, PackedMatrix(weight, columns: 24, depth: 300)) }
        func winograd(_ weight: Parameter) -> Tensor {
          Kernels.conv2d(image, PackedMatrix(weight, columns: 40, depth: 72, taps: 9), window)
        }
        #expect(linear(narrow.parameter).values == linear(Parameter(weight)).values, "\(set)")
        #expect(winograd(narrowTaps.parameter).values == winograd(Parameter(taps)).values, "\(set)")
      }
    }
  }

  /// A tensor rounded to two bytes a number, and as a file's parameter of that type.
  private func stored(_ tensor: Tensor, as type: String) throws -> (Tensor, (checkpoint: Checkpoint, parameter: Parameter)) {
    let bits = tensor.values.map { type == "F16" ? Float16($0).bitPattern : UInt16($0.bitPattern >> 16) }
    let values = bits.map { type == "F16" ? Float(Float16(bitPattern: $0)) : Float(bitPattern: UInt32($0) << 16) }
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("half-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    let header = Data(#"{"w":{"dtype":"\#(type)","shape":\#(tensor.shape),"data_offsets":[0,\#(2 * tensor.count)]}}"#.utf8)
    var file = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
    for number in bits { file += withUnsafeBytes(of: number.littleEndian) { Data($0) } }
    try file.write(to: url)
    let checkpoint = try Checkpoint(file: url), parameter = try #require(checkpoint.parameter("w"))
    #expect(parameter.dtype == (type == "F16" ? .f16 : .bf16))
    return (Tensor(values, shape: tensor.shape), (checkpoint, parameter))
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

/// Where a number of threads wait for each other, as often as they like.
private final class Meeting: Sendable {
  private let count: Int
  private let state = Mutex((here: 0, round: 0))

  init(_ count: Int) { self.count = count }

  func meet() {
    let end = ContinuousClock.now + .seconds(patience)
    let round = state.withLock { state in
      let round = state.round
      state.here += 1
      if state.here == count { state = (0, round + 1) }
      return round
    }
    while state.withLock({ $0.round }) == round, ContinuousClock.now < end { sched_yield() }
  }
}
