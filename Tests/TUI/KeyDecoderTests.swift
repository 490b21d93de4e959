import TUI
import Testing

@Suite struct KeyDecoderTests {
  private func keys(_ pieces: String...) -> [Key] {
    var decoder = KeyDecoder(), keys: [Key] = []
    for piece in pieces {
      for scalar in piece.unicodeScalars { decoder.take(scalar.value, isFunction: false) }
      keys += decoder.finish()
    }
    return keys
  }

  @Test func keysAndSequences() {
    #expect(keys("ab\u{1B}") == [.character("a"), .character("b"), .escape])
    #expect(keys("\u{1B}[1;5Ax\u{1B}OPy") == [.character("x"), .character("y")])
    #expect(keys("\u{1B}", "[") == [.escape, .character("[")])
  }

  @Test func aPasteIsOneKeyHoweverItArrives() {
    #expect(keys("a\u{1B}[200~two\nlines\u{1B}[201~q") == [.character("a"), .paste("two\nlines"), .character("q")])
    #expect(keys("\u{1B}[200~in p", "ieces \u{1B}", "[201~") == [.paste("in pieces ")])
    #expect(keys("\u{1B}[200~\u{1B}[31mred\u{1B}[201~") == [.paste("\u{1B}[31mred")])
    let long = keys("\u{1B}[200~" + String(repeating: "x", count: 100_000) + "\u{1B}[201~q")
    #expect(long.count == 2 && long.last == .character("q"))
  }
}
