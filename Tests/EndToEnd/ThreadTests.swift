import Foundation
import Models
import TestSupport
import Testing

/// Any number of threads gives the same bytes, whichever of OpenBLAS's kernels run.
@Suite(.timeLimit(.minutes(15))) struct ThreadTests {
  /// A network with its weights, and names and shapes of the tensors that it is given: large enough that products are cut into rows.
  struct Case: CustomTestStringConvertible, Sendable {
    let network: String
    let weights: URL
    let inputs: [(name: String, shape: [Int])]

    init(_ network: String, _ weights: String, _ inputs: [(name: String, shape: [Int])]) {
      self.init(network, weights: Golden.projectRoot.appendingPathComponent("Assets/demo/" + weights), inputs)
    }

    init(_ network: String, weights: URL, _ inputs: [(name: String, shape: [Int])]) {
      (self.network, self.weights, self.inputs) = (network, weights, inputs)
    }

    var testDescription: String { network }

    func write(to file: URL) throws {
      try Safetensors.write(
        inputs.map { name, shape in
          (name: name, tensor: Tensor((0..<shape.reduce(1, *)).map { value(of: name, at: $0) }, shape: shape))
        }, to: file)
    }

    private func value(of name: String, at index: Int) -> Float {
      let noise = index &* 2_654_435_761 % 251
      return switch name {
      case "input_ids": Float(noise)
      case "timestep": Float(981 - 960 * index)
      case "support_masks": Float(noise % 2)
      case "image" where network == "hed": Float(noise)
      default: Float(noise) / 125 - 1
      }
    }
  }

  private static func episode(side: Int) -> [(name: String, shape: [Int])] {
    [("query_img", [1, 3, side, side]), ("support_imgs", [1, 1, 3, side, side]), ("support_masks", [1, 1, side, side])]
  }

  private static let noisy: [(name: String, shape: [Int])] = [
    ("sample", [2, 8, 16, 16]), ("timestep", [2]), ("encoder_hidden_states", [2, 77, 64]),
  ]

  static let cases: [Case] = [
    Case("bam", "bam/fold0.safetensors", episode(side: 129)), Case("hdmnet", "hdmnet/fold0.safetensors", episode(side: 129)),
    Case("hsnet", "hsnet/fold0.safetensors", episode(side: 128)), Case("dcama", "dcama/fold0.safetensors", episode(side: 128)),
    Case("clip-text", "sd", [("input_ids", [2, 77])]), Case("unet", "sd", noisy),
    Case("controlnet", "controlnet-mask", noisy + [("cond", [2, 3, 128, 128])]), Case("vae-decode", "sd", [("latent", [2, 8, 16, 16])]),
    Case("vae-encode", "sd", [("image", [1, 3, 64, 96])]), Case("hed", "hed", [("image", [1, 3, 100, 132])]),
  ]

  /// The project has no weights of it.
  static let published = [
    Case("pidinet", weights: Golden.data("weights/pidinet/table5_pidinet.safetensors"), [("image", [1, 3, 100, 132])])
  ]

  /// OpenBLAS's own choice, and those of its kernels that the processor can run which add a row up in an order that depends on the number of
  /// rows (OpenBLAS 0.3.21).
  static let kernels: [String?] = {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = info.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    let flags = Set(line.split(separator: " "))
    return [nil] + (flags.isSuperset(of: ["avx2", "fma"]) ? ["Haswell"] : [])
      + (flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"]) ? ["SkylakeX"] : [])
  }()

  @Test(arguments: cases, kernels) func outputsDoNotDependOnThreads(_ network: Case, _ kernels: String?) throws {
    try expectEqualOutputs(network, kernels)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: published, kernels)
  func outputsOfPublishedWeightsDoNotDependOnThreads(_ network: Case, _ kernels: String?) throws {
    try expectEqualOutputs(network, kernels)
  }

  private func expectEqualOutputs(_ network: Case, _ kernels: String?) throws {
    let program = try Program()
    defer { program.remove() }
    let input = program.home.appendingPathComponent("in.safetensors")
    try network.write(to: input)
    let outputs = try (1...4).map { threads in
      let file = program.home.appendingPathComponent("out-\(threads).safetensors")
      let run = try program.run(
        ["forward", "--network", network.network, "--weights", network.weights.path, "--input", input.path, "--output", file.path, "--threads", "\(threads)"],
        environment: kernels.map { ["OPENBLAS_CORETYPE": $0] } ?? [:])
      #expect(run.status == 0, "\(run.standardError)")
      return try Data(contentsOf: file)
    }
    #expect(outputs[0].count > 100)
    for (number, output) in outputs.enumerated().dropFirst() { #expect(output == outputs[0], "\(number + 1) threads") }
  }
}
