import Foundation
import Render
import TUI
import Testing

@Suite struct TerminalProbeTests {
  private static let kitty =
    "\u{1B}P>|kitty(0.35.2)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}]11;rgb:ffff/f0f0/e0e0\u{1B}\\"
    + "\u{1B}[6;18;9t\u{1B}[4;3R\u{1B}[4;4R\u{1B}[?62;c"

  private func parsed(_ text: String, by piece: Int = .max) -> AnswerParser {
    var parser = AnswerParser(), rest = ArraySlice(Array(text.utf8))
    while !rest.isEmpty {
      parser.take(rest.prefix(piece))
      rest = rest.dropFirst(piece)
    }
    return parser
  }

  @Test func answersInAnyPieces() {
    for piece in [Int.max, 1, 2, 3, 7] {
      let parser = parsed(Self.kitty, by: piece), answers = parser.answers
      #expect(answers.name == "kitty(0.35.2)" && answers.hasKittyGraphics && !answers.hasSixel && answers.isComplete)
      #expect(answers.background == RGB(255, 240, 224) && answers.hasLightBackground)
      #expect(answers.cellSize == Size(width: 9, height: 18) && answers.sextantWidth == 1)
      #expect(parser.leftover.isEmpty)
    }
    #expect(parsed("\u{1B}[?64;1;4;22c").answers.hasSixel)
    #expect(!parsed("\u{1B}_Gi=31;ENOTSUPPORTED:no\u{1B}\\").answers.hasKittyGraphics)
    // BEL ends a string too, and colours have one to four digits.
    #expect(parsed("\u{1B}]11;rgb:0/8/f\u{07}").answers.background == RGB(0, 136, 255))
  }

  @Test func whatIsTypedMeanwhileStaysTheUsers() {
    #expect(parsed("j" + Self.kitty + "k\u{1B}[A").leftover == Array("jk\u{1B}[A".utf8))
    // F3 with a modifier looks like a report of the cursor; only two of those were asked for.
    #expect(parsed(Self.kitty + "\u{1B}[1;2R").leftover == Array("\u{1B}[1;2R".utf8))
    #expect(parsed("\u{1B}P>|kit").leftover == Array("\u{1B}P>|kit".utf8))
  }

  @Test func liesAndGarbage() {
    for text in [
      "\u{1B}[6;0;9t", "\u{1B}[6;99999;9t", "\u{1B}[6;99999999999999999999;9t", "\u{1B}]11;rgb:gg/00/00\u{07}", "\u{1B}]11;rgb:00/00\u{07}",
      "\u{1B}]11;rgb:+1/+1/+1\u{07}", "\u{1B}[1;9R\u{1B}[2;1R", "\u{1B}[1;9R\u{1B}[1;2R", "\u{1B}[1;1R\u{1B}[1;999999R",
      "\u{1B}[;R\u{1B}[R",
      "\u{1B}[1;-9223372036854775808R\u{1B}[1;9223372036854775807R",
    ] {
      #expect(parsed(text).answers == TerminalAnswers(), "\(text.debugDescription)")
    }
    #expect(parsed("\u{1B}P>|a\u{7}").answers.name == "a")
    #expect(parsed("\u{1B}P>|" + String(repeating: "x", count: 3000) + "\u{1B}\\").answers.name?.count == 64)
    for start in ["\u{1B}P>|", "\u{1B}[", ""] {
      let parser = parsed(start + String(repeating: "1", count: 1_000_000))
      #expect(parser.leftover.count <= 9000 && parser.answers == TerminalAnswers())
    }
    withEvery(seeds: 0..<300) { numbers in
      var bytes = Array(Self.kitty.utf8)
      for _ in 0..<8 { bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers) }
      var parser = AnswerParser()
      parser.take(bytes)
      #expect(parser.answers.sextantWidth.map { (0...8).contains($0) } ?? true, "seed \(numbers.seed)")
      #expect(parser.answers.cellSize.map { (1...512).contains($0.width) } ?? true, "seed \(numbers.seed)")
    }
  }

  @Test func symbolsThatFollow() {
    func profile(_ name: String?, width: Int? = 1, _ environment: [String: String] = [:]) -> TerminalProfile {
      var answers = TerminalAnswers()
      (answers.name, answers.sextantWidth) = (name, width)
      return TerminalProfile(environment, answers)
    }
    for name in ["kitty(0.35.2)", "foot(1.16.2)", "WezTerm 20240203", "ghostty 1.1.0", "contour 0.4"] {
      #expect(profile(name).symbols == .sextant && profile(name).reason.contains("draws them itself"))
      #expect(profile(name, width: 2).symbols == .quadrant && profile(name, width: nil).symbols == .quadrant)
      #expect(profile(name, ["TMUX": "/tmp/tmux-0/default,1,0"]).symbols == .quadrant)
    }
    for name in ["XTerm(379)", "tmux 3.3a", "", "somebody's"] { #expect(profile(name).symbols == .quadrant, "\(name)") }
    #expect(profile(nil).symbols == .quadrant && TerminalProfile([:], nil).symbols == .quadrant)
  }

  /// An answer that comes after the probe has ended, whole or in pieces, types nothing; what stands around it does.
  @Test func lateAnswersAreNoKeys() {
    for piece in [Int.max, 1, 4] {
      var decoder = InputDecoder(), keys: [Input] = [], rest = ArraySlice(Array(("a" + Self.kitty + "b").unicodeScalars))
      while !rest.isEmpty {
        var taken = rest.prefix(piece)
        rest = rest.dropFirst(piece)
        // An escape by itself is the key: a line breaks behind it only where it breaks inside of everything.
        while taken.last?.value == 0x1B, let next = rest.popFirst() { taken.append(next) }
        for scalar in taken { decoder.take(scalar.value, isFunction: false) }
        keys += decoder.finish()
      }
      #expect(keys == [.key(.character("a")), .key(.character("b"))], "pieces of \(piece)")
    }
  }

  /// What only begins like an answer does not take the keyboard away.
  @Test func keysBesideAnswers() {
    func keys(_ text: String) -> [Input] {
      var decoder = InputDecoder()
      for scalar in text.unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      return decoder.finish()
    }
    for start in ["\u{1B}]", "\u{1B}P", "\u{1B}_", "\u{1B}]1", "\u{1B}P>"] {
      #expect(keys(start + "q") == [.key(.character("q"))], "\(start.debugDescription)")
    }
    // F3 of xterm with a modifier, and as kitty sends it.
    #expect(keys("\u{1B}[1;2Rq\u{1B}[13~q") == [.key(.character("q")), .key(.character("q"))])
    #expect(keys("\u{1B}P>|never ends\u{03}q") == [.key(.character("q"))])
    #expect(keys("\u{1B}P>|" + String(repeating: "x", count: 5000)).count < 1000)
  }
}
