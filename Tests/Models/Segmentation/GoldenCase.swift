import Foundation
import Models
import TestSupport
import Testing

/// One file of `golden/fss` and the tolerances of its README.
final class GoldenCase {
  let file: Checkpoint
  let side: Int
  let shots: Int
  private var seen: Set<String> = []

  init(_ name: String) throws {
    file = try Checkpoint(file: Golden.url("fss/\(name).safetensors"))
    let shape = file.shape(of: "support_imgs") ?? []
    (shots, side) = (shape[1], shape[3])
  }

  static func weights(_ name: String) throws -> Checkpoint {
    try Checkpoint(file: Golden.url("fss/\(name).weights.safetensors"))
  }

  func query(_ network: some FewShotSegmenter) throws -> ImageFeatures {
    try network.features(of: file.tensor("query_img").nhwc())
  }

  func supports(_ network: some FewShotSegmenter) throws -> [SupportExample] {
    let images = try file.tensor("support_imgs").reshaped([shots, 3, side, side])
    let masks = try file.tensor("support_masks").reshaped([shots, side, side, 1])
    return try (0..<shots).map { shot in
      SupportExample(
        features: try network.features(of: images.slice(shot..<shot + 1).nhwc()), mask: masks.slice(shot..<shot + 1))
    }
  }

  /// An intermediate, compared with `mid.name` where the file has it: within 2e-4 of its largest magnitude.
  func expect(_ tensor: Tensor, _ name: String) {
    guard let expected = (try? file.tensor("mid.\(name)"))?.values else { return }
    seen.insert("mid.\(name)")
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(Difference.largest(tensor.values, expected) <= 2e-4 * largest, "\(name)")
  }

  /// An output, where the file has it: within `tolerance`.
  func expect(_ tensor: Tensor, output name: String, tolerance: Float) {
    guard let expected = (try? file.tensor("out.\(name)"))?.values else { return }
    seen.insert("out.\(name)")
    #expect(Difference.largest(tensor.values, expected) < tolerance, "\(name)")
  }

  /// A mask: equal wherever the margins of `scores`, `[n, 2, S, S]`, are all at least 1e-3.
  func expect(mask: [UInt8], output name: String, scores: String) throws {
    let (expected, logits) = (try file.tensor("out.\(name)").values, try file.tensor("out.\(scores)").values)
    seen.insert("out.\(name)")
    let area = side * side
    #expect(mask.count == area)
    let wrong = mask.indices.filter { pixel in
      Float(mask[pixel]) != expected[pixel]
        && stride(from: pixel, to: logits.count, by: 2 * area).allSatisfy { abs(logits[$0] - logits[$0 + area]) >= 1e-3 }
    }
    #expect(wrong.isEmpty, "\(wrong.count) pixels of \(name)")
  }

  /// Every intermediate and output of the file has been compared, but for those named.
  func expectAllCompared(except names: Set<String> = []) {
    let left = file.names.filter { $0.hasPrefix("mid.") || $0.hasPrefix("out.") }
      .filter { !seen.contains($0) && !names.contains($0) }
    #expect(left.isEmpty)
  }
}
