import Foundation
import Models
import TestSupport
import Testing

@Suite struct CheckpointTests {
  /// A safetensors file from a header's text and the bytes behind it.
  private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
  }

  private func open(_ bytes: [UInt8]) throws -> Checkpoint {
    let folder = try TemporaryFolder()
    return try Checkpoint(file: folder.write(bytes, to: "a.safetensors"))
  }

  private func reason(_ bytes: [UInt8]) throws -> String {
    do {
      _ = try open(bytes)
      return "accepted"
    } catch let error as ModelError {
      return error.message
    }
  }

  @Test func readsEveryNumberFormat() throws {
    let header = """
      {"__metadata__":{"made":"by \\u00e9\\ud83d\\udc31"},
       "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
       "b":{"shape":[1,2],"dtype":"F16","data_offsets":[8,12]},
       "c":{"dtype":"BF16","shape":[],"data_offsets":[12,14]},
       "d":{"dtype":"I64","shape":[1],"data_offsets":[14,22]},
       "e":{"dtype":"I32","shape":[1],"data_offsets":[22,26]},
       "f":{"dtype":"U8","shape":[3],"data_offsets":[26,29]},
       "g":{"dtype":"F32","shape":[0,7],"data_offsets":[29,29]}}
      """
    let data: [UInt8] =
      [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0] + [0x00, 0x3C, 0x01, 0x00] + [0x40, 0x40]
      + [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] + [7, 0, 0, 0] + [1, 2, 255]
    // Every alignment of the data: the header's length is not padded.
    for spaces in 0..<4 {
      let checkpoint = try open(file(header + String(repeating: " ", count: spaces), data: data))
      #expect(checkpoint.names == ["a", "b", "c", "d", "e", "f", "g"])
      #expect(checkpoint.metadata == ["made": "by é🐱"])
      #expect(try checkpoint.tensor("a").values == [1, -2.5])
      #expect(try checkpoint.tensor("b").values == [1, Float(0x1p-24)])
      #expect(checkpoint.shape(of: "b") == [1, 2])
      #expect(try checkpoint.tensor("c").values == [3])
      #expect(try checkpoint.tensor("d").values == [-2])
      #expect(checkpoint.parameter("d")?.integers() == [-2])
      #expect(try checkpoint.tensor("e").values == [7])
      #expect(try checkpoint.tensor("f").values == [1, 2, 255])
      #expect(try checkpoint.tensor("g").count == 0)
    }
  }

  @Test func refusesLies() throws {
    func one(_ fields: String, data: Int = 8, name: String = "a") -> [UInt8] {
      file("{\"\(name)\":{\(fields)}}", data: [UInt8](repeating: 0, count: data))
    }
    #expect(try reason([]).contains("empty"))
    #expect(try reason([1, 2, 3]).contains("too few"))
    #expect(try reason([255, 255, 255, 255, 255, 255, 255, 255, 0]).contains("at most 100000000"))
    #expect(try reason([200, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D]).contains("ends after 2"))
    #expect(try reason(file("[]")).contains("\"{\" is expected"))
    #expect(try reason(file("{} x")).contains("behind the end"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]", data: 7)).contains("was cut short: its header announces"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]", data: 9)).contains("behind the last"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]")).contains("needs 12 bytes"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]")).contains("non-negative"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]")).contains("non-negative"))
    #expect(try reason(one("\"dtype\":\"F4\",\"shape\":[8],\"data_offsets\":[0,8]")).contains("not supported"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]")).contains("is at bytes"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]")).contains("lacks"))
    #expect(try reason(one("\"dtype\":\"F32\",\"shape\":[2]")).contains("lacks"))
    #expect(
      try reason(one("\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,8]")).contains("impossible"))
    #expect(
      try reason(one("\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]")).contains("64 bits"))
    #expect(
      try reason(one("\"dtype\":\"F32\",\"shape\":[0,9223372036854775807],\"data_offsets\":[0,0]", data: 0)).contains("impossible"))
    let twice = "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":"
    #expect(try reason(file("{\(twice)[0,4]},\(twice)[4,8]}}", data: [0, 0, 0, 0, 0, 0, 0, 0])).contains("twice"))
    let second = twice.replacing("\"a\"", with: "\"b\"")
    #expect(try reason(file("{\(twice)[0,4]},\(second)[2,6]}}", data: [0, 0, 0, 0, 0, 0])).contains("overlaps"))
    #expect(try reason(file("{\(twice)[0,4]},\(second)[6,10]}}", data: [UInt8](repeating: 0, count: 10))).contains("gap"))
    #expect(try reason(file(String(repeating: "{\"a\":", count: 100_000))).contains("unknown"))
  }

  @Test func refusesWhatIsNoFile() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ModelError.missingFile(path: folder.file("no").path, what: "weight file")) {
      try Checkpoint(file: folder.file("no"))
    }
    #expect(throws: ModelError.unreadable(path: folder.url.path, reason: "it is not a regular file")) {
      try Checkpoint(file: folder.url)
    }
    #expect(throws: ModelError.self) { try Checkpoint(folder: folder.url) }
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("w.safetensors")
    let tensors = [
      (name: "x \"quoted\"\n", tensor: Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])),
      (name: "scalar", tensor: Tensor([7], shape: [])), (name: "none", tensor: Tensor([], shape: [3, 0])),
    ]
    try Safetensors.write(tensors, metadata: ["b": "2", "a": "1"], to: url)
    let checkpoint = try Checkpoint(file: url)
    #expect(checkpoint.metadata == ["a": "1", "b": "2"])
    for (name, tensor) in tensors {
      #expect(checkpoint.shape(of: name) == tensor.shape)
      #expect(try checkpoint.tensor(name).values == tensor.values)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["w.safetensors"])
    #expect(throws: ModelError.self) { try Safetensors.write(tensors + tensors, to: url) }
    #expect(throws: ModelError.self) { try Safetensors.write(tensors, to: folder.file("no/such.safetensors")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["w.safetensors"])
  }

  @Test func damagedFilesNeverCrash() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("w.safetensors")
    try Safetensors.write(
      [(name: "conv.weight", tensor: Tensor(zeros: [4, 3, 3, 3])), (name: "conv.bias", tensor: Tensor(zeros: [4]))],
      metadata: ["format": "pt"], to: url)
    let good = Array(try Data(contentsOf: url))
    var mutations = Mutations(seed: 1)
    var refused = 0
    for _ in 0..<3000 {
      try folder.write(mutations.damaged(good, focus: 220), to: "d.safetensors")
      do {
        let checkpoint = try Checkpoint(file: folder.file("d.safetensors"))
        for name in checkpoint.names { _ = try checkpoint.tensor(name) }
      } catch is ModelError {
        refused += 1
      }
    }
    #expect(refused > 1500)
  }
}
