import Foundation

/// Cuts a text into the words CLIP's byte pairs are made for.
///
/// Canonical composition, lower case scalar by scalar, then the pattern
/// `'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+`; white space only separates.
enum CLIPWords {
  private enum Kind {
    case space, letter, number, other
  }

  private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }

  /// The UTF-8 bytes of each word, lazily: a caller that has enough tokens stops asking.
  static func words(of text: Substring) -> some Sequence<[UInt8]> {
    let scalars = String(text).precomposedStringWithCanonicalMapping.unicodeScalars
      .flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    return sequence(state: 0) { position in
      while position < scalars.count, kind(scalars[position]) == .space { position += 1 }
      guard position < scalars.count else { return nil }
      let end = end(of: scalars, from: position)
      defer { position = end }
      return Array(String(String.UnicodeScalarView(scalars[position..<end])).utf8)
    }
  }

  private static func end(of scalars: [Unicode.Scalar], from start: Int) -> Int {
    if let contraction = contractions.first(where: { scalars[start...].starts(with: $0) }) {
      return start + contraction.count
    }
    let kind = kind(scalars[start])
    var end = start + 1
    while kind != .number, end < scalars.count, Self.kind(scalars[end]) == kind { end += 1 }
    return end
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if scalar.properties.isWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return .other
    }
  }
}
