import Foundation
import Models
import TestSupport
import Testing

/// Any number of threads gives the same bytes, whichever of OpenBLAS's kernels run.
@Suite(.enabled(if: Golden.isAvailable), .timeLimit(.minutes(15))) struct ThreadTests {
  /// A network with its weights and the tensors it is given.
  struct Case: CustomTestStringConvertible, Sendable {
    let network: String
    let weights: URL
    /// Names of `forward` and where their tensors are; the whole file when empty.
    let tensors: [(name: String, golden: String)]
    let golden: URL

    init(_ network: String, _ weights: String, _ golden: String, _ tensors: [(String, String)] = []) {
      self.network = network
      self.weights = weights.hasPrefix("weights/") ? Golden.data(weights) : Golden.url(weights)
      self.golden = Golden.url(golden)
      self.tensors = tensors.map { (name: $0.0, golden: $0.1) }
    }

    var testDescription: String { network }

    func write(to file: URL) throws {
      if network == "hed" || network == "pidinet" {
        // Larger than the goldens' pictures: products of a few rows are not cut at all.
        let image = Tensor((0..<3 * 100 * 132).map { Float($0 &* 2_654_435_761 % 251) / (network == "hed" ? 1 : 251) }, shape: [1, 3, 100, 132])
        return try Safetensors.write([("image", image)], to: file)
      }
      guard !tensors.isEmpty else { return try FileManager.default.copyItem(at: golden, to: file) }
      let from = try Checkpoint(file: golden)
      try Safetensors.write(tensors.map { (name: $0.name, tensor: try from.tensor($0.golden)) }, to: file)
    }
  }

  static let cases: [Case] = [
    Case("bam", "fss/bam_r50_w8.weights.safetensors", "fss/bam_r50_w8.shot1_161.safetensors"),
    Case("hdmnet", "fss/hdmnet_r50_w8.weights.safetensors", "fss/hdmnet_r50_w8.shot1_129.safetensors"),
    Case("hsnet", "fss/hsnet_r50_w8.weights.safetensors", "fss/hsnet_r50_w8.shot1_257.safetensors"),
    Case("dcama", "fss/dcama_r50_w8.weights.safetensors", "fss/dcama_r50_w8.shot1_160.safetensors"),
    Case("clip-text", "sd/tiny-sd15", "sd/components.safetensors", [("input_ids", "text.input_ids")]),
    Case(
      "unet", "sd/tiny-sd15", "sd/components.safetensors",
      [("sample", "unet.sample"), ("timestep", "unet.timestep"), ("encoder_hidden_states", "text.last_hidden_state")]),
    Case(
      "controlnet", "sd/tiny-controlnet-seg", "sd/components.safetensors",
      [
        ("sample", "unet.sample"), ("timestep", "unet.timestep"), ("encoder_hidden_states", "text.last_hidden_state"),
        ("cond", "controlnet.seg.cond"),
      ]),
    Case("vae-decode", "sd/tiny-sd15", "sd/components.safetensors", [("latent", "vae.latent")]),
    Case("vae-encode", "sd/tiny-sd15", "sd/components.safetensors", [("image", "vae.image")]),
    Case("hed", "weights/hed-tiny", ""), Case("pidinet", "weights/pidinet/table5_pidinet.safetensors", ""),
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
