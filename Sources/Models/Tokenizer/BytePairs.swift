import Core
import Foundation

/// Byte-pair encoding (Sennrich et al. 2016) over bytes, each written as one printable character as GPT-2 does, the
/// last one of a word marked `</w>`.
struct BytePairs: Sendable {
  private struct Pair: Hashable {
    var left: Int32
    var right: Int32
  }

  private struct Merge {
    var rank: Int32
    var id: Int32
  }

  private static let maximumBytes = 64_000_000
  private static let wordEnd = Array("</w>".utf8)

  /// Token texts are kept as bytes: comparing strings would take canonically equal ones for the same.
  private let ids: [[UInt8]: Int32]
  private let merges: [Pair: Merge]
  /// For each byte, its token id inside a word and at the end of one; -1 where the vocabulary lacks it.
  private let inner: [Int32]
  private let final: [Int32]

  private static let mostSpecialTokens = 64

  var vocabularySize: Int { ids.count }

  /// Reads `vocab.json` and `merges.txt`, or where there is neither what `tokenizer.json` says in their place. Throws `ModelError.missingFile` and
  /// `badConfig`.
  init(folder: URL) throws {
    let names = ["vocab.json", "merges.txt"].map { folder.appendingPathComponent($0) }, joined = folder.appendingPathComponent(Self.joinedName)
    if !names.contains(where: { FileManager.default.fileExists(atPath: $0.path) }), FileManager.default.fileExists(atPath: joined.path) {
      (self.ids, merges) = try Self.joined(joined)
    } else {
      self.ids = try Self.vocabulary(names[0])
      merges = try Self.merges(names[1], self.ids)
    }
    let ids = self.ids
    // Every token is a byte, a byte at a word's end, what a merge makes, or one of a few special ones.
    let made = 2 * Self.byteCharacters.count + merges.count
    guard made + Self.mostSpecialTokens >= ids.count else {
      throw ModelError.badConfig(
        path: folder.appendingPathComponent("merges.txt").path,
        reason: "it has \(merges.count) merges, and the vocabulary has \(ids.count) tokens: it is not whole, or of another tokenizer")
    }
    let characters = Self.byteCharacters
    inner = characters.map { ids[$0] ?? -1 }
    final = characters.map { ids[$0 + Self.wordEnd] ?? -1 }
  }

  func id(of token: String) -> Int? { ids[Array(token.utf8)].map(Int.init) }

  /// The ids of one word, given as its UTF-8 bytes; a byte outside the vocabulary becomes `unknown`.
  func encode(_ word: [UInt8], unknown: Int) -> [Int] {
    guard let last = word.last else { return [] }
    var symbols = word.dropLast().map { inner[Int($0)] } + [final[Int(last)]]
    let noMerge = Merge(rank: .max, id: -1)
    func merge(at i: Int) -> Merge {
      i + 1 < symbols.count ? merges[Pair(left: symbols[i], right: symbols[i + 1])] ?? noMerge : noMerge
    }
    var possible = symbols.indices.map(merge)
    // The lowest rank first, the leftmost of equals.
    while let best = possible.indices.min(by: { possible[$0].rank < possible[$1].rank }), possible[best].id >= 0 {
      symbols[best] = possible[best].id
      symbols.remove(at: best + 1)
      possible.remove(at: best + 1)
      possible[best] = merge(at: best)
      if best > 0 { possible[best - 1] = merge(at: best - 1) }
    }
    return symbols.map { $0 < 0 ? unknown : Int($0) }
  }

  /// Tokens as text, a blank where each one that ends a word ends.
  func text(of tokens: [Int]) -> String {
    let wanted = Set(tokens)
    var names: [Int: [UInt8]] = [:]
    for (name, id) in ids where wanted.contains(Int(id)) { names[Int(id)] = name }
    var bytes: [UInt8] = []
    for token in tokens {
      guard let name = names[token] else { continue }
      let isLast = name.count >= Self.wordEnd.count && name.suffix(Self.wordEnd.count).elementsEqual(Self.wordEnd)
      for character in String(decoding: isLast ? name.dropLast(Self.wordEnd.count) : name[...], as: UTF8.self).unicodeScalars {
        if let byte = Self.byteOf[character] { bytes.append(byte) }
      }
      if isLast { bytes.append(0x20) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func vocabulary(_ url: URL) throws -> [[UInt8]: Int32] {
    let json = Array(try ConfigFile.read(url, maximumBytes: maximumBytes))
    var cursor = JSONCursor(json, range: 0..<json.count), ids: [[UInt8]: Int32] = [:]
    ids.reserveCapacity(50_000)
    do {
      try cursor.membersOfBytes { token, cursor in
        let id = try cursor.natural()
        guard let id = Int32(exactly: id), ids.updateValue(id, forKey: token) == nil else {
          let name = String(decoding: token, as: UTF8.self)
          throw ModelError.badConfig(path: url.path, reason: "\(name) is listed twice or has an impossible id")
        }
      }
      try cursor.finish()
    } catch let problem as JSONCursor.Problem {
      throw ModelError.badConfig(path: url.path, reason: "\(problem.reason) at byte \(problem.offset) of its JSON")
    }
    return ids
  }

  /// Both in one file, as `transformers` 5 saves a tokenizer.
  static let joinedName = "tokenizer.json"

  private struct Joined: Decodable {
    struct Model: Decodable {
      let type: String?
      let end_of_word_suffix: String?
      let vocab: [String: Int32]
      let merges: [Halves]
    }

    /// A list of two tokens, or as older versions wrote it a text of both.
    struct Halves: Decodable {
      let texts: [String]

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        texts = try (try? value.decode([String].self)) ?? value.decode(String.self).split(separator: " ").map(String.init)
      }
    }

    let model: Model
  }

  private static func joined(_ url: URL) throws -> (ids: [[UInt8]: Int32], merges: [Pair: Merge]) {
    func bad(_ reason: String) -> ModelError { .badConfig(path: url.path, reason: reason) }
    let model: Joined.Model
    do { model = try JSONDecoder().decode(Joined.self, from: try ConfigFile.read(url, maximumBytes: maximumBytes)).model } catch let error as ModelError {
      throw error
    } catch { throw bad("it holds no model with its vocab and merges") }
    guard model.type ?? "BPE" == "BPE", model.end_of_word_suffix.map({ Array($0.utf8) }) == wordEnd else {
      throw bad("its model is not the byte-pair encoding of CLIP, whose words end in </w>")
    }
    let ids = Dictionary(model.vocab.map { (Array($0.key.utf8), $0.value) }) { first, _ in first }
    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(model.merges.count)
    for (number, halves) in model.merges.enumerated() {
      let texts = halves.texts.map { Array($0.utf8) }
      guard texts.count == 2, let left = ids[texts[0]], let right = ids[texts[1]], let id = ids[texts[0] + texts[1]] else {
        throw bad("its merge \(number + 1) is not one of two tokens")
      }
      let pair = Pair(left: left, right: right)
      if merges[pair] == nil { merges[pair] = Merge(rank: Int32(merges.count), id: id) }
    }
    return (ids, merges)
  }

  private static func merges(_ url: URL, _ ids: [[UInt8]: Int32]) throws -> [Pair: Merge] {
    let bytes = Array(try ConfigFile.read(url, maximumBytes: maximumBytes))
    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(50_000)
    for (number, line) in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).enumerated() {
      if number == 0, line.starts(with: Array("#version".utf8)) { continue }
      let halves = line.split(separator: 0x20)
      guard halves.count == 2, let left = ids[Array(halves[0])], let right = ids[Array(halves[1])],
        let id = ids[Array(halves[0]) + halves[1]]
      else {
        throw ModelError.badConfig(
          path: url.path,
          reason: "line \(number + 1), \"\(String(decoding: line.prefix(80), as: UTF8.self))\", is not a merge of two tokens")
      }
      let pair = Pair(left: left, right: right)
      if merges[pair] == nil { merges[pair] = Merge(rank: Int32(merges.count), id: id) }
    }
    return merges
  }

  /// The byte that each of these characters stands for.
  private static let byteOf: [Unicode.Scalar: UInt8] = {
    var bytes: [Unicode.Scalar: UInt8] = [:]
    for (byte, character) in byteCharacters.enumerated() {
      if let scalar = String(decoding: character, as: UTF8.self).unicodeScalars.first { bytes[scalar] = UInt8(byte) }
    }
    return bytes
  }()

  /// GPT-2's table: printable Latin-1 bytes stand for themselves, the other 68 for U+0100 onwards, in order.
  private static let byteCharacters: [[UInt8]] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      let printable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      let scalar = printable ? byte : next
      if !printable { next += 1 }
      return Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
    }
  }()
}
