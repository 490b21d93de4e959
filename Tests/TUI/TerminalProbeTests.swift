import Foundation
import Render
import TUI
import Testing

@Suite struct TerminalProbeTests {
  private static let kitty =
    "\u{1B}P>|kitty(0.35.2)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}]11;rgb:ffff/f0f0/e0e0\u{1B}\\"
    + "\u{1B}[6;18;9t\u{1B}[>1;4000;26c\u{1B}[4;3R\u{1B}[4;4R\u{1B}[4;5R\u{1B}[4;7R\u{1B}[?62;c"
  /// VTE 0.70.6, which gives no name.
  private static let vte =
    "\u{1B}]11;rgb:0000/0000/0000\u{1B}\\\u{1B}P!|7E565445\u{1B}\\\u{1B}[>65;7006;1c"
    + "\u{1B}[1;1R\u{1B}[1;2R\u{1B}[1;3R\u{1B}[1;4R\u{1B}[?65;1;9c"

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
      #expect(answers.cellSize == Size(width: 9, height: 18) && answers.widths == GlyphWidths(sextant: 1, wedge: 1, octant: 2))
      #expect(answers.program == "kitty(0.35.2)" && !answers.isVTE)
      #expect(parser.leftover.isEmpty)
      let other = parsed(Self.vte, by: piece)
      #expect(other.answers.program == "VTE(7006)" && other.answers.widths == .single && other.answers.isComplete && other.leftover.isEmpty)
    }
    #expect(parsed("\u{1B}P!|464f4f54\u{1B}\\\u{1B}[>1;011301;0c").answers.program == nil)
    #expect(parsed("\u{1B}P>|VTE(7600)\u{1B}\\" + Self.vte).answers.program == "VTE(7600)")
    #expect(!parsed("\u{1B}[>41;379;0c").answers.isComplete)
    #expect(parsed("\u{1B}[?64;1;4;22c").answers.hasSixel)
    #expect(!parsed("\u{1B}_Gi=31;ENOTSUPPORTED:no\u{1B}\\").answers.hasKittyGraphics)
    // BEL ends a string too, and colours have one to four digits.
    #expect(parsed("\u{1B}]11;rgb:0/8/f\u{07}").answers.background == RGB(0, 136, 255))
  }

  /// A terminal that keeps a 24-bit colour as it was set has them, and so has one that describes itself so; silence and refusal say
  /// nothing.
  @Test func trueColourIsAskedFor() {
    for text in ["1$r48;2;1;2;3m", "1$r0;48:2::1:2:3m", "1$r0;1;48:2:1:2:3;4m", "1$r48:2:0:1:2:3m", "1+r524742=382f382f38", "1+r5463"] {
      #expect(parsed("\u{1B}P\(text)\u{1B}\\").answers.hasTrueColor == true, "\(text)")
    }
    for text in ["1$r48;5;16m", "1$r0;48:5:16m", "1$r48;2;1;2;4m"] {
      #expect(parsed("\u{1B}P\(text)\u{1B}\\").answers.hasTrueColor == false, "\(text)")
    }
    for text in ["0$r", "1$r0m", "0+r524742", "1+r544e", "1$r;;;:::m", "1$r99999999999999999999m", "1$r48m"] {
      #expect(parsed("\u{1B}P\(text)\u{1B}\\").answers.hasTrueColor != true, "\(text)")
    }
  }

  @Test func whatIsTypedMeanwhileStaysTheUsers() {
    #expect(parsed("j" + Self.kitty + "k\u{1B}[A").leftover == Array("jk\u{1B}[A".utf8))
    // F3 with a modifier looks like a report of the cursor; only four of those were asked for.
    #expect(parsed(Self.kitty + "\u{1B}[1;2R").leftover == Array("\u{1B}[1;2R".utf8))
    #expect(parsed("\u{1B}P>|kit").leftover == Array("\u{1B}P>|kit".utf8))
  }

  @Test func liesAndGarbage() {
    for text in [
      "\u{1B}[6;0;9t", "\u{1B}[6;99999;9t", "\u{1B}[6;99999999999999999999;9t", "\u{1B}]11;rgb:gg/00/00\u{07}", "\u{1B}]11;rgb:00/00\u{07}",
      "\u{1B}]11;rgb:+1/+1/+1\u{07}", "\u{1B}[1;9R\u{1B}[1;10R\u{1B}[1;11R\u{1B}[2;1R", "\u{1B}[1;9R\u{1B}[1;2R\u{1B}[1;3R\u{1B}[1;4R",
      "\u{1B}[1;1R\u{1B}[1;2R\u{1B}[1;3R\u{1B}[1;999999R", "\u{1B}[1;1R\u{1B}[1;2R\u{1B}[1;3R", "\u{1B}[;R\u{1B}[R",
      "\u{1B}[1;-9223372036854775808R\u{1B}[1;9223372036854775807R\u{1B}[1;1R\u{1B}[1;1R", "\u{1B}[>0;0;0c", "\u{1B}[>65;-7006c",
      "\u{1B}[>1;99999999999999999999c", "\u{1B}[>c",
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
      #expect(parser.answers.widths.map { [$0.sextant, $0.wedge, $0.octant].allSatisfy((0...8).contains) } ?? true, "seed \(numbers.seed)")
      #expect(parser.answers.cellSize.map { (1...512).contains($0.width) } ?? true, "seed \(numbers.seed)")
    }
  }

  /// Versions that were looked at get what they drew, later ones no less; what is only said of terminals is sextants.
  @Test(
    arguments: [
      ("foot(1.13.1)", SymbolSet.wedge, "foot(1.13.1) draws them itself (seen in 1.13.1)"), ("foot(1.20.2)", .wedge, "(seen in "),
      ("foot(1.9.0)", .sextant, "is said to draw them"), ("VTE(7006)", .wedge, "draws them itself (seen in 0.70.6)"),
      ("VTE(5202)", .quadrant, "not known"),
      ("kitty(0.26.5)", .sextant, "(seen in "), ("kitty(0.9.1)", .sextant, "is said"), ("kitty", .sextant, "is said"),
      ("Konsole 22.12.3", .sextant, "(seen in "), ("Konsole 21.8", .quadrant, "not known what else Konsole 21.8 draws"),
      ("WezTerm 20240203", .sextant, "is said"), ("ghostty 1.1.0", .sextant, "is said"), ("contour 0.4", .sextant, "is said"),
      ("XTerm(379)", .quadrant, "not known"), ("tmux 3.3a", .quadrant, "tmux hides"), ("footloose(9.9)", .quadrant, "not known"),
      ("kitty(99999999999999999999.0)", .sextant, "is said"), ("", .quadrant, "does not say what it is"),
    ] as [(String, SymbolSet, String)])
  func symbolsThatFollow(_ name: String, _ symbols: SymbolSet, _ reason: String) {
    var answers = TerminalAnswers()
    (answers.name, answers.widths) = (name, .single)
    let profile = TerminalProfile([:], answers)
    #expect(profile.symbols == symbols && profile.reason.contains(reason), "\(profile.reason)")
    #expect(TerminalProfile(["TMUX": "/tmp/tmux-0/default,1,0"], answers).symbols == .quadrant)
    answers.widths = nil
    #expect(TerminalProfile([:], answers).symbols == .quadrant)
    #expect(TerminalProfile([:], nil).reason == "the terminal was not asked")
  }

  /// Terminal and C library both have to give every character one column.
  @Test(arguments: [
    (GlyphWidths.single, GlyphWidths.single, SymbolSet.wedge, "(seen in "),
    (GlyphWidths(sextant: 1, wedge: 1, octant: 0), .single, .wedge, "(seen in "),
    (GlyphWidths(sextant: 1, wedge: 2, octant: 1), .single, .sextant, "foot(1.13.1) does not give finer ones one column"),
    (GlyphWidths(sextant: 2, wedge: 1, octant: 1), .single, .quadrant, "foot(1.13.1) does not draw finer ones one column wide"),
    (.single, GlyphWidths(sextant: 1, wedge: 0, octant: 0), .sextant, "the C library does not give finer ones one column"),
    (.single, GlyphWidths(sextant: 0, wedge: 0, octant: 0), .quadrant, "the C library does not give finer ones one column"),
  ])
  func widthsDecide(_ terminal: GlyphWidths, _ locale: GlyphWidths, _ symbols: SymbolSet, _ reason: String) {
    var answers = TerminalAnswers()
    (answers.name, answers.widths) = ("foot(1.13.1)", terminal)
    let profile = TerminalProfile([:], answers, locale: locale)
    #expect(profile.symbols == symbols && profile.reason.contains(reason), "\(profile.reason)")
  }

  /// An answer that comes after the probe has ended, whole or in pieces, types nothing; what stands around it does.
  @Test func lateAnswersAreNoKeys() {
    for piece in [Int.max, 1, 4] {
      var decoder = InputDecoder(), keys: [Input] = [], rest = ArraySlice(Array(("a" + Self.kitty + Self.vte + "b").unicodeScalars))
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

  /// A lone escape is kept where answers are still to come: the answer's beginning, or the key once its time is up.
  @Test func anAnswerTornBehindItsEscape() {
    func keys(_ rest: String) -> [Input] {
      var decoder = InputDecoder()
      decoder.take(0x1B, isFunction: false)
      #expect(decoder.endsWithEscape && decoder.finish(keepsEscape: true).isEmpty)
      for scalar in rest.unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      return decoder.finish()
    }
    for answer in [
      "]11;rgb:ffff/ffff/ffff\u{1B}\\", "P>|quits\u{1B}\\", "P!|7E565445\u{1B}\\", "[6;18;9t", "[4;3R", "[?62;c", "_Gi=31;OK\u{1B}\\",
    ] {
      #expect(keys(answer + "q") == [.key(.character("q"))], "\(answer.debugDescription)")
    }
    #expect(keys("") == [.key(.escape)])
  }

  /// What the probe takes off the line before curses reads it: keys that are sequences too.
  @Test func keysPressedDuringTheProbe() {
    let pressed = "\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}[D\u{1B}[H\u{1B}[4~\u{1B}[5~\u{1B}[6~\u{1B}[3~\u{1B}[Z\u{1B}OP\u{1B}[15~é"
    let leftover = parsed(pressed + Self.kitty).leftover
    #expect(leftover == Array(pressed.utf8))
    var decoder = InputDecoder()
    for scalar in String(decoding: leftover, as: UTF8.self).unicodeScalars { decoder.take(scalar.value, isFunction: false) }
    #expect(
      decoder.finish()
        == [Key.up, .down, .right, .left, .home, .end, .pageUp, .pageDown, .delete, .backTab, .character("é")].map(Input.key))
  }

  /// What only begins like an answer does not take the keyboard away.
  @Test func keysBesideAnswers() {
    func keys(_ text: String) -> [Input] {
      var decoder = InputDecoder()
      for scalar in text.unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      return decoder.finish()
    }
    for start in ["\u{1B}]", "\u{1B}P", "\u{1B}_", "\u{1B}]1", "\u{1B}P>"] {
      // Escape, and keys that came with it.
      let typed = [Key.escape] + (start.dropFirst() + "q").map { Key.character($0) }
      #expect(keys(start + "q") == typed.map(Input.key), "\(start.debugDescription)")
    }
    // F3 of xterm with a modifier, and as kitty sends it.
    #expect(keys("\u{1B}[1;2Rq\u{1B}[13~q") == [.key(.character("q")), .key(.character("q"))])
    #expect(keys("\u{1B}P>|never ends\u{03}q") == [.key(.character("q"))])
    #expect(keys("\u{1B}P>|" + String(repeating: "x", count: 5000)).count < 1000)
  }
}
