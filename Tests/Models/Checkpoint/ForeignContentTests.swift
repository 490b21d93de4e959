import Foundation
import Models
import TestSupport
import Testing

/// What is in weights' places on people's disks, and what is said of it.
@Suite struct ForeignContentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func said(_ bytes: [UInt8]) throws -> (message: String, hint: String) {
    do {
      _ = try Checkpoint(file: folder.write(bytes, to: "w.safetensors"))
      return ("accepted", "")
    } catch let error as ModelError {
      return (error.message.replacing(folder.url.path, with: ""), error.hint ?? "")
    }
  }

  private func said(_ text: String) throws -> (message: String, hint: String) { try said(Array(text.utf8)) }

  private func good() throws -> [UInt8] {
    try Safetensors.write([(name: "conv.weight", tensor: Tensor(zeros: [4, 3, 3, 3]))], to: folder.file("good"))
    return Array(try Data(contentsOf: folder.file("good")))
  }

  @Test func pointers() throws {
    let pointer = try said("version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 4265146304\n")
    #expect(pointer.message == "/w.safetensors is a Git LFS pointer in place of the weights, which have 4265146304 bytes")
    #expect(pointer.hint.contains("git lfs pull"))
    #expect(try said("\u{FEFF}version https://git-lfs.github.com/spec/v1\r\nsize 12\r\n").message.contains("a Git LFS pointer in place of the weights, which have 12 bytes"))
    #expect(try said("version https://hawser.github.com/spec/v1\nsize x\n").message.hasSuffix("a Git LFS pointer in place of the weights"))
    #expect(try said("/annex/objects/SHA256E-s4--a.safetensors\n").hint.contains("git annex get"))
  }

  @Test func pagesAndAnswers() throws {
    for page in ["<!DOCTYPE html>\n<html>" + String(repeating: "x", count: 3000), "\n  <HTML><head>", "<?xml version=\"1.0\"?><!DOCTYPE html><html>"] {
      #expect(try said(page).message.contains("a web page (HTML)"), "\(page.prefix(20))")
    }
    #expect(try said("{\"error\": \"Repository not found\"}").message.contains("JSON) in place of the weights: \"Repository not found\""))
    #expect(try said("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>").message.contains("XML) in place of the weights: \"Access Denied\""))
    #expect(try said("Invalid username or password.").message.contains("\"Invalid username or password.\""))
    #expect(try said(String(repeating: "word ", count: 900)).message.count < 250)
  }

  @Test func nothingZerosAndOtherFormats() throws {
    #expect(try said([UInt8]()).message.hasSuffix("is empty (0 bytes)"))
    #expect(try said([UInt8](repeating: 0, count: 5000)).message.contains("begins with zeros, all of its 5000 bytes"))
    for (bytes, words) in [
      (Array("GGUF".utf8) + [3, 0, 0, 0], "a GGUF file"), ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], "a PNG image"), ([0x1F, 0x8B, 8, 0], "a gzip archive"),
      ([0x80, 4, 0x95, 0, 0], "a Python pickle that torch.save did not write"), ([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10], "an HDF5 file"),
    ] as [([UInt8], String)] {
      #expect(try said(bytes).message.contains(words), "\(words)")
    }
  }

  /// Wherever it is cut, the bytes that are there are said, and from the end of the header on also those that are announced.
  @Test func halfASafetensorsFile() throws {
    let bytes = try good(), header = bytes.count - 4 * 108
    for end in [header + 1, header + 200, bytes.count - 1] {
      #expect(try said(Array(bytes[..<end])).message == "/w.safetensors was cut short: its header announces \(bytes.count) bytes, \(end) are there")
    }
    let cut = try said(Array(bytes[..<(header - 20)]))
    #expect(cut.message.contains("was cut short") && cut.message.contains("\(header - 20) bytes in all") && cut.hint.contains("fetch the file again"))
    let long = try said(bytes + [1, 2, 3])
    #expect(long.message == "/w.safetensors has 3 bytes behind the last tensor: its header announces \(bytes.count) bytes, \(bytes.count + 3) are there")
  }

  @Test(arguments: ["training.pth", "training-1.4.pth"]) func halfATorchFile(_ name: String) throws {
    let bytes = Array(try Data(contentsOf: Golden.fixture("torch/\(name)")))
    for end in [bytes.count / 2, bytes.count - 1] {
      let message = try said(Array(bytes[..<end])).message
      #expect(message.contains("was cut short") && message.contains("\(end) bytes"), "\(message)")
    }
  }

  @Test func aFormatThatIsNotReadIsNoDamage() throws {
    let header = "{\"a\":{\"dtype\":\"F8_E8M0\",\"shape\":[8],\"data_offsets\":[0,8]}}"
    let found = try said(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + [UInt8](repeating: 0, count: 8))
    #expect(found.message == "/w.safetensors cannot be used: a is of the number format F8_E8M0, which is not supported")
    #expect(!found.hint.contains("damaged") && found.hint.contains("F32, F16, BF16 or F8"))
  }

  /// The Hugging Face cache is made of links; a download that was broken off leaves one that leads nowhere, or none.
  @Test func brokenLinks() throws {
    try FileManager.default.createSymbolicLink(atPath: folder.file("diffusion_pytorch_model.safetensors").path, withDestinationPath: "blobs/abc")
    func said() -> String {
      do { _ = try Checkpoint(folder: folder.url); return "accepted" } catch { return "\(error)" }
    }
    #expect(said().hasSuffix("diffusion_pytorch_model.safetensors is a link to blobs/abc, which is not there"))
    try FileManager.default.createDirectory(at: folder.file("blobs"), withIntermediateDirectories: true)
    try folder.write([1, 2, 3], to: "blobs/abc.incomplete")
    #expect(said().hasSuffix("is a link to blobs/abc, of which 3 bytes have arrived"))
  }
}
