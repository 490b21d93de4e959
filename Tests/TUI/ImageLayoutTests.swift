import Generation
import Render
import TUI
import Testing

@Suite("How images share their room") struct ImageLayoutTests {
  /// An image's share of its place: what is below the title.
  private func area(_ layout: ImageLayout) -> Int { layout.places.reduce(0) { $0 + $1.rect.width * ($1.rect.height - 1) } }

  /// Whatever the room and the shapes: places lie inside, do not overlap, keep their shapes, and show what has to be in sight.
  @Test func placesAreInsideAndApart() {
    withEvery(seeds: 0..<300) { numbers in
      let room = Size(width: Int.random(in: 1..<220, using: &numbers), height: Int.random(in: 1..<70, using: &numbers))
      func shapes(_ count: Int) -> [Double] { (0..<count).map { _ in [0.5, 1.4, 2, 2, 2.67, 12].randomElement(using: &numbers) ?? 2 } }
      let large = shapes(Int.random(in: 0..<5, using: &numbers)), strip = shapes(Int.random(in: 0..<10, using: &numbers))
      let lead = strip.isEmpty ? 0 : Int.random(in: 0..<strip.count, using: &numbers)
      let cursor = large.isEmpty && strip.isEmpty ? 0 : Int.random(in: 0..<large.count + strip.count, using: &numbers)
      let keepsFirst = Bool.random(using: &numbers)
      let layout = ImageLayout(large: large, strip: strip, lead: lead, cursor: cursor, keepsFirst: keepsFirst, in: room)
      let note = "seed \(numbers.seed): \(room), \(layout.places)"
      for (number, place) in layout.places.enumerated() {
        let rect = place.rect
        #expect(rect.x >= 0 && rect.y >= 0 && rect.maxX <= room.width && rect.maxY <= room.height && !rect.isEmpty, "\(note)")
        #expect(layout.places.dropFirst(number + 1).allSatisfy { rect.clipped(to: $0.rect).isEmpty }, "\(note)")
      }
      let shown = Set(layout.places.map(\.index))
      #expect(shown.count == layout.places.count && shown.isSubset(of: 0..<large.count + strip.count), "\(note)")
      guard !large.isEmpty || !strip.isEmpty else { return }
      // All large ones with a part of the strip around its lead, or a page around the cursor.
      let isShared = !large.isEmpty && large.indices.allSatisfy(shown.contains) && (strip.isEmpty || shown.contains(large.count + lead))
      #expect(isShared || shown.contains(cursor), "\(note)")
    }
  }

  @Test func largeOnesAreNoSmallerThanTheStrip() {
    for width in stride(from: 50, through: 200, by: 10) {
      for height in stride(from: 18, through: 60, by: 6) {
        for count in 1...9 {
          let layout = ImageLayout(large: [2, 2, 2, 2], strip: Array(repeating: 2, count: count), in: Size(width: width, height: height))
          let large = layout.places.filter { $0.index < 4 }.map(\.rect.height),
            strip = layout.places.filter { $0.index >= 4 }.map(\.rect.height)
          #expect((large.min() ?? 0) >= (strip.max() ?? 0), "\(width)x\(height), \(count)")
        }
      }
    }
  }

  /// Images of one's own have any shape: in the little room of 80x24 an odd one does not drive all others out of sight.
  @Test func aPageHoldsSeveral() {
    for support in [1.9, 1.99, 2, 2.1, 2.67] {
      for query in [1.33, 2, 2.67, 3.13] {
        for room in [Size(width: 50, height: 18), Size(width: 50, height: 19), Size(width: 50, height: 20)] {
          let layout = ImageLayout(
            large: [support, support, query, query], strip: [query, support, support, support, support], in: room)
          #expect(layout.places.count >= 4, "\(support), \(query), \(room): \(layout.places)")
        }
      }
    }
  }

  /// The room that the panel has at 120x40 and at 200x60, with four large images and the ones beside them.
  @Test func fillsTheRoom() {
    for (size, share) in [(Size(width: 82, height: 25), 0.75), (Size(width: 152, height: 45), 0.78), (Size(width: 198, height: 54), 0.85)] {
      for count in [5, 9] {
        let layout = ImageLayout(large: [2, 2, 2, 2], strip: Array(repeating: 2, count: count), in: size)
        #expect(Double(area(layout)) >= share * Double(size.width * size.height), "\(size), \(count): \(area(layout))")
        for place in layout.places { #expect(place.rect.width >= 20 && place.rect.height >= 11, "\(size), \(count)") }
      }
    }
    // Two beside a third where there are three.
    let three = ImageLayout(large: [2, 2, 2], in: Size(width: 82, height: 24))
    #expect(Set(three.places.map(\.rect.height)) == [12, 24])
  }

  /// One too many for full rows is large above them, not the cause of a hole.
  @Test func theFirstOfAStripFillsItsRoom() {
    let layout = ImageLayout(large: [2, 2, 2, 2], strip: [2, 2, 2, 2, 2], keepsFirst: true, in: Size(width: 152, height: 55))
    let strip = layout.places.filter { $0.index >= 4 }.map(\.rect), first = strip[0]
    #expect(strip.count == 5 && strip.dropFirst().allSatisfy { $0.y >= first.maxY && first.height >= $0.height * 3 / 2 }, "\(strip)")
    #expect(Set(strip.dropFirst().map(\.height)).count == 1 && layout.places.allSatisfy { $0.index >= 4 || $0.rect.height >= first.height })
    #expect(Double(area(layout)) >= 0.85 * 152 * 55)
  }

  @Test func tablesShowAllThatCanBeRecognised() {
    let all = ImageLayout.table(rows: 3, columns: 3, shape: 2, in: Size(width: 118, height: 35))
    #expect(all.rows == 3 && all.columns == 3 && all.cell == Size(width: 20, height: 11))
    let some = ImageLayout.table(rows: 4, columns: 4, shape: 2, in: Size(width: 78, height: 19))
    #expect(some.rows == 2 && some.columns == 4)
    let tiny = ImageLayout.table(rows: 3, columns: 3, shape: 2, in: Size(width: 18, height: 2))
    #expect(tiny.rows == 1 && tiny.columns == 1)
  }
}

@Suite("The images panel") struct ImagesPanelTests {
  /// An explorer whose first episode has its supports, and predictions where they are asked for.
  private func open(
    _ width: Int, _ height: Int, supports: Int = 4, isMeasured: Bool = true, isEvaluated: Bool = true
  ) throws -> FakeScreen {
    var screen = FakeScreen.open(width, height)
    // The other panels have something to show too.
    if isEvaluated { screen.send(.done(.loadReports, .reports([screen.report()]))) }
    while screen.state.settings.supports != supports {
      screen.state.settings.step(.supports, by: screen.state.settings.supports < supports ? 1 : -1)
    }
    let episode = try #require(screen.state.browse.selected), plan = screen.state.plan, requests = screen.requests(episode, plan)
    for request in requests { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    screen.send(.done(.look(episode, plan), .plan(requests, screen.found)))
    if isMeasured { screen.type("e") }
    // Notices would lie over the images.
    screen.send(.tick(60))
    return screen
  }

  private func imageCells(_ frame: Frame) -> Int { frame.cells.count { $0.scalar == "▚" } }

  /// The inside of the box whose title names the episode.
  private func panel(_ screen: inout FakeScreen) -> Int {
    let layout = Layout(screen.state)
    return layout.panels[.images].map { ($0.width - 2) * ($0.height - 2) } ?? 0
  }

  /// The sides of every image on the screen: its title's cell is over its first one.
  private func sizes(_ screen: inout FakeScreen) -> [Size] {
    let rendering = screen.rendering(), frame = rendering.frame
    return rendering.targets.compactMap { target in
      guard case .tile = target.target, target.rect.height > 1 else { return nil }
      let rect = target.rect
      let width = (rect.x..<rect.maxX).prefix { frame[$0, rect.y + 1].scalar == "▚" }.count
      let height = (rect.y + 1..<rect.maxY).prefix { frame[rect.x, $0].scalar == "▚" }.count
      return Size(width: width, height: height)
    }
  }

  /// Large images never touch where a strip beside them can do so.
  @Test func largeImagesAreApart() throws {
    var screen = try open(120, 40)
    let rendering = screen.rendering()
    let tiles = rendering.targets.compactMap { target -> Rect? in
      guard case .tile(let number) = target.target else { return nil }
      return [.support, .condition, .query, .augmented].contains(screen.state.tiles[number]) ? target.rect : nil
    }
    #expect(tiles.count == 4)
    for one in tiles { for other in tiles where one != other { #expect(one.maxX != other.x, "\(one) \(other)") } }
  }

  /// With the generated supports as a strip beside the four that matter three times as much as nine images of 14x7 cells.
  @Test func showsLargeImagesAt120x40() throws {
    var screen = try open(120, 40)
    for size in sizes(&screen) { #expect(size.width >= 20 && size.height >= 10, "\(size)") }
    #expect(imageCells(screen.frame()) >= 3 * 9 * 14 * 7)
    // More with the whole screen.
    screen.type("Z")
    for size in sizes(&screen) { #expect(size.width >= 20 && size.height >= 10, "\(size)") }
    #expect(imageCells(screen.frame()) >= 3300)
    screen.type("Z")
    #expect(screen.state.screen.focus == .episodes && screen.text().contains("Settings"))
    // Before anything is generated three images share the room.
    var fresh = FakeScreen.open(120, 40)
    for size in sizes(&fresh) { #expect(size.width >= 20 && size.height >= 10, "\(size)") }
    #expect(Double(imageCells(fresh.frame())) >= 0.8 * Double(panel(&fresh)))
  }

  /// Whatever there is to show, beside the table of classes or a line of it.
  @Test func paintsThreeQuartersAt200x60() throws {
    for isEvaluated in [true, false] {
      for (supports, isMeasured) in [(4, true), (8, true), (4, false), (1, true), (1, false)] {
        var screen = try open(200, 60, supports: supports, isMeasured: isMeasured, isEvaluated: isEvaluated)
        let share = Double(imageCells(screen.frame())) / Double(panel(&screen))
        #expect(share >= 0.75, "\(supports) supports, \(isMeasured), \(isEvaluated): \(share)")
      }
      var fresh = FakeScreen.open(200, 60)
      if isEvaluated { fresh.send(.done(.loadReports, .reports([fresh.report()]))) }
      #expect(Double(imageCells(fresh.frame())) >= 0.75 * Double(panel(&fresh)))
    }
  }

  /// The edges tell what the images would have to make room for.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func figuresAndLegendAreInTheEdges(width: Int, height: Int) throws {
    var screen = try open(width, height, isEvaluated: false)
    let lines = screen.text().split(separator: "\n"), layout = Layout(screen.state)
    let box = try #require(layout.panels[.images]), upper = lines[box.y], lower = lines[box.maxY - 1]
    #expect(lower.contains("IoU 1-shot 41.2") && lower.contains("52.0  +10.8") && lower.contains("these settings"), "\(lower)")
    #expect((width == 80 ? upper : lower).contains("■ hit  ■ false alarm  ■ missed"), "\(upper)\n\(lower)")
    #expect(lower.contains("drift 0.25") == (width == 200))
    if width > 80 { #expect(upper.contains("generated 3-4 of 4") == (width == 120), "\(upper)") }
    // What the newest prediction is compared with is in sight however long the strip.
    #expect(screen.text().contains("1-shot  41.2") && screen.text().contains(width == 80 ? "1+4  52.0" : "1 real + 4 generated  52.0"))
    // Nothing of it is inside.
    let rendering = screen.rendering()
    let tiles = rendering.targets.compactMap { if case .tile = $0.target { $0.rect } else { nil } }
    #expect(tiles.allSatisfy { $0.maxY <= box.maxY - 1 } && tiles.map(\.maxY).max() ?? 0 >= box.maxY - 3)
    // Pixels take the figures' place.
    screen.press(.enter)
    screen.type("+")
    #expect(screen.text().split(separator: "\n")[box.maxY - 1].contains("of 16x16  RGB 90 120 200"))
  }

  @Test func whatHasNoImageTakesALine() throws {
    var screen = FakeScreen.open(120, 40)
    let text = screen.text()
    #expect(text.contains("1-shot  e evaluates") && text.contains("1+4  e evaluates") && text.contains("generated 1-4  g generates"))
    // The cursor goes there too, one tile after the other.
    screen.press(.enter, .right, .right, .right)
    #expect(screen.state.selectedTile == .baseline)
    screen.press(.right, .right, .right)
    #expect(screen.state.selectedTile == .generated(1) && screen.text().contains("generated 2/4  g generates"))
    screen.press(.up)
    #expect([Tile.condition, .query].contains(screen.state.selectedTile))
  }

  @Test func theNewestPredictionIsLargeAndTheOneBeforeInTheStrip() throws {
    var screen = try open(160, 50)
    screen.press(.enter, .right, .right, .right)
    #expect(screen.state.selectedTile == .augmented)
    screen.press(.right)
    #expect(screen.state.selectedTile == .baseline)
    screen.press(.right)
    #expect(screen.state.selectedTile == .generated(0))
  }

  /// What of the strip is out of sight has a line each where the images leave room.
  @Test func whatIsOutOfSightIsALineBelowTheStrip() throws {
    var screen = try open(80, 24)
    #expect(screen.text().contains("gen 4/4  0.8"))
    for number in 1...3 { #expect(screen.text().contains("gen \(number)/4  0."), "\(screen.text())") }
    screen.press(.enter)
    screen.click("gen 2/4")
    #expect(screen.state.selectedTile == .generated(1) && screen.text().contains("gen 4/4  0.8"))
    #expect(screen.rendering().targets.contains { $0.target == .tile(4) && $0.rect.height > 1 })
  }

  /// A strip that is longer than its room follows the cursor.
  @Test func theStripScrolls() throws {
    var screen = try open(120, 40, supports: 12)
    #expect(screen.text().contains(" of 12 ─╮"), "\(screen.text())")
    screen.press(.enter)
    for _ in 0..<4 { screen.press(.right) }
    for number in 0..<12 {
      screen.press(.right)
      #expect(screen.state.selectedTile == .generated(number) && screen.text().contains("gen \(number + 1)"), "\(number)")
      #expect(screen.text().contains("1-shot  41.2"), "\(number)")
    }
  }

  /// Words go before figures, and no figure is without a word where there is room for one.
  @Test func titlesAreAsLongAsTheyFit() throws {
    for (width, height, form) in [(300, 90, "generated 4/4  agreement 0.8"), (120, 40, "gen 4  agrees 0.8"), (80, 24, "gen 4/4  0.8")] {
      var screen = try open(width, height)
      let text = screen.text()
      #expect(text.contains(form), "\(text)")
    }
  }

  @Test(arguments: [(20, 6), (40, 12), (80, 24)]) func littleRoomShowsTheTileUnderTheCursor(width: Int, height: Int) throws {
    var screen = try open(width, height)
    screen.press(.enter)
    for _ in 0..<9 {
      let content = screen.state.selectedTile
      let text = screen.text()
      let word: String =
        switch content {
        case .support: "support"
        case .condition: "cond"
        case .query: "query"
        case .baseline: "1-s"
        case .augmented: text.contains("1+4") ? "1+4" : "1 real + 4 generated"
        case .generated(let number): "gen \(number + 1)".prefix(width > 20 ? 5 : 3).description
        default: ""
        }
      #expect(text.contains(word), "\(content): \(text)")
      screen.press(.right)
    }
  }

  /// What an evaluation generates for other episodes is seen as well, until it generates no more.
  @Test func anEvaluationShowsWhatItGenerates() throws {
    var screen = FakeScreen.open(120, 40)
    screen.answers = false
    screen.type("Ey")
    guard case .evaluate(let plan)? = screen.effects.last else {
      Issue.record("no evaluation was begun")
      return
    }
    let own = screen.requests(screen.episode(0), screen.state.plan)[1], other = screen.requests(screen.episode(3), screen.state.plan)[0]
    screen.answers = true
    screen.send(.evaluationProgress(.generating(done: 0, of: 40, step: 0, steps: 20)))
    screen.send(.work(.evaluationStep(other, step: 7, of: 20, FakeScreen.image)))
    #expect(screen.text().contains("tree mask #1") && screen.text().contains("7/20") && screen.state.tiles.last == .evaluated)
    // One of the episode's own is in its place.
    screen.send(.work(.evaluationStep(own, step: 9, of: 20, FakeScreen.image)))
    #expect(screen.text().contains("2/4  step 9/20") && screen.state.tiles.last == .generated(3))
    screen.send(.evaluationProgress(.evaluating(done: 0, of: 10, baseline: nil, augmented: nil)))
    #expect(screen.state.queue.evaluated == nil && screen.state.queue.previews.isEmpty)
    screen.send(.done(.evaluate(plan), .report(screen.report())))
    screen.send(.work(.evaluationStep(other, step: 8, of: 20, FakeScreen.image)))
    #expect(screen.state.queue.evaluated == nil)
  }

  @Test func kindsOfErrorsAndSurroundingsCanBeLeftOut() throws {
    var screen = try open(120, 40)
    screen.press(.enter)
    #expect(screen.text().contains("hit") && screen.text().contains("false alarm") && screen.text().contains("missed"))
    screen.type("t")
    #expect(!screen.text().contains(" hit ") && screen.state.images.marks.errors == [.falseAlarms, .misses])
    screen.type("taw")
    #expect(screen.state.images.marks.errors == [.hits] && !screen.text().contains("false alarm"))
    screen.type("awnd")
    #expect(screen.state.images.marks.errors == .all && screen.state.images.marks.isOfBorder && screen.state.images.marks.dimsSurroundings)
    #expect(screen.text().contains("border alone"))
    screen.type("nd")
    #expect(screen.state.images.marks == MarkChoice())
  }

  @Test func supportsAreJudgedByTheirAgreement() throws {
    var screen = try open(160, 50)
    screen.press(.enter)
    // 0.8, 0.7, 0.9, 0.8.
    #expect(screen.text().contains("agrees 0.70"))
    screen.type("s")
    for _ in 0..<5 { screen.press(.right) }
    #expect(screen.state.selectedTile == .generated(1))
    screen.press(.right, .right, .right)
    #expect(screen.state.selectedTile == .generated(2))
    let requests = try #require(screen.state.board?.plans[screen.state.plan])
    screen.type("W")
    #expect(screen.state.images.ratings[requests[1]] == .rejected && screen.text().contains("u takes it back"))
    #expect(screen.state.prediction(screen.episode(0), screen.state.plan) == nil)
    screen.type("W")
    #expect(screen.state.images.ratings[requests[0]] == .rejected)
    screen.type("uu")
    #expect(screen.state.images.ratings[requests[0]] == nil && screen.state.images.ratings[requests[1]] == nil)
    #expect(screen.state.prediction(screen.episode(0), screen.state.plan)?.iou == 52)
    screen.type("u")
    #expect(screen.text().contains("no verdict was given yet"))
  }

  @Test func theListSaysWhatSupportsBring() throws {
    var screen = try open(160, 50)
    screen.type("L")
    screen.press(.down, .enter)
    #expect(screen.text().contains("diff") && screen.text().contains(" 41.2  52.0 +10.8"))
  }
}
