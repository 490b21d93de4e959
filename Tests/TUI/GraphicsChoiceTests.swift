import Render
import TUI
import Testing

@Suite("How images reach a terminal") struct GraphicsChoiceTests {
  private func answers(_ name: String?, kitty: Bool = false, sixel: Bool = false, cell: Size? = Size(width: 9, height: 18))
    -> TerminalAnswers
  {
    var answers = TerminalAnswers()
    (answers.name, answers.hasKittyGraphics, answers.hasSixel, answers.cellSize) = (name, kitty, sixel, cell)
    return answers
  }

  private func choice(
    _ answers: TerminalAnswers?, _ environment: [String: String] = [:], tmux: TmuxClient? = nil, isUTF8: Bool = true,
    wish: GraphicsWish = .auto
  ) -> GraphicsChoice {
    GraphicsChoice(environment, answers, tmux: tmux, knowsCellSize: false, isUTF8: isUTF8, wish: wish)
  }

  @Test func everyTerminalByItself() {
    for name in ["kitty(0.28.0)", "kitty(0.35.2)", "kitty(1.0.0)", "ghostty 1.1.0"] {
      let made = choice(answers(name, kitty: true))
      #expect(made.graphics == .kitty && made.usesPlaceholders && !made.isWrapped, "\(name)")
      #expect(made.reason == "\(name) takes kitty's graphics")
      // Without UTF-8 there is no text to hold them.
      #expect(!choice(answers(name, kitty: true), isUTF8: false).usesPlaceholders)
    }
    for name in ["kitty(0.26.5)", "kitty", "kitty(x.y)", "Konsole 22.12.3", "WezTerm 20240203", nil] {
      let made = choice(answers(name, kitty: true))
      #expect(made.graphics == .kitty && !made.usesPlaceholders, "\(name ?? "no name")")
    }
    for name in ["iTerm2 3.5.0", "WezTerm 20240203", "mintty 3.6.4"] { #expect(choice(answers(name, sixel: true)).graphics == .iterm) }
    for name in ["XTerm(379)", "foot(1.16.2)", nil] {
      #expect(choice(answers(name, sixel: true)).graphics == .sixel, "\(name ?? "no name")")
    }
    #expect(choice(answers("XTerm(379)")).graphics == .cells && choice(answers("XTerm(379)")).reason == "XTerm(379) announces no images")
    #expect(choice(nil).reason == "the terminal was not asked")
  }

  @Test func sixelsNeedTheSizeOfACell() {
    for cell in [nil, Size(width: 512, height: 512), Size(width: 1, height: 1), Size(width: 9, height: 250)] {
      let made = choice(answers("XTerm(379)", sixel: true, cell: cell))
      #expect(made.graphics == .cells && made.reason.contains("how large its cells are"), "\(String(describing: cell))")
    }
    #expect(GraphicsChoice([:], answers("XTerm(379)", sixel: true, cell: nil), knowsCellSize: true).graphics == .sixel)
    // The smaller of two accounts, and nothing of what cannot be.
    #expect(PixelCapabilities.cell([Size(width: 9, height: 18), Size(width: 40, height: 60)]) == Size(width: 9, height: 18))
    #expect(PixelCapabilities.cell([nil, Size(width: 0, height: 0), Size(width: 400, height: 18)]) == nil)
  }

  @Test func theUsersWish() {
    for wish in [GraphicsWish.kitty, .sixel, .iterm, .cells] { #expect(choice(nil, wish: wish).graphics.rawValue == wish.rawValue) }
    #expect(choice(answers("kitty(0.35.2)"), wish: .kitty).usesPlaceholders && !choice(answers("other"), wish: .kitty).usesPlaceholders)
    #expect(choice(answers("kitty(0.35.2)", kitty: true), wish: .cells).graphics == .cells)
    #expect(choice(answers("kitty(0.35.2)", kitty: true), ["NO_COLOR": "1"]).graphics == .cells)
    #expect(choice(answers("kitty(0.35.2)", kitty: true), ["STY": "1.pts-0"]).graphics == .cells)
    #expect(choice(answers("kitty(0.35.2)", kitty: true), ["NO_COLOR": "", "STY": "", "TMUX": ""]).graphics == .kitty)
  }

  @Test func insideTmux() {
    let inside = ["TMUX": "/tmp/tmux-0/default,1,0"], answered = answers("tmux 3.5a", sixel: true)
    func made(_ name: String, sixels: Bool = false, passes: Bool = true, _ wish: GraphicsWish = .auto, isUTF8: Bool = true)
      -> GraphicsChoice
    {
      choice(answered, inside, tmux: TmuxClient(name: name, takesSixels: sixels, hasPassthrough: passes), isUTF8: isUTF8, wish: wish)
    }
    let kitty = made("kitty(0.35.2)")
    #expect(kitty.graphics == .kitty && kitty.usesPlaceholders && kitty.isWrapped)
    #expect(made("xterm-ghostty").graphics == .kitty)
    #expect(made("kitty(0.35.2)", passes: false).reason == "tmux keeps images from kitty(0.35.2): set -g allow-passthrough on")
    // On a terminal that shows none of kitty's images letting them pass is no use.
    let xterm = made("XTerm(379)", passes: false, .kitty)
    #expect(xterm.graphics == .cells && xterm.reason == "tmux keeps images from XTerm(379), which is not known to show kitty's inside tmux")
    #expect(made("kitty(0.35.2)", isUTF8: false).graphics == .cells)
    // kitty before 0.28 would show the placeholders themselves.
    #expect(made("kitty(0.26.5)").graphics == .cells)
    #expect(made("foot(1.16.2)", sixels: true).graphics == .sixel && !made("foot(1.16.2)", sixels: true).isWrapped)
    #expect(made("foot(1.16.2)").graphics == .cells)
    #expect(made("WezTerm 1", .iterm).graphics == .cells && made("XTerm(379)", .sixel).graphics == .cells)
    #expect(made("other", .kitty).usesPlaceholders)
    // Without tmux's word nothing is known, whoever is asked.
    #expect(choice(answered, inside).graphics == .cells && choice(answered).graphics == .cells)
    #expect(made("a\u{1B}[31mb").reason.unicodeScalars.allSatisfy { $0.value >= 0x20 })
  }
}
