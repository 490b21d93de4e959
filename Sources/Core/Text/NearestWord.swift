/// What somebody may have meant by a word that is none.
public enum NearestWord {
  /// Longer words are compared by so many letters.
  private static let mostLetters = 64

  /// Of `words` the one that a mistyped word is nearest to, capitals aside; nil where none is near.
  ///
  /// A slip is a letter left out, added, replaced, or swapped with its neighbour (optimal string alignment). Words of up to three letters may have
  /// one, those of up to seven two, longer ones three. The beginning of a word, two letters at least, is near it too, if nothing is nearer.
  public static func to(_ word: String, in words: some Sequence<String>) -> String? {
    let typed = letters(word), most = typed.count <= 3 ? 1 : typed.count <= 7 ? 2 : 3
    guard !typed.isEmpty else { return nil }
    var best: (word: String, slips: Int)?
    for candidate in words {
      let own = letters(candidate)
      let slips = typed.count > 1 && own.starts(with: typed) ? min(most, own.count - typed.count) : slips(from: typed, to: own)
      if slips <= most, slips < typed.count, slips < best?.slips ?? .max { best = (candidate, slips) }
    }
    return best?.word
  }

  private static func letters(_ word: String) -> [Unicode.Scalar] { Array(word.lowercased().unicodeScalars.prefix(mostLetters)) }

  private static func slips(from typed: [Unicode.Scalar], to meant: [Unicode.Scalar]) -> Int {
    guard !meant.isEmpty else { return typed.count }
    var before: [Int] = [], last = Array(0...meant.count)
    for (line, letter) in typed.enumerated() {
      var row = [line + 1]
      for (column, other) in meant.enumerated() {
        var fewest = min(last[column + 1], row[column]) + 1
        fewest = min(fewest, last[column] + (letter == other ? 0 : 1))
        if line > 0, column > 0, letter == meant[column - 1], typed[line - 1] == other { fewest = min(fewest, before[column - 1] + 1) }
        row.append(fewest)
      }
      (before, last) = (last, row)
    }
    return last[meant.count]
  }
}
