import Foundation
import Render

/// Cells that a character takes on a terminal: the answer that layout, curses and the screen must agree on.
public enum GlyphWidth {
  /// Ranges of Unicode 15 whose East Asian Width is W or F, merged where the gaps are unassigned.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
    0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1,
    0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA,
    0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B,
    0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
    0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x303E,
    0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FB,
    0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F265,
    0x1F300...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA,
    0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440,
    0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A,
    0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC,
    0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC,
    0x1F7E0...0x1F7EB, 0x1F7F0...0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF,
    0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
  ]

  /// 1 or 2; 0 for what takes no cell of its own (marks, joiners); nil for what must never reach a terminal.
  public static func of(_ scalar: Unicode.Scalar) -> Int? {
    let value = scalar.value
    if value >= 0x20 && value < 0x7F { return 1 }
    switch scalar.properties.generalCategory {
    // Format characters turn text around (bidirectional overrides) or vanish: both deceive.
    case .control, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: return nil
    case .format: return 0
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    // Conjoining Hangul vowels and finals join the syllable before them.
    if (0x1160...0x11FF).contains(value) { return 0 }
    return isWide(value) ? 2 : 1
  }

  private static func isWide(_ value: UInt32) -> Bool {
    if value < 0x1100 { return false }
    var low = 0
    var high = wide.count - 1
    while low <= high {
      let middle = (low + high) / 2
      if value < wide[middle].lowerBound {
        high = middle - 1
      } else if value > wide[middle].upperBound {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }
}

/// Text from data sets, files and errors, made safe and measured for the screen.
public struct DisplayText: Sendable {
  public struct Glyph: Hashable, Sendable {
    public let scalar: Unicode.Scalar
    /// 1 or 2.
    public let width: Int
  }

  public let glyphs: [Glyph]
  /// Cells that it takes.
  public let width: Int

  /// One glyph a character: what a control character or an unknown one would do to the screen is replaced by `·`.
  public init(_ text: some StringProtocol) {
    // Most text is printable ASCII, and every frame measures much of it.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
      glyphs = text.utf8.map { Glyph(scalar: Unicode.Scalar($0), width: 1) }
      width = glyphs.count
      return
    }
    var glyphs: [Glyph] = []
    var total = 0
    for character in text {
      let scalar = Self.base(of: character)
      let width = GlyphWidth.of(scalar)
      let glyph: Glyph
      switch width {
      case .some(0): continue
      case .some(let cells): glyph = Glyph(scalar: scalar, width: cells)
      case nil: glyph = Glyph(scalar: "·", width: 1)
      }
      glyphs.append(glyph)
      total += glyph.width
    }
    self.glyphs = glyphs
    width = total
  }

  private init(glyphs: [Glyph]) {
    self.glyphs = glyphs
    width = glyphs.reduce(0) { $0 + $1.width }
  }

  /// The character's base, composed with its first accent where Unicode has such a letter.
  private static func base(of character: Character) -> Unicode.Scalar {
    let scalars = character.unicodeScalars
    let first = scalars[scalars.startIndex]
    guard scalars.count > 1, first.value >= 0x20, first.value != 0x7F else { return first }
    let composed = String(character).precomposedStringWithCanonicalMapping.unicodeScalars
    return composed.first ?? first
  }

  /// As it is shown.
  public var text: String { String(String.UnicodeScalarView(glyphs.map(\.scalar))) }

  /// At most `limit` cells, the last one an ellipsis when something was cut.
  public func truncated(to limit: Int) -> DisplayText {
    if width <= limit { return self }
    guard limit > 0 else { return DisplayText(glyphs: []) }
    var kept: [Glyph] = []
    var used = 0
    for glyph in glyphs {
      if used + glyph.width > limit - 1 { break }
      kept.append(glyph)
      used += glyph.width
    }
    kept.append(Glyph(scalar: "…", width: 1))
    return DisplayText(glyphs: kept)
  }

  /// The end of a text in at most `limit` cells, behind an ellipsis when something was cut: names differ in their ends.
  public static func tail(of text: String, to limit: Int) -> String {
    var rest = Substring(text)
    guard DisplayText(rest).width > limit else { return text }
    while !rest.isEmpty, DisplayText(rest).width > limit - 1 { rest.removeFirst() }
    return "…" + rest
  }

  /// A text in at most `limit` cells: its beginning and its end around an ellipsis when something was cut. Names tell their kind first and
  /// their number last.
  public static func middle(of text: String, to limit: Int) -> String {
    let shown = DisplayText(text)
    guard shown.width > limit else { return text }
    guard limit > 3 else { return tail(of: text, to: limit) }
    let last = (limit - 1) * 2 / 5
    let head = DisplayText(glyphs: fitting(shown.glyphs, limit - 1 - last)).text
    let end = DisplayText(glyphs: fitting(shown.glyphs.reversed(), last).reversed()).text
    return "\(head)…\(end)"
  }

  /// The first glyphs that fit into `limit` cells.
  private static func fitting(_ glyphs: [Glyph], _ limit: Int) -> [Glyph] {
    var used = 0
    return Array(
      glyphs.prefix { glyph in
        used += glyph.width
        return used <= limit
      })
  }

  /// As many characters as fit into `limit` cells, at least one.
  private static func head(of text: Substring, to limit: Int) -> Substring {
    var count = 0
    var used = 0
    for character in text {
      used += DisplayText(String(character)).width
      if used > limit && count > 0 { break }
      count += 1
    }
    return text.prefix(count)
  }

  /// Lines of at most `limit` cells, broken at spaces where there are some.
  public static func wrapped(_ text: String, to limit: Int) -> [String] {
    guard limit > 0 else { return [] }
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      var used = 0
      for word in paragraph.split(separator: " ", omittingEmptySubsequences: true) {
        var rest = Substring(word)
        var size = DisplayText(rest).width
        if used > 0 && used + 1 + size > limit {
          lines.append(line)
          (line, used) = ("", 0)
        }
        while size > limit {
          let head = Self.head(of: rest, to: limit)
          lines.append(String(head))
          rest = rest.dropFirst(head.count)
          size = DisplayText(rest).width
        }
        line += used > 0 ? " " + rest : String(rest)
        used += (used > 0 ? 1 : 0) + size
      }
      lines.append(line)
    }
    return lines
  }
}

extension DisplayText {
  /// The text as cells in the terminal's own colours; a wide character is followed by a cell of no width.
  public var cells: [Cell] {
    glyphs.flatMap { glyph in
      [Cell(glyph.scalar, width: UInt8(glyph.width))] + (glyph.width == 2 ? [Cell(" ", width: 0)] : [])
    }
  }
}
