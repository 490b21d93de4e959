import Render

/// A terminal that draws characters of images itself, whatever its font has.
struct KnownTerminal {
  /// How the name that it gives itself begins, in lower case.
  let name: String
  /// The version that was looked at (`docs/pictures.md`), and its numbers: later ones are taken to draw no less.
  let observed: (text: String, numbers: [Int])
  /// The finest set of which it drew every character.
  let symbols: SymbolSet

  /// Seen with `Tools/terminal_answers.py --pictures`, without a font that has these characters.
  private static let table = [
    KnownTerminal(name: "foot", observed: ("1.13.1", [1, 13, 1]), symbols: .wedge),
    KnownTerminal(name: "vte", observed: ("0.70.6", [7006]), symbols: .wedge),
    // Of slanted cuts these two lack U+1FB9A and U+1FB9B alone.
    KnownTerminal(name: "kitty", observed: ("0.26.5", [0, 26, 5]), symbols: .sextant),
    KnownTerminal(name: "konsole", observed: ("22.12.3", [22, 12, 3]), symbols: .sextant),
  ]

  /// Said to draw sextants, which nobody here has looked at; the first two in versions older than those above.
  private static let reputed = ["kitty", "foot", "wezterm", "ghostty", "contour"]

  /// The finest symbols of the terminal that gives itself this name, and how that is known; nil where nothing is.
  static func symbols(of name: String) -> (symbols: SymbolSet, reason: String)? {
    let name = name.lowercased(), numbers = versionNumbers(name)
    func begins(_ known: String) -> Bool { name.hasPrefix(known) && !(name.dropFirst(known.count).first?.isLetter ?? false) }
    if let known = table.first(where: { begins($0.name) && !numbers.lexicographicallyPrecedes($0.observed.numbers) }) {
      return (known.symbols, "draws them itself (seen in \(known.observed.text))")
    }
    return reputed.contains(where: begins) ? (.sextant, "is said to draw them itself") : nil
  }

  /// `[0, 26, 5]` of `kitty(0.26.5)`: at most four numbers; what is no number of an ordinary length ends them.
  static func versionNumbers(_ name: String) -> [Int] {
    let digits = name.drop { !("0"..."9").contains($0) }.prefix { ("0"..."9").contains($0) || $0 == "." }
    return Array(digits.split(separator: ".").prefix(4).map { $0.count <= 9 ? Int($0) ?? 0 : 0 })
  }
}
