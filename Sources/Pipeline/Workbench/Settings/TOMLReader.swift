/// A value of a TOML file.
enum TOMLValue: Hashable {
  case text(String)
  case whole(Int)
  case truth(Bool)
  case list([TOMLValue])
  case table([String: TOMLValue])
}

/// Reads the part of TOML 1.0 (https://toml.io) that a configuration needs: tables, strings on one line, whole numbers, truth values, lists.
///
/// Ours because toml++ under TOMLKit 0.6, the one library at hand, ends the process by an assertion on some broken files.
struct TOMLReader {
  struct Fault: Error {
    /// From 1.
    let line: Int
    let reason: String
  }

  /// Deepest nesting of lists that is read.
  private static let deepest = 16

  private let bytes: [Unicode.Scalar]
  private var place = 0
  private var line = 1

  private init(_ text: String) { bytes = Array(text.unicodeScalars) }

  /// The whole file as one table; `[a]` puts what follows below key `a`. Throws `Fault`.
  static func read(_ text: String) throws(Fault) -> [String: TOMLValue] {
    var reader = TOMLReader(text), root: [String: TOMLValue] = [:], section: String?
    while true {
      reader.skip(acrossLines: true)
      guard let next = reader.peek else { return root }
      if next == "[" {
        reader.place += 1
        let name = try reader.key()
        guard reader.accept("]") else { throw reader.fault("a table's name must be followed by ]") }
        guard root[name] == nil else { throw reader.fault("\"\(name)\" is there twice") }
        root[name] = .table([:])
        section = name
      } else {
        let name = try reader.key()
        guard reader.accept("=") else { throw reader.fault("\"\(name)\" must be followed by =") }
        let value = try reader.value(depth: 0)
        var place = root
        if let section, case .table(let own)? = root[section] { place = own }
        guard place.updateValue(value, forKey: name) == nil else { throw reader.fault("\"\(name)\" is there twice") }
        if let section { root[section] = .table(place) } else { root = place }
      }
      reader.skip(acrossLines: false)
      guard reader.peek == nil || reader.isAtLineEnd else { throw reader.fault("something follows where the line should end") }
    }
  }

  private var peek: Unicode.Scalar? { place < bytes.count ? bytes[place] : nil }

  private var isAtLineEnd: Bool { peek == "\n" || (peek == "\r" && place + 1 < bytes.count && bytes[place + 1] == "\n") }

  private func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }

  /// Blanks and comments.
  private mutating func skip(acrossLines: Bool) {
    while let next = peek {
      if next == "#" {
        while peek != nil, !isAtLineEnd { place += 1 }
      } else if next == " " || next == "\t" {
        place += 1
      } else if acrossLines, isAtLineEnd {
        place += next == "\r" ? 2 : 1
        line += 1
      } else {
        return
      }
    }
  }

  private mutating func accept(_ scalar: Unicode.Scalar, acrossLines: Bool = false) -> Bool {
    skip(acrossLines: acrossLines)
    guard peek == scalar else { return false }
    place += 1
    return true
  }

  private mutating func key() throws(Fault) -> String {
    skip(acrossLines: false)
    if let quote = peek, quote == "\"" || quote == "'" { return try text() }
    let name = word { $0 == "-" || $0 == "_" || ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0) }
    guard !name.isEmpty else { throw fault("a key is missing") }
    return name
  }

  private mutating func word(_ belongs: (Unicode.Scalar) -> Bool) -> String {
    var word = String.UnicodeScalarView()
    while let next = peek, belongs(next) {
      word.append(next)
      place += 1
    }
    return String(word)
  }

  private mutating func value(depth: Int) throws(Fault) -> TOMLValue {
    skip(acrossLines: false)
    switch peek {
    case "\"", "'": return .text(try text())
    case "[":
      guard depth < Self.deepest else { throw fault("lists are nested too deeply") }
      place += 1
      var list: [TOMLValue] = []
      while !accept("]", acrossLines: true) {
        list.append(try value(depth: depth + 1))
        guard accept(",", acrossLines: true) || peek == "]" else { throw fault("a list's values must be divided by , and end with ]") }
      }
      return .list(list)
    default:
      let word = word { ![",", "]", "#", " ", "\t", "\n", "\r"].contains($0) }
      switch word {
      case "true": return .truth(true)
      case "false": return .truth(false)
      case "": throw fault("a value is missing")
      default:
        guard let number = Int(word.replacing("_", with: "")) else { throw fault("\(word) is neither a text in quotes, a whole number, true nor false") }
        return .whole(number)
      }
    }
  }

  /// `"with \escapes"` or `'without'`, on one line.
  private mutating func text() throws(Fault) -> String {
    let quote = bytes[place]
    place += 1
    var text = String.UnicodeScalarView()
    while let next = peek, next != "\n" {
      place += 1
      if next == quote { return String(text) }
      text.append(next == "\\" && quote == "\"" ? try escaped() : next)
    }
    throw fault("a text does not end on its line")
  }

  private mutating func escaped() throws(Fault) -> Unicode.Scalar {
    guard let letter = peek else { throw fault("a text does not end on its line") }
    place += 1
    let simple: [Unicode.Scalar: Unicode.Scalar] = ["b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{C}", "r": "\r", "\"": "\"", "\\": "\\"]
    if let meant = simple[letter] { return meant }
    let count = letter == "u" ? 4 : letter == "U" ? 8 : 0
    guard count > 0, place + count <= bytes.count else { throw fault("\\\(letter) means nothing in a text") }
    let digits = String(String.UnicodeScalarView(bytes[place..<place + count]))
    guard digits.allSatisfy(\.isHexDigit), let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
      throw fault("\\\(letter)\(digits) is no character")
    }
    place += count
    return scalar
  }
}
