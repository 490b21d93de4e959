import Render
import TUI
import Testing

@Suite("Whatever comes, every line is exactly as wide as the screen")
struct HostileTests {
  /// Names that would recolour, clear, retitle or turn a terminal around, and wide ones.
  static let names = [
    "\u{1B}[31mred\u{1B}[2J", "\u{1B}]0;title\u{07}", "a\rb\nc\td", "\u{9B}31m", "猫と犬がいる大きな部屋", "👩‍👩‍👧‍👦👍🏽🇩🇪", "\u{202E}drawkcab\u{2066}",
    "e\u{301}o\u{308}\u{20DD}", "\u{0}\u{7F}\u{85}", "ｗｉｄｅ", "\u{1160}\u{11A8}한국어", "\u{FFFF}\u{E000}", String(repeating: "x", count: 300), "",
  ]

  /// The first place where a frame breaks its own rules; one expectation a frame keeps the tests fast.
  private func check(_ frame: Frame, _ note: String) {
    #expect(fault(frame) == nil, "\(note)")
  }

  private func fault(_ frame: Frame) -> String? {
    if frame.cells.count != frame.size.width * frame.size.height { return "cells" }
    for y in 0..<frame.size.height {
      var x = 0
      while x < frame.size.width {
        let cell = frame[x, y]
        if cell.width != 1 && cell.width != 2 { return "half a glyph at \(x),\(y)" }
        if GlyphWidth.of(cell.scalar) != Int(cell.width) { return "U+\(String(cell.scalar.value, radix: 16)) at \(x),\(y)" }
        if cell.width == 2, x + 1 >= frame.size.width || frame[x + 1, y].width != 0 { return "no room for a glyph at \(x),\(y)" }
        x += Int(cell.width)
      }
    }
    return nil
  }

  @Test func namesNeverReachTheTerminalRaw() {
    for (width, height) in [(20, 6), (40, 12), (80, 24), (200, 60)] {
      var screen = FakeScreen.open(width, height) { screen in
        screen.names = Self.names
        screen.ids = Self.names.joined()
      }
      screen.send(.done(.loadReports, .reports([screen.report(before: Self.names.map { _ in 50 }, after: Self.names.map { _ in 60 })])))
      for name in Self.names { screen.send(.said(Notice(.error, name, hint: name))) }
      for panel in 0..<5 {
        check(screen.frame(), "\(width)x\(height) panel \(panel)")
        screen.press(.tab)
      }
      screen.type("!")
      check(screen.frame(), "messages")
    }
  }

  @Test func textIsMeasuredInCells() {
    #expect(DisplayText("猫").width == 2)
    #expect(DisplayText("e\u{301}").width == 1)
    #expect(DisplayText("\u{1B}[0m").width == 4)
    #expect(DisplayText("日本語").truncated(to: 4).width == 3)
    #expect(DisplayText("\u{202E}a").width == 1)
    #expect(DisplayText.wrapped("猫猫猫 dog", to: 4).allSatisfy { DisplayText($0).width <= 4 })
    #expect(DisplayText.wrapped("/data/models/a/b", to: 8) == ["/data/mo", "dels/a/b"])
    #expect(DisplayText.tail(of: "scene-00017", to: 6) == "…00017")
  }

  @Test func anyKeysAtAnySize() {
    let keys: [Key] = Action.all.flatMap(\.keys) + [.character("y"), .character("n"), .character("é"), .backspace, .delete, .escape]
    withEvery(seeds: 0..<40) { numbers in
      let hostile = Bool.random(using: &numbers)
      var screen = FakeScreen.open(Int.random(in: 1...130, using: &numbers), Int.random(in: 1...50, using: &numbers)) { screen in
        if hostile { screen.names = Self.names }
        screen.capabilities = Capabilities(
          depth: ColorDepth.allCases.randomElement(using: &numbers) ?? .truecolor, unicode: Bool.random(using: &numbers))
      }
      screen.send(.done(.loadReports, .reports([screen.report()])))
      for step in 0..<40 {
        let key = keys.randomElement(using: &numbers) ?? .escape
        screen.send(.key(key))
        switch Int.random(in: 0..<12, using: &numbers) {
        case 0: screen.send(.resized(Size(width: Int.random(in: 1...220, using: &numbers), height: Int.random(in: 1...70, using: &numbers))))
        case 1:
          if var job = screen.jobs().randomElement(using: &numbers) {
            job.state = [.queued, .running(step: 3, of: 20), .running(step: 0, of: 0), .finished, .failed(reason: "\u{1B}[2J"), .cancelled(reason: "\u{9B}2J"), .interrupted(reason: "\u{1B}[2J")]
              .randomElement(using: &numbers) ?? .queued
            job.elapsed = Double.random(in: 0...1e6, using: &numbers)
            screen.send(.work(.jobChanged(job)))
          }
        case 2: screen.send(.tick(Double(step)))
        case 3: screen.send(.evaluationProgress(.generating(done: 1, of: 0, step: 3, steps: 0)))
        default: break
        }
        let frame = screen.frame()
        #expect(frame.size == screen.state.screen.size)
        check(frame, "seed \(numbers.seed) step \(step) key \(key)")
      }
    }
  }

  @Test func everyKeyHasOneMeaningInAPanel() {
    for panel in Panel.allCases {
      var general: [Key: Action.ID] = [:]
      var own: [Key: Action.ID] = [:]
      for action in Action.all {
        for key in action.keys {
          if action.panels == nil {
            #expect(general.updateValue(action.id, forKey: key) == nil, "\(key)")
          } else if action.panels?.contains(panel) == true {
            #expect(own.updateValue(action.id, forKey: key) == nil, "\(key)")
          }
        }
      }
    }
    #expect(Set(Action.all.map(\.id)) == Set(Action.ID.allCases))
  }
}

/// Every view at every size, with every depth of colours, in Unicode and in ASCII.
@Suite("Every view on every terminal")
struct EveryTerminalTests {
  static let sizes = [(20, 6), (40, 12), (80, 24), (200, 60)]
  /// Keys that lead into each view from a start with an evaluation, a queue and generated supports.
  static let views: [(name: String, keys: [Key])] = [
    ("episodes", []), ("filter", [.character("/"), .character("c")]), ("marks", [.character(" "), .character("v"), .character("j")]),
    ("pictures", [.tab]), ("zoom", [.tab, .character("+"), .character("l")]), ("signs", [.tab] + Array(repeating: .character("o"), count: 4)),
    ("settings", [.tab, .tab]), ("entry", [.tab, .tab, .character("7")]), ("queue", [.tab, .tab, .tab, .character(" ")]),
    ("classes", [.backTab, .character("s")]), ("side by side", [.character("b"), .right]), ("grid", [.character("#"), .enter, .down]),
    ("duel", [.tab, .character("A"), .right, .right, .character("B"), .character("m")]), ("help", [.character("?"), .down]),
    ("folder", [.character("D"), .end, .enter, .character("/"), .tab]), ("themes", [.character("T"), .down]),
    ("palette", [.character(":"), .character("q")]), ("picker", [.character("f"), .down]), ("path", [.character("H")]), ("messages", [.character("!")]), ("cluster", [.character("N")]),
    ("question", [.character("E")]), ("one panel", [.character("Z")]), ("facts", [.tab, .enter, .right, .right]),
    ("values", [.tab, .tab] + Array(repeating: .down, count: 5) + [.enter]), ("presets", [.character("P"), .down]),
    ("preset's name", [.character("P")] + "keep".map { .character($0) } + [.enter, .character("é")]),
  ]

  @Test(arguments: views) func isWhole(_ name: String, _ keys: [Key]) {
    for (width, height) in Self.sizes {
      for depth in ColorDepth.allCases {
        for unicode in [true, false] {
          var screen = FakeScreen.open(width, height) { $0.capabilities = Capabilities(depth: depth, unicode: unicode) }
          screen.send(.done(.loadReports, .reports([screen.report(), screen.report(before: [1, 2, 3, 4, 5])])))
          for job in screen.jobs() { screen.send(.work(.jobChanged(job))) }
          for key in keys { screen.press(key) }
          let rendering = screen.rendering(), frame = rendering.frame
          #expect(frame.size == Size(width: width, height: height))
          for y in 0..<height {
            let cells = (0..<width).map { frame[$0, y] }
            #expect(cells.reduce(0) { $0 + Int($1.width) } == width, "\(name) \(width)x\(height), row \(y)")
            #expect(unicode || cells.allSatisfy { $0.scalar.isASCII }, "\(name): \(frame.line(y))")
          }
          #expect(rendering.targets.allSatisfy { !$0.rect.isEmpty && $0.rect.clipped(to: frame.bounds) == $0.rect }, "\(name)")
          // Without colours nothing depends on colour; images of the fake screen bring their own.
          guard depth == .mono else { continue }
          #expect(frame.cells.allSatisfy { $0.style.ink == .standard || $0.style.ink.isDirect }, "\(name)")
        }
      }
    }
  }
}
