import Foundation

extension ArraySlice<Int> {
  /// The texts of runs of elements and, between them, of the single ones that separate these.
  fileprivate func split(
    whereSeparator isSeparator: (Int) -> Bool, keeping single: (Int) -> String, otherwise run: ([Int]) -> String
  ) -> [String] {
    var texts: [String] = [], own: [Int] = []
    for element in self {
      guard isSeparator(element) else {
        own.append(element)
        continue
      }
      texts += [run(own), single(element)]
      own = []
    }
    return texts + [run(own)]
  }
}

/// CLIP's lower-casing byte-level BPE tokenizer (Radford et al. 2021; Sennrich et al. 2016), as `transformers` runs it, from a `tokenizer/` folder.
///
/// Any vocabulary in the same file format works: the published one of 49,408 entries or a small one of our own.
public struct CLIPTokenizer: Sendable {
  /// Number of ids `encode` returns, the start and end markers included.
  public let length: Int
  /// Number of entries in the vocabulary.
  public var vocabularySize: Int { pairs.vocabularySize }
  private let pairs: BytePairs
  private let special: SpecialTokens
  private let markers: (start: Int, end: Int, padding: Int)
  /// Markers as they may be in a text, longest first.
  private let literals: [(text: String, id: Int)]

  /// Reads `vocab.json` and `merges.txt`, or a `tokenizer.json` alone, and, where they are there, `tokenizer_config.json` and `special_tokens_map.json`.
  ///
  /// Throws `ModelError.missingFile` and `badConfig`.
  public init(folder: URL) throws {
    pairs = try BytePairs(folder: folder)
    special = try SpecialTokens(folder: folder)
    length = special.length
    let vocabulary = folder.path
    let pairs = pairs
    func id(_ token: String) throws -> Int {
      guard let id = pairs.id(of: token) else {
        throw ModelError.badConfig(path: vocabulary, reason: "the token \(token) is not in its vocabulary")
      }
      return id
    }
    markers = (try id(special.start), try id(special.end), try id(special.padding))
    literals = [(special.start, markers.start), (special.end, markers.end)].sorted { $0.text.count > $1.text.count }
  }

  /// The ids of a text: start marker, tokens cut to what fits, end marker, padding; always `length` of them.
  public func encode(_ text: String) -> [Int] {
    let ids = [markers.start] + tokens(of: text, atMost: length - 2).prefix(length - 2) + [markers.end]
    return ids + Array(repeating: markers.padding, count: length - ids.count)
  }

  /// What `encode` cuts off the end of a text, in the words of its tokens as diffusers warns of them; nil where everything fits.
  ///
  /// Of a long rest the first few hundred tokens, and `…`.
  public func cut(from text: String) -> String? {
    let most = length - 2 + Self.mostShown
    let all = tokens(of: text, atMost: most + 1)
    guard all.count > length - 2 else { return nil }
    let rest = words(of: all[(length - 2)..<min(all.count, most)])
    return all.count > most ? rest + " …" : rest
  }

  private static let mostShown = 400

  /// The first tokens of a text, without the markers around it; a few more than asked for where a word has several.
  private func tokens(of text: String, atMost most: Int) -> [Int] {
    var ids: [Int] = []
    for piece in pieces(of: text) {
      guard ids.count < most else { break }
      switch piece {
      case .marker(let id): ids.append(id)
      case .text(let text):
        for word in CLIPWords.words(of: text) {
          guard ids.count < most else { break }
          ids += pairs.encode(word, unknown: markers.end)
        }
      }
    }
    return ids
  }

  /// Tokens in words, a blank behind each one that ends a word.
  private func words(of ids: ArraySlice<Int>) -> String {
    let names = Dictionary(literals.map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
    return ids.split(whereSeparator: { names[$0] != nil }, keeping: { names[$0] ?? "" }, otherwise: pairs.text(of:))
      .joined().trimmingCharacters(in: .whitespaces)
  }

  private enum Piece {
    case marker(Int)
    case text(Substring)
  }

  /// Markers written out in a text become their ids before anything is normalised.
  private func pieces(of text: String) -> [Piece] {
    var result: [Piece] = []
    var rest = text[...]
    while !rest.isEmpty {
      let found = literals.compactMap { literal in rest.range(of: literal.text).map { (literal, $0) } }
        .min { $0.1.lowerBound < $1.1.lowerBound }
      guard let (literal, range) = found else { break }
      result += [.text(rest[..<range.lowerBound]), .marker(literal.id)]
      rest = rest[range.upperBound...]
    }
    return result + [.text(rest)]
  }
}
