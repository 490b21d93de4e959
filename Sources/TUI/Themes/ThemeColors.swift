import Core
import Foundation
import Render

/// A set of colours for text by what they mean; images keep their own. A file of JSON is one:
/// `{"detail": "warm on dark", "colors": {"text": 223, "focus": "#83a598"}, "bold": ["good"]}`.
public struct ThemeColors: Hashable, Sendable {
  /// What a colour stands for.
  public enum Role: String, CaseIterable, Codable, Hashable, Sendable {
    /// Text and what is behind it; without them the terminal's own.
    case text, paper
    /// What is less important, and the frames of panels.
    case faint, border
    /// The panel that has the keys, and what goes on.
    case focus
    /// Names of keys.
    case key
    case good, bad, warning
    /// Bars of figures.
    case bar
    /// What a prediction got right and wrong.
    case hit
    case falseAlarm = "false-alarm"
    case miss
    /// The tint of masks, and marked rows.
    case mark, marked
  }

  public let name: String
  /// A clause on what it is.
  public let detail: String
  /// Whether text has no colours at all.
  public let isPlain: Bool
  /// Numbers of xterm's 256 colours.
  private let colors: [Role: UInt8]
  private let bold: Set<Role>

  /// The terminal's own colours.
  public static let standard = ThemeColors(name: "standard", detail: "the terminal's own colours", isPlain: false, colors: [:], bold: [])

  private init(name: String, detail: String, isPlain: Bool, colors: [Role: UInt8], bold: Set<Role>) {
    (self.name, self.detail, self.isPlain, self.colors, self.bold) = (name, detail, isPlain, colors, bold)
  }

  /// The colour of a role on a terminal of this depth, and whether its text is bold; nil where the theme leaves it to the terminal, or the
  /// terminal does not have it.
  func color(_ role: Role, _ depth: ColorDepth) -> (ink: CellColor, isBold: Bool)? {
    guard let number = colors[role] else { return nil }
    let most =
      switch depth {
      case .truecolor, .indexed256: 256
      case .indexed88, .indexed16: 16
      case .indexed8: 8
      case .mono: 0
      }
    return Int(number) < most ? (.indexed(number), bold.contains(role)) : nil
  }
}

extension ThemeColors {
  private static let mostBytes = 1 << 16

  /// What a file holds.
  private struct Content: Decodable {
    var detail: String?
    var plain: Bool?
    var colors: [String: Value]?
    var bold: [String]?
  }

  /// A colour as a file gives it.
  private enum Value: Decodable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) { self = .number(number) } else { self = .text(try value.decode(String.self)) }
    }
  }

  /// From a file, whose name without its ending is the theme's. Throws `TUIError.badTheme` with what is wrong, safe to show.
  public init(_ file: URL) throws(TUIError) {
    let name = String(PlainText.clean(file.deletingPathExtension().lastPathComponent).prefix(32))
    func fault(_ reason: String) -> TUIError {
      .badTheme(path: PlainText.clean(file.path), reason: PlainText.clean(String(reason.prefix(200))))
    }
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(file, limit: Self.mostBytes) } catch { throw fault(error.reason) }
    let content: Content
    do { content = try JSONDecoder().decode(Content.self, from: Data(bytes)) } catch { throw fault(error.reason) }
    func role(_ name: String) throws(TUIError) -> Role {
      guard let role = Role(rawValue: name) else {
        throw fault("\"\(name)\" is nothing that has a colour; there are \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return role
    }
    var colors: [Role: UInt8] = [:], bold: Set<Role> = []
    for (name, value) in (content.colors ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let number = Self.number(value) else {
        throw fault("the colour of \"\(name)\" is neither a number from 0 to 255 nor \"#rrggbb\"")
      }
      let found = try role(name)
      colors[found] = number
    }
    for name in content.bold ?? [] {
      let found = try role(name)
      bold.insert(found)
    }
    let detail = String(PlainText.clean(content.detail ?? "").prefix(80))
    self.init(name: name, detail: detail, isPlain: content.plain ?? false, colors: colors, bold: bold)
  }

  /// Of `#rrggbb` the nearest of the 240 colours that no user changes.
  private static func number(_ value: Value) -> UInt8? {
    switch value {
    case .number(let number): return UInt8(exactly: number)
    case .text(let text):
      let digits = text.dropFirst()
      guard text.utf8.count == 7, text.first == "#", digits.allSatisfy(\.isHexDigit), let bits = Int(digits, radix: 16) else { return nil }
      func distance(_ color: RGB) -> Int {
        let parts = [Int(color.red) - (bits >> 16), Int(color.green) - (bits >> 8 & 255), Int(color.blue) - (bits & 255)]
        return parts.reduce(0) { $0 + $1 * $1 }
      }
      return (16...255).min { distance(TerminalPalette.xterm[$0]) < distance(TerminalPalette.xterm[$1]) }.map { UInt8($0) }
    }
  }
}
