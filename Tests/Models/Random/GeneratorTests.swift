import Foundation
import Models
import TestSupport
import Testing

/// Against `golden/episodes/generators.json`, drawn by CPython, NumPy and PyTorch themselves.
@Suite(.enabled(if: Golden.isAvailable)) struct GeneratorTests {
  private struct File: Decodable {
    struct Integers: Decodable {
      var seed: String
      var n: Int
      var values: [Int]
    }
    struct Choice: Decodable {
      var seed: UInt32
      var n: Int
      var k: Int
      var values: [[Int]]
    }
    struct Words: Decodable {
      var seed: UInt32
      var values: [Int]
    }
    struct Longs: Decodable {
      var seed: String
      var values: [String]
    }
    struct Normals: Decodable {
      var seed: String
      var n: Int
      var first: [Float]
      var last: [Float]
      var sum_f64: Double
      var sum_sq_f64: Double
    }
    struct Calls: Decodable {
      struct Call: Decodable {
        var n: Int
        var values: [Float]
      }
      var seed: String
      var calls: [Call]
    }
    var python_random_randint: [Integers]
    var numpy_randomstate_choice: [Choice]
    var numpy_randomstate_randint_0_1000: [Words]
    var torch_cpu_int64_random: [Longs]
    var torch_cpu_randn: [Normals]
    var torch_cpu_randn_consecutive: [Calls]
  }

  private let golden: File

  init() throws {
    golden = try JSONDecoder().decode(File.self, from: Data(contentsOf: Golden.url("episodes/generators.json")))
  }

  @Test func python() throws {
    for entry in golden.python_random_randint {
      var random = PythonRandom(seed: try #require(UInt64(entry.seed)))
      #expect(entry.values.map { _ in random.integer(in: 1...entry.n) - 1 } == entry.values, "seed \(entry.seed), n \(entry.n)")
    }
  }

  @Test func numpy() {
    for entry in golden.numpy_randomstate_choice {
      var random = NumpyRandomState(seed: entry.seed)
      #expect(entry.values.map { _ in random.choice(entry.n, count: entry.k) } == entry.values, "seed \(entry.seed), n \(entry.n)")
    }
    for entry in golden.numpy_randomstate_randint_0_1000 {
      var random = NumpyRandomState(seed: entry.seed)
      #expect(entry.values.map { _ in random.integer(in: 0..<1000) } == entry.values)
    }
  }

  @Test func torchIntegers() throws {
    for entry in golden.torch_cpu_int64_random {
      var generator = TorchGenerator(seed: try #require(UInt64(entry.seed)))
      #expect(entry.values.map { _ in String(generator.int64()) } == entry.values, "seed \(entry.seed)")
    }
  }

  /// To the bit, though 1e-6 would be accepted.
  @Test func torchNormals() throws {
    for entry in golden.torch_cpu_randn {
      var generator = TorchGenerator(seed: try #require(UInt64(entry.seed)))
      let drawn = generator.randn(entry.n)
      #expect(Array(drawn.prefix(32)) == entry.first, "seed \(entry.seed), n \(entry.n)")
      #expect(Array(drawn.suffix(8)) == entry.last, "seed \(entry.seed), n \(entry.n)")
      #expect(abs(drawn.reduce(0) { $0 + Double($1) } - entry.sum_f64) < 1e-6)
      #expect(abs(drawn.reduce(0) { $0 + Double($1) * Double($1) } - entry.sum_sq_f64) < 1e-6 * Double(entry.n))
    }
    for entry in golden.torch_cpu_randn_consecutive {
      var generator = TorchGenerator(seed: try #require(UInt64(entry.seed)))
      for call in entry.calls { #expect(generator.randn(call.n) == call.values, "seed \(entry.seed)") }
    }
  }
}
