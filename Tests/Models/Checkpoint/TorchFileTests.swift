import Foundation
import Models
import TestSupport
import Testing

/// Files of `torch.save`, made by `Tools/make_torch_fixture.py` with PyTorch 2.13.
@Suite struct TorchFileTests {
  private func fixture(_ name: String) -> URL { Golden.fixture("torch/\(name)") }

  @Test(arguments: ["training.pth", "training-1.4.pth", "bare.pth"]) func everyTensorIsRead(_ name: String) throws {
    let checkpoint = try Checkpoint(file: fixture(name))
    let expected = try Checkpoint(file: fixture("expected.safetensors"))
    #expect(Set(checkpoint.names) == Set(expected.names))
    for name in expected.names {
      #expect(checkpoint.shape(of: name) == expected.shape(of: name))
      #expect(try checkpoint.tensor(name).values == expected.tensor(name).values, "\(name)")
    }
    #expect(checkpoint.parameter("module.steps")?.integers() == [12345])
    #expect(checkpoint.parameter("module.short")?.integers() == [-32768, 32767])
    #expect(checkpoint.parameter("module.conv.bias")?.dtype == .f16)
  }

  @Test func foreignNamesAreRefusedByName() {
    #expect {
      try Checkpoint(file: fixture("hostile.pth"))
    } throws: { error in
      error as? ModelError == .unsafePickle(path: fixture("hostile.pth").path, name: "posix.system")
    }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/diffss-was-here"))
  }

  @Test(arguments: ["training.pth", "training-1.4.pth"]) func aCutAnywhereIsRefused(_ name: String) throws {
    let folder = try TemporaryFolder()
    let good = Array(try Data(contentsOf: fixture(name)))
    for end in stride(from: 1, to: good.count, by: 7) {
      try folder.write(Array(good[..<end]), to: "cut")
      #expect(throws: ModelError.self, "cut after \(end) bytes") { try Checkpoint(file: folder.file("cut")) }
    }
  }

  @Test(arguments: ["training.pth", "training-1.4.pth"]) func damagedFilesNeverCrash(_ name: String) throws {
    let folder = try TemporaryFolder()
    let good = Array(try Data(contentsOf: fixture(name)))
    var mutations = Mutations(seed: 3)
    var refused = 0
    for _ in 0..<1500 {
      try folder.write(mutations.damaged(good, focus: 1800), to: "damaged")
      do {
        let checkpoint = try Checkpoint(file: folder.file("damaged"))
        for name in checkpoint.names { _ = try checkpoint.tensor(name) }
      } catch is ModelError {
        refused += 1
      }
    }
    #expect(refused > 500)
  }

  /// Lists inside lists, a list inside itself, and far more instructions than bytes of weights.
  @Test func strangePicklesAreRefused() throws {
    let folder = try TemporaryFolder()
    let deep = [UInt8](repeating: UInt8(ascii: "]"), count: 300_000) + [UInt8](repeating: UInt8(ascii: "a"), count: 299_999)
    let own = Array("]q".utf8) + [0] + Array("h".utf8) + [0] + Array("a".utf8)
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    for pickle in [deep, own, Array("N".utf8) + [UInt8](repeating: UInt8(ascii: "2"), count: 9_000_000)] {
      try folder.write(magic + Array("N.N.".utf8) + pickle + Array(".".utf8), to: "p.pth")
      #expect(throws: ModelError.self) { try Checkpoint(file: folder.file("p.pth")) }
    }
  }

  /// An empty tensor may claim to begin anywhere.
  @Test func anEmptyTensorFarOutsideIsEmpty() throws {
    let folder = try TemporaryFolder()
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    func text(_ text: String) -> [UInt8] { Array("U".utf8) + [UInt8(text.utf8.count)] + Array(text.utf8) }
    let zero: [UInt8] = Array("K".utf8) + [0], one: [UInt8] = Array("K".utf8) + [1]
    let storage = Array("(".utf8) + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + zero + Array("tQ".utf8)
    let offset: [UInt8] = [0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x40]
    let call = Array("ctorch._utils\n_rebuild_tensor_v2\n(".utf8) + storage + offset + zero + [0x85] + one + [0x85, 0x89] + Array("NtR".utf8)
    let pickle = Array("}".utf8) + text("a") + call + Array("s.".utf8)
    let keys = Array("]".utf8) + text("0") + Array("a.".utf8)
    try folder.write(magic + Array("N.N.".utf8) + pickle + keys + [UInt8](repeating: 0, count: 8), to: "e.pth")
    let checkpoint = try Checkpoint(file: folder.file("e.pth"))
    #expect(checkpoint.names == ["a"])
    #expect(checkpoint.shape(of: "a") == [0])
    #expect(try checkpoint.tensor("a").values == [])
  }

  @Test func shardsAreOneCheckpoint() throws {
    let folder = try TemporaryFolder()
    let (a, b) = (Tensor([1, 2], shape: [2]), Tensor([3], shape: [1]))
    try Safetensors.write([(name: "a", tensor: a)], to: folder.file("model-00001-of-00002.safetensors"))
    try Safetensors.write([(name: "b", tensor: b)], to: folder.file("model-00002-of-00002.safetensors"))
    func index(_ map: String) throws { try folder.write("{\"metadata\":{\"total_size\":12},\"weight_map\":{\(map)}}", to: "model.safetensors.index.json") }
    try index("\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"")
    let checkpoint = try Checkpoint(folder: folder.url)
    #expect(Set(checkpoint.names) == ["a", "b"])
    #expect(try checkpoint.tensor("b").values == [3])
    for bad in ["\"c\":\"model-00001-of-00002.safetensors\"", "\"a\":\"../x.safetensors\"", "\"a\":\"absent.safetensors\""] {
      try index(bad)
      #expect(throws: ModelError.self) { try Checkpoint(folder: folder.url) }
    }
  }
}
