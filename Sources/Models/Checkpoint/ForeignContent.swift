import Foundation

/// What is in a weight file's place when it is none, recognised by its bytes.
public enum ForeignContent: Hashable, Sendable {
  /// A file of no bytes.
  case nothing
  /// Zeros where a file begins: room that a download set aside.
  case zeros(bytes: Int)
  /// A small text that stands for a large file; `size` is the large file's where it is said.
  case pointer(tool: String, size: Int?)
  /// HTML.
  case page
  /// A server's answer, as JSON, XML or plain text; `said` is its message, shortened.
  case answer(format: String, said: String)
  /// A file of another kind.
  case other(String)

  /// Nil for bytes that may be weights. `name` is the file's, for archives that only their names tell apart.
  init?(_ file: UnsafeRawBufferPointer) {
    guard !file.isEmpty else { self = .nothing; return }
    // A safetensors header's length has zeros above its lower four bytes; no text and no other format here has any there.
    if file.count > 8, file[4..<8].allSatisfy({ $0 == 0 }), file[8] == UInt8(ascii: "{") { return nil }
    let head = Array(file.prefix(4096))
    if head.count >= 8, head.allSatisfy({ $0 == 0 }) { self = .zeros(bytes: file.count); return }
    if let other = Self.signatures.first(where: { head.starts(with: $0.bytes) }) { self = .other(other.title); return }
    if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) { self = .other("a tar archive"); return }
    // `pickle.dump` in place of `torch.save`.
    if head.count > 2, head[0] == 0x80, (2...5).contains(head[1]), head[2] != 0x8A { self = .other("a Python pickle that torch.save did not write"); return }
    guard let text = Self.text(head) else { return nil }
    let words = text.lowercased()
    if words.hasPrefix("version https://git-lfs.github.com/") || words.hasPrefix("version https://hawser.github.com/") {
      self = .pointer(tool: "Git LFS", size: Self.size(in: words))
    } else if words.hasPrefix("# xet version") {
      self = .pointer(tool: "Git Xet", size: nil)
    } else if words.hasPrefix("/annex/objects/") || words.contains(".git/annex/objects/") && file.count < 1024 {
      self = .pointer(tool: "git-annex", size: nil)
    } else if ["<!doctype html", "<html", "<head", "<body", "<!--"].contains(where: words.hasPrefix) || words.hasPrefix("<?xml") && words.contains("<html") {
      self = .page
    } else if words.hasPrefix("<") {
      self = .answer(format: "XML", said: Self.shortened(Self.element("Message", of: text) ?? text))
    } else if words.hasPrefix("{") || words.hasPrefix("[") {
      self = .answer(format: "JSON", said: Self.shortened(Self.message(ofJSON: Array(file.prefix(1 << 16))) ?? text))
    } else {
      self = .answer(format: "plain text", said: Self.shortened(text))
    }
  }

  /// What is in the place of a configuration's or a tokenizer's file, recognised by its beginning; nil for text that may be one.
  init?(inPlaceOfText head: Data) {
    guard let found = head.withUnsafeBytes({ ForeignContent($0) }) else { return nil }
    switch found {
    case .nothing, .zeros, .pointer, .page: self = found
    case .answer, .other: return nil
    }
  }

  /// In words, as what a weight file is.
  public var title: String { title(inPlaceOf: "the weights", have: "have") }

  /// The same for a configuration's or a tokenizer's file.
  var titleOfText: String { title(inPlaceOf: "the file", have: "has") }

  private func title(inPlaceOf file: String, have: String) -> String {
    switch self {
    case .nothing: "empty (0 bytes)"
    case .zeros(let bytes): "empty room: it begins with zeros, all of its \(bytes) bytes may be"
    case .pointer(let tool, let size): "a \(tool) pointer in place of \(file)" + (size.map { ", which \(have) \($0) bytes" } ?? "")
    case .page: "a web page (HTML) in place of \(file)"
    case .answer(let format, let said): "a server's answer or a note (\(format)) in place of \(file): \"\(said)\""
    case .other(let title): "\(title), not a weight file"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch self {
    case .nothing, .zeros: "a download was broken off before it wrote anything: fetch the file again"
    case .pointer(let tool, _) where tool == "Git LFS": "fetch what it stands for: `git lfs pull` in its repository, or `diffss models pull ORG/NAME`"
    case .pointer(let tool, _) where tool == "git-annex": "fetch what it stands for: `git annex get` in its repository"
    case .pointer: "fetch what it stands for with `diffss models pull ORG/NAME`"
    case .page: "the address led to a page, of a login or about the file: fetch the file itself, by its download link or with `diffss models pull ORG/NAME`"
    case .answer: "a download was refused and the answer saved: fetch the file again, with a token where one is asked for"
    case .other: "safetensors files and those of torch.save are read (.safetensors, .ckpt, .pth, .pt, .bin)"
    }
  }

  /// What begins so is of another kind.
  private static let signatures: [(bytes: [UInt8], title: String)] = [
    (Array("GGUF".utf8), "a GGUF file"), ([0x1F, 0x8B], "a gzip archive"), (Array("7z".utf8) + [0xBC, 0xAF], "a 7z archive"),
    (Array("Rar!".utf8), "a RAR archive"), ([0xFD] + Array("7zXZ".utf8), "an xz archive"), ([0x28, 0xB5, 0x2F, 0xFD], "a zstd archive"),
    (Array("BZh".utf8), "a bzip2 archive"), ([0x89] + Array("PNG".utf8), "a PNG image"), ([0xFF, 0xD8, 0xFF], "a JPEG image"),
    ([0x89] + Array("HDF".utf8), "an HDF5 file (Keras, TensorFlow)"), ([0x93] + Array("NUMPY".utf8), "a NumPy array"), (Array("%PDF".utf8), "a PDF file"),
    (Array("PK".utf8) + [5, 6], "an empty zip archive"), ([0x7F] + Array("ELF".utf8), "a program"),
  ]

  /// The text that a file begins with, without white space before it; nil for bytes that are no text.
  private static func text(_ head: [UInt8]) -> String? {
    var bytes = head[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    guard !bytes.contains(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D, 0x1B].contains($0) || $0 == 0x7F }) else { return nil }
    // The last character may be cut.
    guard let text = (0..<4).lazy.compactMap({ String(validating: bytes.dropLast($0), as: UTF8.self) }).first else { return nil }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return trimmed.isEmpty ? nil : trimmed
  }

  /// The line `size N` of a pointer.
  private static func size(in pointer: String) -> Int? {
    pointer.split(whereSeparator: \.isNewline).first { $0.hasPrefix("size ") }.flatMap { Int($0.dropFirst(5).trimmingCharacters(in: .whitespaces)) }
  }

  private static func element(_ name: String, of xml: String) -> String? {
    guard let begin = xml.range(of: "<\(name)>"), let end = xml.range(of: "</\(name)>", range: begin.upperBound..<xml.endIndex) else { return nil }
    return String(xml[begin.upperBound..<end.lowerBound])
  }

  /// What servers put their message under.
  private static func message(ofJSON bytes: [UInt8]) -> String? {
    guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else { return nil }
    return ["error", "message", "detail", "msg"].lazy.compactMap { object[$0] as? String }.first
  }

  private static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count <= 100 ? line : line.prefix(100) + "..."
  }
}
