import CNcurses
import Core
import Render

/// How images reach a terminal, and why so.
public struct GraphicsChoice: Hashable, Sendable {
  public let graphics: GraphicsProtocol
  /// Whether kitty's images are shown by placeholders, which are text, in place of placements.
  public let usesPlaceholders: Bool
  /// Whether images go through tmux's envelope.
  public let isWrapped: Bool
  /// A clause.
  public let reason: String

  private init(_ graphics: GraphicsProtocol, placeholders: Bool = false, wrapped: Bool = false, _ reason: String) {
    (self.graphics, usesPlaceholders, isWrapped, self.reason) = (graphics, placeholders, wrapped, reason)
  }

  /// What a terminal needs to be told, and how.
  private struct Facts {
    let name: String
    let answers: TerminalAnswers
    let knowsCellSize: Bool
    let isUTF8: Bool
  }

  /// Of the environment, of what the terminal answered (nil where it was not asked) and of what tmux says, where it is around.
  ///
  /// `knowsCellSize` is whether the terminal has said how many pixels a cell has; sixels have to be as large as the cells that they cover.
  public init(
    _ environment: [String: String], _ answers: TerminalAnswers?, tmux: TmuxClient? = nil, knowsCellSize: Bool = true, isUTF8: Bool = true,
    wish: GraphicsWish = .auto
  ) {
    func isSet(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
    let facts = Facts(
      name: answers?.name.flatMap { $0.isEmpty ? nil : $0 } ?? "the terminal", answers: answers ?? TerminalAnswers(),
      knowsCellSize: knowsCellSize || PixelCapabilities.cell([answers?.cellSize]) != nil, isUTF8: isUTF8)
    if wish == .cells {
      self.init(.cells, "they were asked for")
    } else if isSet("TMUX") || facts.name.lowercased().hasPrefix("tmux") {
      self = Self.inside(tmux, facts, wish)
    } else if let fixed = wish.fixed {
      self.init(fixed, placeholders: fixed == .kitty && facts.isUTF8 && Self.hasPlaceholders(facts.name), "\(fixed.rawValue) was asked for")
    } else if isSet("NO_COLOR") {
      self.init(.cells, "NO_COLOR is set")
    } else if isSet("STY") {
      self.init(.cells, "GNU screen shows no images")
    } else if answers == nil {
      self.init(.cells, "the terminal was not asked")
    } else {
      self = Self.direct(facts)
    }
  }

  /// Without anything between.
  private static func direct(_ facts: Facts) -> GraphicsChoice {
    if facts.answers.hasKittyGraphics {
      let placeholders = facts.isUTF8 && hasPlaceholders(facts.name)
      return GraphicsChoice(.kitty, placeholders: placeholders, "\(facts.name) takes kitty's graphics")
    }
    // Those that show sixels too lose colours by them.
    if inline.contains(where: facts.name.lowercased().hasPrefix) {
      return GraphicsChoice(.iterm, "\(facts.name) is known for inline images")
    }
    guard facts.answers.hasSixel else { return GraphicsChoice(.cells, "\(facts.name) announces no images") }
    guard facts.knowsCellSize else { return GraphicsChoice(.cells, "\(facts.name) takes sixels but does not say how large its cells are") }
    return GraphicsChoice(.sixel, "\(facts.name) announces sixels")
  }

  /// Inside tmux, whose cursor need not be where the terminal's is: only what is text, or drawn by tmux, lands where it belongs.
  private static func inside(_ tmux: TmuxClient?, _ facts: Facts, _ wish: GraphicsWish) -> GraphicsChoice {
    guard let tmux else { return GraphicsChoice(.cells, "tmux does not say which terminal is behind it") }
    let name = tmux.name.isEmpty ? "nobody" : PlainText.clean(tmux.name)
    if wish == .kitty || (wish == .auto && hasPlaceholders(tmux.name)) {
      guard tmux.hasPassthrough else {
        // Who has no use for them needs no advice.
        let advice = hasPlaceholders(tmux.name) ? ": set -g allow-passthrough on" : ", which is not known to show kitty's inside tmux"
        return GraphicsChoice(.cells, "tmux keeps images from \(name)\(advice)")
      }
      guard facts.isUTF8 else { return GraphicsChoice(.cells, "the locale is not UTF-8, which kitty's images need inside tmux") }
      return GraphicsChoice(.kitty, placeholders: true, wrapped: true, "\(name) is behind tmux, which lets images pass")
    }
    if wish == .sixel || wish == .auto, facts.answers.hasSixel, tmux.takesSixels, facts.knowsCellSize {
      return GraphicsChoice(.sixel, "tmux draws sixels on \(name)")
    }
    return GraphicsChoice(.cells, wish == .auto ? "\(name) is behind tmux" : "tmux would put \(wish.rawValue) images anywhere")
  }

  /// Terminals with iTerm2's inline images, by how their names begin, in lower case.
  private static let inline = ["iterm2", "wezterm", "mintty"]

  /// Whether a terminal of this name, or of this `TERM`, knows placeholders: kitty from 0.28 on, which its `TERM` does not tell, and Ghostty.
  private static func hasPlaceholders(_ name: String) -> Bool {
    let name = name.lowercased()
    if name.hasPrefix("ghostty") || name.hasPrefix("xterm-ghostty") { return true }
    guard name.hasPrefix("kitty(") else { return false }
    let version = name.dropFirst("kitty(".count).split(separator: ".").prefix(2).compactMap { Int($0) }
    return version.count == 2 && (version[0], version[1]) >= (0, 28)
  }
}

extension TerminalProfile {
  /// Of the terminal at standard input and output, asked now, and how images reach it; whoever has typed something already is not disturbed.
  public static func ofTerminal(_ environment: [String: String], _ wish: GraphicsWish) -> (
    profile: TerminalProfile, graphics: GraphicsChoice
  ) {
    TerminalSettings.useLocale(environment)
    let answers = TerminalProbe.ask(environment, keepsTyped: false)?.answers
    return (.ofUser(environment, answers), .ofTerminal(environment, answers, wish, tmux: TmuxClient.ask(environment)))
  }
}

extension GraphicsChoice {
  /// Of the terminal at standard output, which gave these answers; `tmux` is what that says where it is around.
  static func ofTerminal(
    _ environment: [String: String], _ answers: TerminalAnswers?, _ wish: GraphicsWish, tmux: TmuxClient?
  ) -> GraphicsChoice {
    GraphicsChoice(
      environment, answers, tmux: tmux, knowsCellSize: PixelCapabilities.cell([CellPixels.ofTerminal]) != nil,
      isUTF8: curses_is_utf8() != 0, wish: wish)
  }
}
