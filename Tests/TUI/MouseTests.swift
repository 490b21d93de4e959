import TUI
import Testing

extension FakeScreen {
  /// The place of a text on the screen: its first cell.
  mutating func place(of text: String, after line: Int = 0) -> (column: Int, row: Int)? {
    let frame = frame()
    for row in line..<frame.size.height {
      if let found = frame.line(row).range(of: text) { return (frame.line(row)[..<found.lowerBound].unicodeScalars.count, row) }
    }
    return nil
  }

  mutating func mouse(_ gesture: Gesture, column: Int, row: Int) {
    if let pointer = rendering().pointer(gesture, column: column, row: row) { send(.pointed(pointer)) }
  }

  /// Presses on the first cell of a text.
  mutating func click(_ text: String, after line: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) {
    guard let place = place(of: text, after: line) else {
      Issue.record("\(text) is not on the screen", sourceLocation: sourceLocation)
      return
    }
    mouse(.press, column: place.column, row: place.row)
  }
}

@Suite("The mouse")
struct MouseTests {
  @Test func pointsAtRowsAndOpensThem() {
    var screen = FakeScreen.open(120, 40)
    let before = screen.frame().text.split(separator: "\n").map { $0.prefix(30) }
    screen.click(" 7 ")
    #expect(screen.state.browse.cursor.index == 6)
    #expect(screen.state.screen.focus == .episodes)
    // What is in sight stays where it is.
    let after = screen.frame().text.split(separator: "\n").map { $0.prefix(30) }
    #expect(zip(before, after).filter { $0 != $1 }.count <= 3)
    screen.click(" 7 ")
    #expect(screen.state.screen.focus == .images)
  }

  @Test func turnsListsWithoutTakingTheFocus() {
    var screen = FakeScreen.open(120, 40)
    screen.press(.tab)
    let place = screen.place(of: " 3 ")!
    for _ in 0..<4 { screen.mouse(.wheelDown, column: place.column, row: place.row) }
    #expect(screen.state.browse.cursor.index == 12)
    #expect(screen.state.screen.focus == .images)
    screen.mouse(.wheelUp, column: place.column, row: place.row)
    #expect(screen.state.browse.cursor.index == 9)
  }

  @Test func reachesEveryPanelAndTheFootersActions() {
    var screen = FakeScreen.open(120, 40)
    for panel in Panel.tabs where panel != .classes && panel != .images {
      screen.click(panel.title)
      #expect(screen.state.screen.focus == panel, "\(panel)")
    }
    screen.click("IoU by class")
    #expect(screen.state.screen.focus == .classes)
    screen.click("fold 0 of 4")
    #expect(screen.text().contains("fold 2"))
    screen.click("fold 2")
    #expect(screen.state.browse.fold == 2)
    #expect(screen.state.dialogs.current == nil)
    screen.click("? help", after: 39)
    #expect(screen.text().contains("type to filter"))
    // Beside the list it closes.
    screen.mouse(.press, column: 0, row: 0)
    #expect(screen.state.dialogs.current == nil)
    screen.click("q quit", after: 39)
    #expect(screen.status == 0)
  }

  @Test func setsValues() {
    var screen = FakeScreen.open(120, 40)
    screen.click("Steps")
    #expect(screen.state.settings.field == .setting(.steps))
    screen.click("›", after: screen.place(of: "Steps")!.row)
    #expect(screen.state.settings.options.steps == 21)
    screen.click("‹", after: screen.place(of: "Steps")!.row)
    screen.click("‹", after: screen.place(of: "Steps")!.row)
    #expect(screen.state.settings.options.steps == 19)
    // A second press asks for the value; its answers can be pressed too.
    screen.click("Steps")
    #expect(screen.text().contains("Enter takes it"))
    screen.press(.backspace, .backspace, .character("8"))
    screen.click("Enter takes it")
    #expect(screen.state.settings.options.steps == 8)
    screen.click("Sampler")
    screen.click("Sampler")
    screen.click("unipc")
    #expect(screen.state.settings.options.sampler == "unipc")
  }

  @Test func answersQuestionsAndKeepsWhatWasTyped() {
    var screen = FakeScreen.open(120, 40)
    screen.type("E")
    screen.click("n no")
    #expect(screen.state.dialogs.current == nil && screen.state.evaluation.running == nil)
    screen.type("E")
    screen.answers = false
    screen.click("y yes")
    #expect(screen.state.evaluation.running != nil)
    screen.type("I/tmp/a")
    screen.mouse(.press, column: 0, row: 20)
    #expect(screen.text().contains("/tmp/a"))
    screen.click("Esc leaves it")
    #expect(screen.state.dialogs.current == nil)
  }

  @Test func zoomsMovesTheCrosshairAndLeaves() {
    var screen = FakeScreen.open(120, 40)
    screen.click("query, truth")
    #expect(screen.state.screen.focus == .images && screen.state.selectedTile == .query)
    screen.click("query, truth", after: 2)
    #expect(screen.state.images.isZoomed)
    screen.mouse(.wheelUp, column: 60, row: 15)
    #expect(screen.state.images.viewport.level == 1)
    let far = screen.state.images.viewport.pixel(width: 16, height: 16)
    screen.mouse(.press, column: 40, row: 4)
    let near = screen.state.images.viewport.pixel(width: 16, height: 16)
    #expect(near.x < far.x && near.y < far.y)
    #expect(screen.text().contains("RGB "))
    screen.mouse(.wheelDown, column: 60, row: 15)
    screen.mouse(.wheelDown, column: 60, row: 15)
    #expect(!screen.state.images.isZoomed)
  }

  @Test func thePlaceInAnImageIsTheImages() {
    var screen = FakeScreen.open(160, 40)
    screen.click("support", after: 2)
    screen.press(.enter)
    screen.type("+")
    // The image is 16 pixels wide, half of them in sight, and as wide as high; right of it is nothing to point at.
    let place = screen.place(of: "support", after: 2)!, frame = screen.rendering()
    let width = (place.column..<frame.frame.size.width).last { frame.pointer(.press, column: $0, row: place.row + 1)?.target == .image(.images) }! - place.column + 1
    for (column, x) in [(place.column, 4), (place.column + width - 1, 11)] {
      screen.state.images.endZoom()
      screen.type("+")
      screen.mouse(.press, column: column, row: place.row + 1)
      #expect(screen.state.images.viewport.pixel(width: 16, height: 16).x == x, "column \(column)")
    }
    #expect(frame.pointer(.press, column: place.column + width, row: place.row + 1)?.target == .panel(.images))
  }

  @Test func theListIsInReachWhileItsFilterIsTyped() {
    var screen = FakeScreen.open(120, 40)
    screen.type("/cat")
    let name = screen.state.browse.listed[1]
    screen.click("\(name + 1) ")
    #expect(screen.state.dialogs.current == nil)
    #expect(screen.state.browse.filter.text == "cat")
    #expect(screen.state.browse.cursor.index == 1)
  }

  @Test func choosesCellsOfATable() {
    var screen = FakeScreen.open(120, 40)
    screen.type("b")
    screen.click("generated", after: screen.place(of: "generated")!.row)
    #expect(screen.state.compare.table?.row == 1)
    let row = screen.place(of: "prediction")!.row
    screen.mouse(.press, column: 60, row: row)
    #expect(screen.state.compare.table?.row == 2 && screen.state.compare.table?.column == 1)
    screen.mouse(.press, column: 60, row: row)
    #expect(screen.state.settings.options.condition == .scribble)
    #expect(screen.state.screen.focus == .images)
  }

  @Test func whatADialogHasCoveredSinceIsOutOfReach() {
    var screen = FakeScreen.open(120, 40)
    let before = screen.rendering(), place = screen.place(of: "Settings")!
    screen.type("?")
    screen.send(.pointed(before.pointer(.press, column: place.column, row: place.row)!))
    screen.send(.pointed(before.pointer(.wheelDown, column: 3, row: 4)!))
    #expect(screen.state.screen.focus == .episodes && screen.state.browse.cursor.index == 0 && screen.state.dialogs.current != nil)
    let dialog = screen.rendering()
    screen.press(.escape)
    screen.send(.pointed(dialog.pointer(.press, column: 60, row: 10)!))
    #expect(screen.state.screen.focus == .episodes && screen.state.dialogs.current == nil)
  }

  @Test func canBeLeftToTheTerminal() {
    var screen = FakeScreen.open(120, 40)
    screen.answers = false
    screen.type("M")
    #expect(screen.effects.last == .useMouse(false))
    let session = SavedSession(screen.state)
    var next = FakeScreen(120, 40)
    next.state.restore(session, takesFold: true)
    #expect(!next.state.screen.usesMouse)
  }

  /// Wherever and whenever it is pressed, the explorer stays whole.
  @Test func anywhere() {
    withEvery(seeds: 0..<40) { numbers in
      let sizes = [(20, 6), (40, 12), (80, 24), (200, 60)], size = sizes[Int(numbers.seed) % 4]
      var screen = FakeScreen.open(size.0, size.1)
      for _ in 0..<60 {
        if screen.status != nil { break }
        if Int.random(in: 0..<4, using: &numbers) == 0 {
          let keys: [Key] = [.tab, .escape, .enter, .character("b"), .character("#"), .character("?"), .character("/"), .character("+"), .character("E"), .character("A"), .character("B")]
          screen.press(keys.randomElement(using: &numbers)!)
        } else {
          screen.mouse(
            [.press, .wheelUp, .wheelDown].randomElement(using: &numbers)!, column: Int.random(in: 0..<size.0, using: &numbers),
            row: Int.random(in: 0..<size.1, using: &numbers))
        }
        let frame = screen.frame()
        #expect(frame.size == Size(width: size.0, height: size.1))
        #expect(screen.state.browse.listed.isEmpty || screen.state.browse.selected != nil, "seed \(numbers.seed)")
      }
    }
  }
}

@Suite("Which rows of a list are in sight")
struct ListCursorTests {
  @Test func scrollsOnlyWhereItMust() {
    var cursor = ListCursor()
    cursor.move(5, count: 100, visible: 10)
    #expect(cursor.first(visible: 10, count: 100) == 0)
    cursor.move(3, count: 100, visible: 10)
    #expect(cursor.first(visible: 10, count: 100) == 1)
    cursor.move(-4, count: 100, visible: 10)
    #expect(cursor.first(visible: 10, count: 100) == 1)
    cursor.point(at: 10, count: 100, visible: 10)
    #expect(cursor.first(visible: 10, count: 100) == 1)
    cursor.move(1_000_000, count: 100, visible: 10)
    #expect(cursor.first(visible: 10, count: 100) == 90)
    #expect(ListCursor(50).first(visible: 10, count: 100) == 45)
  }

  @Test func theSelectedRowIsAlwaysInSight() {
    withEvery(seeds: 0..<200) { numbers in
      var cursor = ListCursor(Int.random(in: 0..<30, using: &numbers))
      for _ in 0..<50 {
        let count = Int.random(in: 1..<60, using: &numbers), visible = Int.random(in: 1..<20, using: &numbers)
        cursor.move(Int.random(in: -12...12, using: &numbers), count: count, visible: visible)
        for seen in [visible, Int.random(in: 1..<20, using: &numbers)] {
          let first = cursor.first(visible: seen, count: count)
          #expect(first >= 0 && first <= max(0, count - seen))
          #expect((first..<first + seen).contains(cursor.index), "seed \(numbers.seed)")
        }
      }
    }
  }
}
