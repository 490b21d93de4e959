import TUI
import Testing

@Suite struct InputDecoderTests {
  private func input(_ pieces: [String]) -> [Input] {
    var decoder = InputDecoder(), input: [Input] = []
    for piece in pieces {
      for scalar in piece.unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      input += decoder.finish()
    }
    return input
  }

  private func keys(_ pieces: String...) -> [Key] { input(pieces).compactMap { if case .key(let key) = $0 { key } else { nil } } }

  @Test func theMousesReports() {
    #expect(input(["a\u{1B}[<0;6;9M\u{1B}[<0;6;9mb"]) == [.key(.character("a")), .mouse(.press, column: 5, row: 8), .key(.character("b"))])
    #expect(input(["\u{1B}[<64;1;1M\u{1B}[<65;300;200M"]) == [.mouse(.wheelUp, column: 0, row: 0), .mouse(.wheelDown, column: 299, row: 199)])
    // In pieces, as a slow line brings it.
    #expect(input(["\u{1B}[<0;1", "2;3", "Mx"]) == [.mouse(.press, column: 11, row: 2), .key(.character("x"))])
    // Other buttons, motion, what is no place, too little and too much.
    for report in ["1;1;1", "2;1;1", "32;1;1", "0;0;1", "0;1;-1", "0;1", "0;1;1;1", ";;", "0;99999999999999999999;1", "0;;1"] {
      #expect(input(["\u{1B}[<\(report)Mq"]) == [.key(.character("q"))], "\(report)")
    }
    // The form of terminals that do not know this one; what follows is no key.
    #expect(input(["\u{1B}[M !#q", "\u{1B}[M", "`&", "(q"]) == [.mouse(.press, column: 0, row: 2), .key(.character("q")), .mouse(.wheelUp, column: 5, row: 7), .key(.character("q"))])
    #expect(input(["\u{1B}[M#!!q"]) == [.key(.character("q"))])
    #expect(keys("\u{1B}[200~\u{1B}[<0;1;1M\u{1B}[201~") == [.paste("\u{1B}[<0;1;1M")])
  }

  @Test func keysAndSequences() {
    #expect(keys("ab\u{1B}") == [.character("a"), .character("b"), .escape])
    #expect(keys("\u{1B}[1;5Ax\u{1B}OPy") == [.character("x"), .character("y")])
    #expect(keys("\u{1B}", "[") == [.escape, .character("[")])
    // Typed while the program is busy they come at once.
    #expect(keys("\u{1B}q\u{1B}\rx") == [.escape, .character("q"), .escape, .enter, .character("x")])
    for other in ["P", "P>", "]", "]1", "_", "_G"] {
      #expect(keys("\u{1B}\(other)x") == [.escape] + "\(other)x".map { Key.character($0) }, "\(other)")
    }
    #expect(keys("\u{1B}P\u{1B}x") == [.escape, .character("P"), .escape, .character("x")])
  }

  /// Whatever `TERM` says inside tmux: as sequences, and as the keys that curses' descriptions make of them.
  @Test func homeAndEndOfEveryTerminal() {
    for home in ["[H", "[1~", "[7~", "OH"] { #expect(keys("\u{1B}\(home)") == [.home], "\(home)") }
    for end in ["[F", "[4~", "[8~", "OF"] { #expect(keys("\u{1B}\(end)") == [.end], "\(end)") }
    // KEY_HOME, KEY_FIND, KEY_A1; KEY_END, KEY_SELECT, KEY_C1, KEY_LL.
    for (codes, key) in [([0o406, 0o552, 0o534], Key.home), ([0o550, 0o601, 0o537, 0o533], .end)] {
      for code in codes {
        var decoder = InputDecoder()
        decoder.take(UInt32(code), isFunction: true)
        #expect(decoder.finish() == [.key(key)], "\(String(code, radix: 8))")
      }
    }
  }

  /// Answers on colours that come late type nothing.
  @Test func lateAnswersOnColours() {
    for answer in ["P1$r48:2::1:2:3m", "P0$r", "P1+r524742=38", "P0+r5463"] {
      #expect(keys("\u{1B}\(answer)\u{1B}\\q") == [.character("q")], "\(answer)")
    }
  }

  @Test func aPasteIsOneKeyHoweverItArrives() {
    #expect(keys("a\u{1B}[200~two\nlines\u{1B}[201~q") == [.character("a"), .paste("two\nlines"), .character("q")])
    #expect(keys("\u{1B}[200~in p", "ieces \u{1B}", "[201~") == [.paste("in pieces ")])
    #expect(keys("\u{1B}[200~\u{1B}[31mred\u{1B}[201~") == [.paste("\u{1B}[31mred")])
    let long = keys("\u{1B}[200~" + String(repeating: "x", count: 100_000) + "\u{1B}[201~q")
    #expect(long.count == 2 && long.last == .character("q"))
  }

  /// Whatever comes, every plain letter at the end of it is a key again after a few.
  @Test func anyBytes() {
    withEvery(seeds: 0..<300) { numbers in
      var decoder = InputDecoder()
      for _ in 0..<Int.random(in: 0..<60, using: &numbers) {
        let code = [0x1B, 0x5B, 0x3C, 0x4D, 0x6D, 0x3B, 0x4F, 0x7E, UInt32.random(in: 0..<0x11_0000, using: &numbers)].randomElement(using: &numbers)!
        decoder.take(code, isFunction: Int.random(in: 0..<20, using: &numbers) == 0)
        if Bool.random(using: &numbers) { _ = decoder.finish() }
      }
      _ = decoder.finish()
      for scalar in "\u{1B}[201~mmmmqq".unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      #expect(decoder.finish().last == .key(.character("q")), "seed \(numbers.seed)")
    }
  }
}
