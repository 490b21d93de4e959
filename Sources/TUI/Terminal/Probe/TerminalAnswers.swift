import Core
import Render

/// What a terminal has said of itself; what it left unsaid is nil or false.
public struct TerminalAnswers: Hashable, Sendable {
  /// Name and version (XTVERSION), cleaned, at most 64 characters.
  public var name: String?
  /// Whether it takes kitty's graphics.
  public var hasKittyGraphics = false
  /// Whether it takes sixels: attribute 4 of its device attributes.
  public var hasSixel = false
  /// Its background (OSC 11).
  public var background: RGB?
  /// Width and height of a cell in pixels, 1...512 each.
  public var cellSize: Size?
  /// Whether it shows 24-bit colours: it kept one that was set (DECRQSS), or its own description has them (XTGETTCAP). Nil where it does not
  /// say.
  public var hasTrueColor: Bool?
  /// Columns that characters of images took; nil where the reports of the cursor make no sense.
  public var widths: GlyphWidths?
  /// Whether it is one of those made of GNOME's library: `~VTE` in its tertiary device attributes. Those up to 0.70 give no name.
  public var isVTE = false
  /// The second number of its secondary device attributes: 7006 is VTE 0.70.6.
  public var version: Int?
  /// Whether the last question was answered, so that nothing more will come.
  public var isComplete = false

  public init() {}

  /// What it calls itself; nil where it does not.
  public var program: String? {
    if let name, !name.isEmpty { return name }
    return isVTE ? "VTE(\(version ?? 0))" : nil
  }

  /// Whether the background is nearer to white than to black.
  public var hasLightBackground: Bool {
    guard let background else { return false }
    return 299 * Int(background.red) + 587 * Int(background.green) + 114 * Int(background.blue) > 127_500
  }
}

/// Reads answers out of what comes from a terminal, in whatever pieces; what is no answer is the user's.
public struct AnswerParser {
  public private(set) var answers = TerminalAnswers()
  /// What the user typed meanwhile, at most 4,096 bytes.
  private var typed: [UInt8] = []
  /// The beginning of a sequence.
  private var pending: [UInt8] = []
  /// Row and column of the cursor as reported.
  private var places: [(row: Int, column: Int)] = []

  private static let mostTyped = 4096
  /// How often the cursor is asked for.
  private static let reports = 4
  /// Longest control sequence, and longest string, that is waited for.
  private static let longest = (control: 64, string: 4096)

  public init() {}

  /// What was typed, and what of a sequence has come without its end: for `InputDecoder`, which waits for the rest.
  public var leftover: [UInt8] { typed + pending }

  /// The next bytes.
  public mutating func take(_ bytes: some Sequence<UInt8>) { for byte in bytes { take(byte) } }

  private mutating func take(_ byte: UInt8) {
    if pending.isEmpty {
      if byte == 0x1B { pending = [byte] } else { type([byte]) }
      return
    }
    pending.append(byte)
    switch pending[1] {
    case 0x5B:
      if pending.count > 2, (0x40...0x7E).contains(byte) {
        if !takeControl(String(decoding: pending[2...].dropLast(), as: UTF8.self), byte) { type(pending) }
        pending = []
      } else if pending.count > Self.longest.control {
        pending = []
      }
    case 0x50, 0x5D, 0x5F:
      let isEnded = byte == 0x07 || (byte == 0x5C && pending.count > 3 && pending[pending.count - 2] == 0x1B)
      if isEnded { takeString(pending[1], String(decoding: pending[2...].dropLast(byte == 0x07 ? 1 : 2), as: UTF8.self)) }
      if isEnded || pending.count > Self.longest.string { pending = [] }
    default:
      type(pending)
      pending = []
    }
  }

  private mutating func type(_ bytes: [UInt8]) { if typed.count + bytes.count <= Self.mostTyped { typed += bytes } }

  /// Whether `ESC [ text final` was an answer.
  private mutating func takeControl(_ text: String, _ final: UInt8) -> Bool {
    let numbers = text.drop { "?>".contains($0) }.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    switch final {
    case UInt8(ascii: "c") where text.first == "?":
      answers.hasSixel = numbers.contains(4)
      answers.isComplete = true
    case UInt8(ascii: "c") where text.first == ">":
      if numbers.count > 1, (1...99_999_999).contains(numbers[1]) { answers.version = numbers[1] }
    case UInt8(ascii: "R") where numbers.count == 2 && places.count < Self.reports:
      places.append((numbers[0], numbers[1]))
      if places.count == Self.reports { answers.widths = widths }
    case UInt8(ascii: "t") where numbers.count == 3 && numbers[0] == 6:
      if (1...512).contains(numbers[1]), (1...512).contains(numbers[2]) { answers.cellSize = Size(width: numbers[2], height: numbers[1]) }
    default: return false
    }
    return true
  }

  /// From where the cursor was before the first, between and behind them.
  private var widths: GlyphWidths? {
    let widths = zip(places, places.dropFirst()).compactMap { before, after -> Int? in
      let width = after.column.subtractingReportingOverflow(before.column)
      return before.row == after.row && !width.overflow && (0...8).contains(width.partialValue) ? width.partialValue : nil
    }
    return widths.count == 3 ? GlyphWidths(sextant: widths[0], wedge: widths[1], octant: widths[2]) : nil
  }

  private mutating func takeString(_ kind: UInt8, _ text: String) {
    switch kind {
    case 0x50 where text.hasPrefix(">|"): answers.name = String(PlainText.clean(String(text.dropFirst(2).prefix(64))))
    case 0x50 where text.hasPrefix("!|"): answers.isVTE = text.dropFirst(2).uppercased() == "7E565445"
    case 0x50 where text.hasPrefix("1$r") && text.hasSuffix("m"):
      answers.hasTrueColor = Self.hasKept(text.dropFirst(3).dropLast()) ?? answers.hasTrueColor
    case 0x50 where Self.capabilities.contains(where: { text.lowercased().hasPrefix("1+r\($0)") }): answers.hasTrueColor = true
    case 0x5F where text.hasPrefix("Gi=31;"): answers.hasKittyGraphics = text == "Gi=31;OK"
    case 0x5D where text.hasPrefix("11;"): answers.background = Self.color(text.dropFirst(3))
    default: break
    }
  }

  /// `RGB` and `Tc` as XTGETTCAP spells them.
  static let capabilities = ["524742", "5463"]
  /// The background that is set before it is asked for.
  static let sample = [1, 2, 3]

  /// Whether a rendition holds the sample as it was set; nil where it has no background.
  private static func hasKept(_ rendition: Substring) -> Bool? {
    let numbers = rendition.split { ";:".contains($0) }.prefix(32).map { Int($0) ?? -1 }
    guard let place = numbers.lastIndex(of: 48) else { return nil }
    let rest = numbers[(place + 1)...]
    // A colour space may be named before the three.
    return rest.first == 2 && (Array(rest.dropFirst().prefix(3)) == sample || Array(rest.dropFirst(2).prefix(3)) == sample)
  }

  /// `rgb:R/G/B` or `rgba:R/G/B/A`, one to four hexadecimal digits each.
  private static func color(_ text: Substring) -> RGB? {
    guard let colon = text.firstIndex(of: ":"), ["rgb", "rgba"].contains(text[..<colon]) else { return nil }
    let parts = text[text.index(after: colon)...].split(separator: "/", omittingEmptySubsequences: false).prefix(4)
    let levels = parts.compactMap { part -> UInt8? in
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = Int(part, radix: 16)
      else { return nil }
      return UInt8(value * 255 / ((1 << (4 * part.utf8.count)) - 1))
    }
    return levels.count >= 3 ? RGB(levels[0], levels[1], levels[2]) : nil
  }
}
