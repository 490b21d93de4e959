import ArgumentParser

/// Refuses files and folders without a name: an unset variable in a script would stand for the folder at hand.
enum EmptyPath {
  private static let options: Set<String> = [
    "--aux", "--control", "--controlnet", "--detector-weights", "--episode-list", "--evaluation", "--image", "--images", "--list", "--mask",
    "--model", "--models", "--out", "--root", "--sheet", "--source",
  ]

  /// `words` are those behind the program's name. Throws a `ValidationError`.
  static func check(_ words: [String]) throws {
    let own = words.prefix { $0 != "--" }
    for (word, next) in zip(own, own.dropFirst().map(Optional.some) + [nil]) {
      let name = word.hasSuffix("=") ? String(word.dropLast()) : next == "" ? word : ""
      if options.contains(name) { throw ValidationError("\(name) is given no name: its value is empty") }
    }
  }
}
