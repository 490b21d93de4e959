import Foundation
import Models
import TestSupport
import Testing

/// A network's folder under all the names that diffusers 0.42 and transformers write.
@Suite struct WeightFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file whose only weight is called as the file is.
  private func write(_ name: String) throws {
    try Safetensors.write([(name: name, tensor: Tensor([1], shape: [1]))], to: folder.file(name))
  }

  private func index(_ name: String, of shards: [String]) throws {
    for shard in shards { try write(shard) }
    let map = shards.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",")
    try folder.write("{\"metadata\":{},\"weight_map\":{\(map)}}", to: name)
  }

  @Test(arguments: [
    "diffusion_pytorch_model.fp16.bin", "pytorch_model.fp16.bin", "pytorch_model.bin", "model.fp16.safetensors", "diffusion_pytorch_model.non_ema.safetensors",
    "diffusion_pytorch_model.non_ema.bin", "diffusion_pytorch_model.bf16.safetensors", "diffusion_pytorch_model.fp16.non_ema.safetensors",
  ]) func oneFileAlone(_ name: String) throws {
    try write(name)
    #expect(try Checkpoint(folder: folder.url).names == [name])
    #expect(Checkpoint.weightFiles(in: folder.url) == [name])
  }

  @Test(arguments: [
    "diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.bin.index.json", "diffusion_pytorch_model.safetensors.index.fp16.json",
    "diffusion_pytorch_model.fp16.safetensors.index.json", "pytorch_model.bin.index.json", "pytorch_model.bin.index.fp16.json", "model.safetensors.index.json",
  ]) func shards(_ name: String) throws {
    try index(name, of: ["x-00001-of-00002.safetensors", "x-00002-of-00002.safetensors"])
    #expect(try Set(Checkpoint(folder: folder.url).names) == ["x-00001-of-00002.safetensors", "x-00002-of-00002.safetensors"])
    #expect(Checkpoint.weightFiles(in: folder.url) == [name, "x-00001-of-00002.safetensors", "x-00002-of-00002.safetensors"])
  }

  /// From the least preferred one on, each takes the place of all before it.
  @Test func thePreferredOneIsTaken() throws {
    for name in [
      "diffusion_pytorch_model.fp16.non_ema.bin", "diffusion_pytorch_model.non_ema.bin", "diffusion_pytorch_model.non_ema.safetensors",
      "diffusion_pytorch_model.fp16.bin", "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.bin", "diffusion_pytorch_model.safetensors",
    ] {
      try write(name)
      #expect(try Checkpoint(folder: folder.url).names == [name])
    }
  }

  @Test func whatIsThereInsteadIsSaid() throws {
    #expect(throws: ModelError.noWeights(path: folder.url.path, there: [])) { try Checkpoint(folder: folder.url) }
    for name in ["model.onnx", "flax_model.msgpack", "diffusion_pytorch_model-00001-of-00002.safetensors", "config.json", "x.safetensors"] { try folder.write("x", to: name) }
    let there = ["diffusion_pytorch_model-00001-of-00002.safetensors", "flax_model.msgpack", "model.onnx", "x.safetensors"]
    #expect(throws: ModelError.noWeights(path: folder.url.path, there: there)) { try Checkpoint(folder: folder.url) }
  }
}
