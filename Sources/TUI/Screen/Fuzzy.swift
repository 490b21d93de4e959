/// Matching as one types: the letters of a word in their order, with anything between them.
enum Fuzzy {
  /// How well `word` fits into `text`, higher for letters side by side and at the beginnings of words; nil when it does not fit.
  static func score(_ word: some StringProtocol, in text: String) -> Int? {
    let letters = Array(word.lowercased()), all = Array(text.lowercased())
    guard !letters.isEmpty else { return 0 }
    // A whole piece beats everything; the earlier the better.
    if let start = all.indices.first(where: { all[$0...].starts(with: letters) }) {
      return 1000 - min(start, 500) + (start == 0 || !isLetter(all[start - 1]) ? 500 : 0)
    }
    var score = 0, place = 0, last = -2
    for letter in letters {
      guard let found = all[place...].firstIndex(of: letter) else { return nil }
      if found == last + 1 { score += 8 }
      if found == 0 || !isLetter(all[found - 1]) { score += 6 }
      score -= min(4, found - place)
      (last, place) = (found, found + 1)
    }
    return score
  }

  /// Whether the letters of `word`, which is lowercase, are in `text` in their order: what `score` tells, without weighing it.
  static func fits(_ word: String, in text: String) -> Bool {
    var letters = word.utf8.makeIterator(), wanted = letters.next()
    for byte in text.utf8 {
      guard let letter = wanted else { return true }
      // Other alphabets have their own rules for case.
      guard byte < 0x80, letter < 0x80 else { return score(word, in: text) != nil }
      let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      if lower == letter { wanted = letters.next() }
    }
    return wanted == nil
  }

  /// The sum over all words of `query`; nil when one of them does not fit.
  static func score(query: String, in text: String) -> Int? {
    var sum = 0
    for word in query.split(separator: " ") {
      guard let score = score(word, in: text) else { return nil }
      sum += score
    }
    return sum
  }

  private static func isLetter(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
