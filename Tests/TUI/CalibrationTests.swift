import Core
import Foundation
import Render
import TUI
import TestSupport
import Testing

@Suite struct CalibrationTests {
  /// Answers in their order, y and n, and what is taken from them.
  @Test(arguments: [
    ("n", SymbolSet.half), ("yn", .quadrant), ("yynn", .sextant), ("yyyn", .wedge), ("yyny", .octant), ("yyyy", .best),
  ])
  func answersDecide(_ answers: String, _ symbols: SymbolSet) {
    for background in [nil, true, false] {
      var calibration = Calibration(asksBackground: background != nil)
      for answer in answers {
        guard case .symbols = calibration.question else { return #expect(Bool(false), "too few questions about symbols") }
        calibration.answer(answer == "y")
      }
      #expect(calibration.question == (background == nil ? nil : .darkBackground))
      if let background { calibration.answer(!background) }
      #expect(calibration.question == nil && calibration.symbols == symbols && calibration.lightBackground == background)
    }
  }

  /// Every character that a set adds is on its card, once, and lines keep within the screen.
  @Test(arguments: SymbolSet.allCases, [20, 50, 80, 200]) func everyCharacterIsShown(_ symbols: SymbolSet, _ columns: Int) {
    let card = TestCard.lines(CellStyle(symbols: symbols, colors: .mono), columns: columns)
    let lines = card.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.unicodeScalars.count <= columns })
    let shown = lines.filter { $0.hasPrefix("[") }.joined().unicodeScalars.filter { !"[] ".unicodeScalars.contains($0) }
    #expect(Array(shown) == symbols.ownCharacters && Set(symbols.ownCharacters).count == symbols.ownCharacters.count && !shown.isEmpty)
    #expect(Set(lines.filter { $0.hasPrefix("[") }.map(\.unicodeScalars.count)).count == 1)
  }

  @Test func charactersOfTheSets() {
    let counts = SymbolSet.allCases.map(\.ownCharacters.count)
    #expect(counts[2] == 60 && SymbolSet.sextant.ownCharacters.first == "\u{1FB00}" && SymbolSet.sextant.ownCharacters.last == "\u{1FB3B}")
    #expect(SymbolSet.wedge.ownCharacters.contains("\u{1FB9A}") && SymbolSet.octant.ownCharacters.contains("\u{1CD00}"))
    #expect(SymbolSet.quadrant.ownCharacters.contains("▚") && !SymbolSet.quadrant.ownCharacters.contains("▀"))
    // All symbols have nothing that slanted cuts and octants do not have.
    #expect(Set(SymbolSet.best.ownCharacters).isSubset(of: SymbolSet.octant.ownCharacters))
  }

  @Test func terminalsHaveNames() {
    var answers = TerminalAnswers()
    #expect(TerminalMemory.name(["TERM": "st-256color"], answers) == "TERM=st-256color")
    #expect(
      TerminalMemory.name(["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], nil) == "TERM=xterm-256color TERM_PROGRAM=iTerm.app")
    #expect(TerminalMemory.name([:], nil) == "a terminal without TERM")
    #expect(TerminalMemory.name(["TERM": "a\u{1B}[2J" + String(repeating: "x", count: 1000)], nil).count == 37)
    #expect(!TerminalMemory.name(["TERM": "a\u{1B}[2J"], nil).contains("\u{1B}"))
    answers.name = "kitty(0.26.5)"
    #expect(TerminalMemory.name(["TERM": "xterm-kitty"], answers) == "kitty(0.26.5)")
  }

  /// What is remembered goes before what is known, and the terminal's own word about its background before that.
  @Test func memoryDecides() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("made/terminals.json")
    #expect(try TerminalMemory(file) == TerminalMemory())
    var memory = TerminalMemory()
    memory.remember(.init(terminal: "kitty(0.26.5)", symbols: .best, lightBackground: nil))
    memory.remember(.init(terminal: "TERM=st-256color", symbols: .wedge, lightBackground: true))
    memory.remember(.init(terminal: "kitty(0.26.5)", symbols: .half, lightBackground: nil))
    try memory.write(to: file)
    let read = try TerminalMemory(file)
    #expect(read == memory)
    var answers = TerminalAnswers()
    (answers.name, answers.widths) = ("kitty(0.26.5)", .single)
    let profile = TerminalProfile(["TERM": "xterm-kitty"], answers, memory: read)
    #expect(profile.symbols == .half && profile.reason == "you said that kitty(0.26.5) draws them" && !profile.lightBackground)
    #expect(TerminalProfile(["TERM": "st-256color"], nil, memory: read).symbols == .wedge)
    #expect(TerminalProfile(["TERM": "st-256color"], nil, memory: read).lightBackground)
    var dark = TerminalAnswers()
    dark.background = RGB(0, 0, 0)
    #expect(!TerminalProfile(["TERM": "st-256color"], dark, memory: read).lightBackground)
    for number in 0..<100 { memory.remember(.init(terminal: "t\(number)", symbols: .half, lightBackground: nil)) }
    #expect(memory["t35"] == nil && memory["t36"] != nil && memory["t99"] != nil)
  }

  @Test func filesThatAreNotOurs() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("terminals.json")
    let entry = "{\"terminal\":\"t\",\"symbols\":\"half\"}"
    for text in [
      "", "[]", "{", "{\"terminals\":7}", "{\"terminals\":[{\"terminal\":\"t\",\"symbols\":\"blocks\"}]}",
      "{\"terminals\":[{\"terminal\":\"\",\"symbols\":\"half\"}]}",
      "{\"terminals\":[{\"terminal\":\"\(String(repeating: "x", count: 500))\",\"symbols\":\"half\"}]}",
      "{\"terminals\":[\(Array(repeating: entry, count: 65).joined(separator: ","))]}", String(repeating: "[", count: 60_000),
      "{\"terminals\":[\(entry)]}" + String(repeating: " ", count: 70_000),
    ] {
      try Data(text.utf8).write(to: file)
      let error = #expect(throws: CoreError.self, "\(text.prefix(80))") { try TerminalMemory(file) }
      if text.utf8.count > 65_536 { #expect(error.map { "\($0)".contains("larger than 64 KB") } ?? false) }
    }
    try FileManager.default.removeItem(at: file)
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(throws: CoreError.self) { try TerminalMemory(file) }
  }
}
