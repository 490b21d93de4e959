import Foundation
import Models
import TestSupport
import Testing

/// Files of `torch.save`, made by `Tools/make_torch_fixture.py` with PyTorch 2.13 (negated.pth: 2.15).
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

  /// Nothing of a pickle is run, so what is beside the weights may be made of anything.
  @Test func foreignNamesBesideTheWeightsAreInert() throws {
    let hostile = try Checkpoint(file: fixture("hostile.pth")), expected = try Checkpoint(file: fixture("expected.safetensors"))
    #expect(hostile.leftovers.names == ["posix.system"] && hostile.leftovers.weights.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/diffss-was-here"))
    for name in ["lightning.ckpt", "lightning-1.4.ckpt"] {
      let checkpoint = try Checkpoint(file: fixture(name))
      #expect(Set(checkpoint.names) == Set(expected.names), "\(name)")
      for name in expected.names { #expect(try checkpoint.tensor(name).values == expected.tensor(name).values, "\(name)") }
      #expect(
        checkpoint.leftovers.names == [
          "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint", "omegaconf.listconfig.ListConfig", "omegaconf.nodes.AnyNode",
        ], "\(name)")
      #expect(try ModelInspection(fixture(name), config: nil).notes.contains { $0.contains("omegaconf.listconfig.ListConfig") })
    }
  }

  @Test func aWeightThatNeedsAForeignNameIsAnError() throws {
    let checkpoint = try Checkpoint(file: fixture("foreign-weight.pth"))
    #expect(checkpoint.names == ["good"] && checkpoint.leftovers.weights == ["bad": "quantizer.core.rebuild"])
    let loader = WeightLoader(checkpoint)
    _ = (loader.parameter("good", [2]), loader.parameter("bad", [3]))
    let expected = ModelError.foreignWeight(path: checkpoint.path, weight: "bad", name: "quantizer.core.rebuild")
    #expect(throws: expected) { try loader.finish() }
    // Under its network's own names too.
    let renamed = try checkpoint.renamed(by: [.add(prefix: "net.")])
    #expect(renamed.leftovers.weights == ["net.bad": "quantizer.core.rebuild"])
  }

  /// Between good weights are tensors of forms that are not read: the good ones load, and what needs one of the others learns which it is. Both formats of
  /// PyTorch 2.15 (`Tools/make_torch_fixture.py`).
  @Test(arguments: ["odd.pth", "odd-1.4.pth"]) func goodWeightsBesideOddOnesLoad(_ name: String) throws {
    let checkpoint = try Checkpoint(file: fixture(name))
    #expect(checkpoint.names == ["first", "last"])
    #expect(try checkpoint.tensor("first").values == [0, 1, 2, 3] && checkpoint.tensor("last").values == [5, 6, 7])
    for (weight, maker, words) in [
      ("quantised", "torch._utils._rebuild_qtensor", "a quantised tensor"), ("quantised.wide", "torch._utils._rebuild_qtensor", "a quantised tensor"),
      ("complex", "torch.ComplexFloatStorage", "a tensor of complex numbers"),
    ] {
      let loader = WeightLoader(checkpoint)
      _ = (loader.parameter("first", [2, 2]), loader.parameter("last", [3]), loader.parameter(weight, [5]))
      #expect { try loader.finish() } throws: { error in
        let error = error as? ModelError
        return error?.message == "\(checkpoint.path) holds \(words) (\(maker)) in the place of its weight \(weight)" && error?.hint?.contains("plain tensors") == true
      }
    }
  }

  /// A negated view keeps the numbers of its base and a mark (PyTorch 2.15): read without it the weight would have the wrong sign.
  @Test func aNegatedViewIsNamed() throws {
    let checkpoint = try Checkpoint(file: fixture("negated.pth")), loader = WeightLoader(checkpoint)
    #expect(checkpoint.names == ["good"])
    _ = (loader.parameter("good", [2]), loader.parameter("negated", [2]))
    #expect { try loader.finish() } throws: { "\($0)".contains("torch._neg_view") && "\($0)".contains("for its weight negated") }
  }

  /// Arrays, numbers and texts in a weight's place are named, with the key that the file has for them; beside the weights they hinder nobody.
  @Test func whatIsNoTensorIsNamed() throws {
    let checkpoint = try Checkpoint(file: fixture("arrays.pth"))
    #expect(checkpoint.names == ["good"] && checkpoint.leftovers.names.isEmpty)
    let plain = WeightLoader(checkpoint)
    _ = plain.parameter("good", [2])
    try plain.finish()
    let renamed = try checkpoint.renamed(by: [.add(prefix: "net.")])
    for (weight, words) in [
      ("array", "a NumPy array (numpy._core.multiarray._reconstruct)"), ("scalar", "a NumPy number (numpy._core.multiarray.scalar)"),
      ("number", "a Python float (builtins.float)"), ("text", "a Python str (builtins.str)"), ("list", "a Python list (builtins.list)"),
    ] {
      let loader = WeightLoader(renamed)
      _ = (loader.parameter("net.good", [2]), loader.parameter("net.\(weight)", [2, 2]))
      #expect { try loader.finish() } throws: { "\($0)" == "\(checkpoint.path) holds \(words) in the place of its weight \(weight)" }
    }
  }

  /// Nothing but arrays, or nothing at all: neither is a damaged file.
  @Test(arguments: [
    ("arrays-alone.pth", "conv.bias is a NumPy array (numpy._core.multiarray._reconstruct), and 1 more are such"), ("empty.pth", "it is an empty dictionary"),
    ("empty-1.4.pth", "it is an empty dictionary"),
  ]) func aFileWithoutTensorsIsNotDamaged(_ name: String, _ reason: String) throws {
    #expect { try Checkpoint(file: fixture(name)) } throws: { error in
      let error = error as? ModelError
      return error?.message == "\(fixture(name).path) holds no weights: \(reason)" && error?.hint?.hasPrefix("weights are what torch.save") == true
    }
  }

  /// Every way in which a pickle makes an object, of names that nobody knows, before the one weight; Python 3.11's `pickletools` reads them.
  @Test(arguments: [
    "cevil.module\nrun\n(tR", "cevil.module\nrun\n)\u{81}", "cevil.module\nrun\n)}\u{92}", "(ievil.module\nrun\n", "(cevil.module\nrun\nK\u{1}o",
    "cevil.module\nrun\n)\u{81}}U\u{1}aK\u{1}sb", "\u{82}\u{7}", "\u{83}\u{7}\u{1}", "\u{84}\u{7}\u{1}\u{1}\u{1}", "Psomewhere\n", "K\u{1}Q",
    "(U\u{6}modulecevil.module\nNet\nU\u{1}aU\u{1}btQ", "cevil.module\nDict\n)\u{81}(U\u{1}aK\u{1}u", "cevil.module\nList\n)\u{81}(K\u{1}K\u{2}e",
    "(K\u{1}\u{91}", "\u{96}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}ab", "\u{97}\u{98}", "\u{8C}\u{4}evil\u{8C}\u{3}run\u{93})R",
    "(U\u{7}storagectorch\nComplexFloatStorage\nU\u{1}9U\u{3}cpuK\u{2}tQ",
  ]) func everyWayToMakeAnObjectIsInert(_ object: String) throws {
    let folder = try TemporaryFolder()
    func text(_ text: String) -> [UInt8] { Array("U".utf8) + [UInt8(text.utf8.count)] + Array(text.utf8) }
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let one: [UInt8] = Array("K".utf8) + [1], zero: [UInt8] = Array("K".utf8) + [0]
    let storage = Array("(".utf8) + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + one + Array("tQ".utf8)
    let weight = Array("ctorch._utils\n_rebuild_tensor_v2\n(".utf8) + storage + zero + one + [0x85] + one + [0x85, 0x89] + Array("NtR".utf8)
    // Characters below 256 stand for bytes.
    let strange = object.unicodeScalars.map { UInt8($0.value) }
    let pickle = Array("}".utf8) + text("odd") + strange + Array("s".utf8) + text("state_dict") + Array("}".utf8) + text("w") + weight + Array("ss.".utf8)
    let keys = Array("]".utf8) + text("0") + Array("a.".utf8)
    try folder.write(magic + Array("N.N.".utf8) + pickle + keys + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x40], to: "p.pth")
    let checkpoint = try Checkpoint(file: folder.file("p.pth"))
    #expect(checkpoint.names == ["w"])
    #expect(try checkpoint.tensor("w").values == [2.5])
  }

  /// Whole modules, embeddings and hypernetworks hold no weights by name: that is said by what they are.
  @Test func whatHoldsNoNamedWeights() throws {
    let folder = try TemporaryFolder()
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    for (pickle, words) in [
      ("cmodels.net\nNet\n)\u{81}}b.", "objects of models.net.Net"), ("}U\u{F}string_to_param}s.", "a textual inversion embedding"),
      ("}U\u{F}layer_structureNsU\u{F}activation_funcNs.", "a hypernetwork"),
    ] {
      try folder.write(magic + Array("N.N.".utf8) + pickle.unicodeScalars.map { UInt8($0.value) } + Array("].".utf8), to: "p.pt")
      #expect { try Checkpoint(file: folder.file("p.pt")) } throws: { "\($0)".contains(words) }
    }
  }

  /// All 256 values of both formats as PyTorch 2.15 widens them, as it and safetensors 0.8 write them.
  @Test(arguments: ["float8.pth", "float8-1.4.pth", "float8.safetensors"]) func everyF8IsWidenedExactly(_ name: String) throws {
    let expected = try Checkpoint(file: fixture("float8-expected.safetensors")), checkpoint = try Checkpoint(file: fixture(name))
    for (format, dtype) in [("e4m3", ElementType.f8e4m3), ("e5m2", .f8e5m2)] {
      #expect(checkpoint.parameter(format)?.dtype == dtype)
      let right = try expected.tensor(format).values, found = try checkpoint.tensor(format).values
      #expect(found.count == 256)
      for (bits, (a, b)) in zip(found, right).enumerated() { #expect(a.bitPattern == b.bitPattern || a.isNaN && b.isNaN, "\(format) \(bits): \(a), not \(b)") }
    }
  }

  /// Names and shapes alone are read without a look at the numbers; they are the same.
  @Test(arguments: ["training.pth", "training-1.4.pth", "lightning.ckpt", "float8.safetensors"]) func headersAreTheFilesOwn(_ name: String) throws {
    let whole = try Checkpoint(file: fixture(name)), headers = try Checkpoint(headersOf: fixture(name))
    #expect(headers.names == whole.names)
    for name in whole.names { #expect(headers.shape(of: name) == whole.shape(of: name)) }
  }

  /// PyTorch reads past them too; a file that is cut is not one of these.
  @Test func bytesBehindTheEndAreSaid() throws {
    let folder = try TemporaryFolder()
    for (name, count) in [("training.pth", 100), ("training.pth", 70_000), ("training-1.4.pth", 100)] {
      try folder.write(Array(try Data(contentsOf: fixture(name))) + [UInt8](repeating: 0x78, count: count), to: "long.pth")
      let checkpoint = try Checkpoint(file: folder.file("long.pth"))
      #expect(checkpoint.leftovers.trailingBytes == count && checkpoint.names.count == 14, "\(name)")
    }
    #expect(try Checkpoint(file: fixture("training.pth")).leftovers.trailingBytes == 0)
  }

  @Test(arguments: ["training.pth", "training-1.4.pth"]) func aCutAnywhereIsRefused(_ name: String) throws {
    let folder = try TemporaryFolder()
    let good = Array(try Data(contentsOf: fixture(name)))
    for end in stride(from: 1, to: good.count, by: 7) {
      try folder.write(Array(good[..<end]), to: "cut")
      #expect(throws: ModelError.self, "cut after \(end) bytes") { try Checkpoint(file: folder.file("cut")) }
    }
  }

  @Test(arguments: ["training.pth", "training-1.4.pth", "lightning.ckpt", "lightning-1.4.ckpt", "float8.pth", "odd-1.4.pth"]) func damagedFilesNeverCrash(_ name: String) throws {
    let folder = try TemporaryFolder()
    let good = Array(try Data(contentsOf: fixture(name)))
    var mutations = Mutations(seed: 3)
    var refused = 0
    for _ in 0..<1500 {
      try folder.write(mutations.damaged(good, focus: 1800), to: "damaged")
      do {
        let checkpoint = try Checkpoint(file: folder.file("damaged"))
        for name in checkpoint.names { _ = try checkpoint.tensor(name) }
        _ = try Checkpoint(headersOf: folder.file("damaged")).family
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
