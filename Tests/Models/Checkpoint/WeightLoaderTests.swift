import Foundation
import Models
import TestSupport
import Testing

@Suite struct WeightLoaderTests {
  private func checkpoint(_ shapes: [String: [Int]]) throws -> Checkpoint {
    let folder = try TemporaryFolder()
    let tensors = shapes.sorted { $0.key < $1.key }.map { entry in
      let count = entry.value.reduce(1, *)
      return (name: entry.key, tensor: Tensor((0..<count).map(Float.init), shape: entry.value))
    }
    try Safetensors.write(tensors, to: folder.file("w.safetensors"))
    return try Checkpoint(file: folder.file("w.safetensors"))
  }

  @Test func listsEverythingThatDoesNotFit() throws {
    let checkpoint = try checkpoint([
      "a.weight": [2, 3], "a.bias": [2], "b.0.weight": [4], "left.over": [1], "buffers.position_ids": [1],
    ])
    let loader = WeightLoader(checkpoint)
    #expect(loader("a").has("bias"))
    #expect(loader("a").shape("weight") == [2, 3])
    #expect(loader("a").parameter("weight", [2, 3]).widened().values == [0, 1, 2, 3, 4, 5])
    #expect(loader("a").parameter("bias", [3]).shape == [3])
    #expect(loader("b")("0").optional("bias", [4]) == nil)
    #expect(loader("b")("0").optional("weight", [4])?.count == 4)
    #expect(loader("b")("1").parameter("weight", [2, 2]).widened().values == [0, 0, 0, 0])
    let expected = ModelError.weightsDoNotFit(
      path: checkpoint.path, missing: ["b.1.weight"], unused: ["left.over"],
      wrongShape: [ShapeMismatch(name: "a.bias", expected: [3], found: [2])])
    #expect(throws: expected) { try loader.finish(ignoring: ["position_ids"]) }
    for text in ["b.1.weight", "left.over", "a.bias: [2] in the file, [3] needed"] {
      #expect(expected.message.contains(text))
    }
  }

  @Test func acceptsOneByOneConvolutionsForMatrices() throws {
    let loader = WeightLoader(try checkpoint(["q.weight": [2, 3, 1, 1]]))
    #expect(loader("q").parameter("weight", [2, 3]).shape == [2, 3])
    try loader.finish()
  }

  @Test func absurdShapesAreReportedNotAllocated() throws {
    let loader = WeightLoader(try checkpoint(["a": [1]]))
    _ = loader.parameter("huge", [1 << 40, 1 << 40])
    _ = loader.parameter("a", [1 << 62, 4])
    #expect(throws: ModelError.self) { try loader.finish() }
  }

  @Test func renamesByWholeParts() throws {
    let old = try checkpoint([
      "module.mid.query.weight": [1], "mid.proj_attn.bias": [1], "query_norm": [1], "mid.value.key": [1],
    ])
    let new = try old.renamed(by: .parallelTraining + .autoencoder)
    #expect(Set(new.names) == ["mid.to_q.weight", "mid.to_out.0.bias", "query_norm", "mid.to_v.to_k"])
    #expect(throws: ModelError.self) {
      try checkpoint(["module.a": [1], "a": [1]]).renamed(by: .parallelTraining)
    }
  }
}
