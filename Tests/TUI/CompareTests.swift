import Render
import TUI
import Testing

@Suite("Images and settings side by side")
struct CompareTests {
  /// Everything that is asked for is generated.
  private func rendered(_ width: Int = 120, _ height: Int = 40) -> FakeScreen {
    var screen = FakeScreen.open(width, height)
    guard let episode = screen.state.browse.selected else {
      Issue.record("no episode")
      return screen
    }
    for request in screen.requests(episode, screen.state.plan) { screen.found[request] = FoundSupport(image: FakeScreen.image) }
    screen.send(.done(.look(episode, screen.state.plan), .plan(screen.requests(episode, screen.state.plan), screen.found)))
    return screen
  }

  @Test func conditionsInColumns() throws {
    var screen = FakeScreen.open(120, 40)
    screen.type("b")
    var text = screen.text()
    for word in ["mask", "scribble", "hed", "control map", "generated", "prediction"] { #expect(text.contains(word), "\(word)") }
    #expect(text.contains("g generates 12 images"))
    screen.answers = false
    screen.type("e")
    #expect(screen.effects.count { if case .generate = $0 { true } else { false } } == 3)
    #expect(screen.state.evaluation.awaiting.values.first?.count == 3)
    // What was generated elsewhere fills its cell and is segmented.
    screen.answers = true
    let episode = try #require(screen.state.browse.selected), cell = try #require(screen.state.compare.table?.cells[1])
    let requests = screen.requests(episode, cell.plan)
    let found = Dictionary(uniqueKeysWithValues: requests.map { ($0, FoundSupport(image: FakeScreen.image)) })
    screen.send(.done(.survey(episode, cell.plan, cell.plan.choice(of: 0)), .survey(requests, found, condition: FakeScreen.image)))
    text = screen.text()
    #expect(text.contains("prediction 52.0") && text.contains("after generating"))
    #expect(screen.state.evaluation.awaiting[episode]?.count == 2)
    screen.type("l")
    screen.press(.enter)
    #expect(screen.state.settings.options.condition == .scribble && screen.state.screen.focus == .images)
  }

  /// In little room figures go before words, and what is out of sight is told.
  @Test func aSmallComparisonKeepsItsFigures() throws {
    var screen = FakeScreen.open(60, 20)
    screen.type("b")
    let episode = try #require(screen.state.browse.selected)
    for cell in try #require(screen.state.compare.table).cells {
      let requests = screen.requests(episode, cell.plan)
      for request in requests { screen.found[request] = FoundSupport(image: FakeScreen.image) }
      screen.send(.done(.survey(episode, cell.plan, cell.plan.choice(of: 0)), .survey(requests, screen.found, condition: FakeScreen.image)))
    }
    screen.type("e")
    #expect(screen.text().contains("52.0 (+10.8)") && screen.frame().line(1).contains("1-2 of 3"), "\(screen.text())")
    for word in ["control map", "gen 1/4"] { #expect(screen.text().contains(word), "\(word)") }
  }

  /// Every column says how far its support agrees with the mask, not only that of the form's settings.
  @Test func everyColumnIsMeasured() throws {
    var screen = FakeScreen.open(200, 60)
    screen.type("b")
    let episode = try #require(screen.state.browse.selected)
    for cell in try #require(screen.state.compare.table).cells {
      let requests = screen.requests(episode, cell.plan)
      for request in requests { screen.found[request] = FoundSupport(image: FakeScreen.image) }
      screen.send(.done(.survey(episode, cell.plan, cell.plan.choice(of: 0)), .survey(requests, screen.found, condition: FakeScreen.image)))
    }
    screen.type("e")
    #expect(screen.text().matches(of: /generated 1\/4 +agreement 0\.80/).count == 3, "\(screen.text())")
  }

  @Test func everyGeneratedSupportOfAComparison() {
    var screen = FakeScreen.open(120, 40) { $0.shots = 3 }
    screen.type("b")
    #expect(screen.text().contains("generated 1/4"))
    screen.answers = false
    screen.type("o")
    #expect(screen.text().contains("generated 2/4"))
    // It was made from another real support, whose control map is fetched.
    let cells = screen.state.compare.table?.cells ?? []
    for cell in cells { #expect(screen.effects.contains(.survey(screen.state.browse.selected!, cell.plan, cell.plan.choice(of: 1)))) }
    screen.type("ooo")
    #expect(screen.text().contains("generated 1/4"))
  }

  @Test func episodesOfSeveralShots() {
    var screen = FakeScreen.open(120, 40) { $0.shots = 5 }
    screen.press(.enter)
    #expect(screen.text().contains("support 1/5") && screen.text().contains("5-shot"))
    screen.type(".")
    #expect(screen.text().contains("support 2/5"))
    #expect(screen.state.conditionChoice.support == 1)
    screen.type(",,")
    #expect(screen.text().contains("support 5/5"))
    // A generated support shows what it was made from.
    screen.click("generated 1-4")
    screen.press(.right, .right)
    #expect(screen.text().contains("generated 3") && screen.text().contains("support 3/5"))
    screen.click("support 3/5")
    screen.type("E")
    screen.answers = false
    screen.type("y")
    guard case .evaluate(let plan)? = screen.effects.last(where: { if case .evaluate = $0 { true } else { false } }) else {
      Issue.record("no evaluation was begun")
      return
    }
    #expect(plan.shots == 5)
    var one = FakeScreen.open(120, 40)
    one.type(".")
    #expect(one.text().contains("the episode has one support"))
  }

  @Test func whatThereIsToKnowStandsBesideAnImage() {
    var screen = rendered(160, 44)
    screen.press(.enter)
    screen.click("generated 2")
    screen.press(.enter)
    for text in ["sampler     ddim", "steps       20", "guidance", "seed", "128x128", "scene-100"] {
      #expect(screen.text().contains(text), "\(text)")
    }
    screen.type("K")
    #expect(screen.text().contains("verdict"))
    // Near by the values of pixels take its place.
    screen.type("+")
    #expect(!screen.text().contains("sampler     ddim") && screen.text().contains("RGB "))
    screen.press(.escape)
    screen.type("e")
    screen.click("1-shot  41", after: 2)
    screen.press(.enter)
    for text in ["dcama", "precision  ", "recall", "128 hit, 0 false alarm"] { #expect(screen.text().contains(text), "\(text)") }
    // In little room the image has all of it.
    var small = rendered(80, 24)
    small.press(.enter, .enter)
    #expect(!small.text().contains("shown at"))
  }

  @Test func theLegendFollowsTheLook() {
    var screen = rendered(200, 60)
    // There is no colour to explain yet.
    #expect(!screen.text().contains("false alarm"))
    screen.type("e")
    #expect(screen.text().contains("■ hit  ■ false alarm  ■ missed"))
    screen.type("o")
    #expect(screen.text().contains("■ mask, prediction  □ truth") && !screen.text().contains("false alarm"))
    screen.type("ooo")
    #expect(screen.text().contains("+ hit  F false alarm  M missed"))
  }

  /// Conditions have a column each; the furthest image that there is in it is the large one.
  @Test func theFurthestImageIsLarge() throws {
    var screen = FakeScreen.open(120, 40)
    func area(_ row: Int) -> Int {
      screen.rendering().targets.reduce(0) { area, target in
        guard case .cell(row, column: 0) = target.target else { return area }
        return target.rect.width * (target.rect.height - 1)
      }
    }
    screen.type("b")
    // Of what has no image there is a line.
    #expect(area(0) >= 3 * 98 && area(1) == 0 && area(2) == 0)
    #expect(screen.text().contains("generated 1/4  g generates") && screen.text().contains("prediction  e evaluates"))
    let episode = try #require(screen.state.browse.selected)
    for cell in try #require(screen.state.compare.table).cells {
      let requests = screen.requests(episode, cell.plan)
      for request in requests { screen.found[request] = FoundSupport(image: FakeScreen.image) }
      screen.send(.done(.survey(episode, cell.plan, cell.plan.choice(of: 0)), .survey(requests, screen.found, condition: FakeScreen.image)))
    }
    #expect(area(1) > area(0) && area(2) == 0)
    screen.type("e")
    #expect(area(2) > area(1) && area(1) == area(0) && area(0) >= 60)
    // Two thirds of what there is, all columns together.
    #expect(screen.frame().cells.count { $0.scalar == "▚" } >= 118 * 36 * 2 / 3)
  }

  @Test func aTableSaysWhatItsFiguresBelongTo() {
    var screen = FakeScreen.open(120, 40)
    screen.type("b")
    #expect(screen.text().contains("╰ dcama, ddim 20, 1+4, seed 0, guidance 9"), "\(screen.text())")
    screen.press(.escape)
    screen.type("#")
    screen.press(.enter)
    #expect(screen.text().contains("╰ mask, dcama, ddim, 1+1, seed 0"), "\(screen.text())")
    screen.send(.resized(Size(width: 80, height: 24)))
    #expect(screen.text().contains("╰ mask, dcama"))
  }

  @Test func aGridOverTwoSettings() {
    var screen = FakeScreen.open(160, 50)
    screen.type("#")
    #expect(screen.text().contains("steps x guidance"))
    screen.press(.enter)
    let text = screen.text()
    for word in ["steps x guidance", "40", "g generates 16 images"] { #expect(text.contains(word), "\(word)") }
    #expect(screen.state.compare.table?.cells.count == 16)
    screen.type("jjll")
    screen.press(.enter)
    #expect(screen.state.settings.options.steps == 20)
    screen.type("#")
    screen.press(.escape)
    #expect(screen.state.screen.focus == .images)
  }

  @Test(arguments: [(20, 6), (40, 12), (80, 24), (200, 60)]) func fitsEverySize(_ width: Int, _ height: Int) throws {
    var screen = rendered(width, height)
    /// The title, and where there is room for more the heads of the selected cell's row and column.
    func expectSelection(title: String, row: Int, column: Int) throws {
      let table = try #require(screen.state.compare.table), text = screen.text()
      #expect(table.row == row && table.column == column && text.contains(title), "\(text)")
      if width > 20 { #expect(text.contains(table.rowTitles[row]) && text.contains(table.columnTitles[column]), "\(text)") }
    }
    screen.type("b")
    try expectSelection(title: "Conditions side", row: 0, column: 0)
    screen.type("jjll")
    try expectSelection(title: "Conditions side", row: 2, column: 2)
    screen.press(.escape)
    screen.type("#")
    screen.press(.enter)
    try expectSelection(title: "steps x guid", row: 0, column: 0)
    screen.press(.down, .right)
    try expectSelection(title: "steps x guid", row: 1, column: 1)
  }

  @Test func twoImagesAgainstOneAnother() throws {
    var screen = FakeScreen.open(120, 40)
    screen.press(.enter)
    screen.type("B")
    #expect(screen.state.dialogs.messages.last?.message.contains("no tile is marked as A") == true)
    screen.type("A")
    #expect(screen.text().contains("A is support"))
    screen.type("llB")
    #expect(screen.state.screen.focus == .ab)
    screen.send(.tick(60))
    let text = screen.text()
    #expect(text.contains("A against B: flicker") && text.contains("─ the same image with the same mask ─╯"), "\(text)")
    // Beside what the mode makes of them both are there.
    #expect(text.contains("A: support") && text.contains("B: query, truth"))
    // It goes by itself, until a key stops it.
    screen.send(.tick(60.1))
    let first = screen.state.compare.ab?.shown(at: screen.state.screen.now).id
    screen.send(.tick(60.6))
    #expect(screen.state.compare.ab?.shown(at: screen.state.screen.now).id != first && screen.state.isAnimated)
    screen.type(" ")
    #expect(screen.state.compare.ab?.isRunning == false)
    let shown = screen.state.compare.ab?.shown(at: 0).id
    screen.type(" ")
    #expect(screen.state.compare.ab?.shown(at: 0).id != shown)
    screen.type("m")
    #expect(screen.text().contains("split"))
    screen.type("hhll")
    screen.type("m")
    #expect(screen.text().contains("difference"))
    let composed = try #require(screen.state.compare.ab?.composed)
    #expect(composed.image.pixels.allSatisfy { $0 == 128 })
    screen.press(.escape)
    #expect(screen.state.screen.focus == .images)
  }

  @Test func theVerdictIsOnWhatDiffers() {
    func verdict(_ marks: ScreenImage.Marks = .none, _ other: Image = FakeScreen.image, _ others: ScreenImage.Marks = .none) -> String? {
      let a = ScreenImage(id: 1, image: FakeScreen.image, marks: marks), b = ScreenImage(id: 2, image: other, marks: others)
      return ABComparison(a: ABComparison.Side(title: "a", image: a), b: ABComparison.Side(title: "b", image: b)).verdict
    }
    let image = FakeScreen.image, mask = FakeScreen.mask
    #expect(verdict() == "the same image")
    #expect(verdict(.none, Image(width: 16, height: 16, color: [100, 120, 200])) == "colours differ by 3.3 of 255")
    #expect(verdict(.none, Image(width: 8, height: 16, color: [0, 0, 0])) == nil)
    // Two predictions lie over the same query.
    var labels = mask.labels
    labels[0] = 0
    func prediction(_ labels: [UInt8]) -> ScreenImage.Marks {
      .comparison(prediction: LabelMask(width: 16, height: 16, labels: labels), truth: mask)
    }
    #expect(verdict(prediction(mask.labels), image, prediction(labels)) == "masks differ in 0.4 % of the pixels")
    #expect(verdict(prediction(mask.labels), image, prediction(mask.labels)) == "the same image with the same mask")
  }

  @Test func aTileIsNotHeldAgainstItself() {
    var screen = FakeScreen.open(120, 40)
    screen.press(.enter)
    screen.type("AB")
    #expect(
      screen.state.screen.focus == .images
        && screen.state.dialogs.messages.last?.message.hasSuffix("this tile is A itself; go to another one and press B there") == true)
  }

  /// Where the image alone would leave room beside it A and B are there too; it stays as large as it would be alone.
  @Test(arguments: [(40, 12), (80, 24), (120, 40), (200, 60)])
  func bothSidesStandBesideTheDuel(width: Int, height: Int) throws {
    var screen = FakeScreen.open(width, height)
    screen.press(.enter)
    screen.type("AllB")
    let duel = try #require(screen.rendering().targets.last { $0.target == .image(.ab) }?.rect), cells = screen.frame().cells
    #expect(duel.height >= (height - 5) * 3 / 4, "\(duel)")
    let shown = cells.count { $0.scalar == "▚" }
    #expect(width < 80 || shown > duel.width * duel.height * 4 / 3, "\(shown)")
    #expect(screen.text().contains("A: support") && (width < 80 || screen.text().contains("B: query, truth")))
  }

  /// Room beside the images tells how the two differ.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)]) func figuresStandBesideTheDuel(width: Int, height: Int) throws {
    var screen = rendered(width, height)
    screen.type("e")
    screen.press(.enter, .right, .right, .right)
    #expect(screen.state.selectedTile == .augmented)
    screen.type("A")
    screen.press(.right)
    screen.type("B")
    screen.send(.tick(60))
    let text = screen.text()
    for part in [#/mask, %/#, #/both +50\.0/#, #/A alone +0\.0/#, #/right, %/#, #/both +100\.0/#, #/B alone +0\.0/#] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(text.contains("■ hit") && text.contains("■ false alarm") && text.contains("■ missed"))
    // Of images that are not the same the colours.
    screen.press(.escape)
    screen.press(.home, .right)
    screen.type("B")
    #expect(screen.text().contains("mean ") && screen.text().contains(#/equal +0\.0 %/#), "\(screen.text())")
  }

  /// The cell under the cursor is large where the others leave room beside them.
  @Test func aGridHasTheSelectedCellLarge() throws {
    var screen = FakeScreen.open(120, 40)
    screen.type("#")
    screen.press(.enter)
    let episode = try #require(screen.state.browse.selected)
    for cell in try #require(screen.state.compare.table).cells {
      let requests = screen.requests(episode, cell.plan)
      for request in requests { screen.found[request] = FoundSupport(image: FakeScreen.image) }
      screen.send(.done(.survey(episode, cell.plan, cell.plan.choice(of: 0)), .survey(requests, screen.found, condition: FakeScreen.image)))
    }
    screen.type("e")
    screen.press(.down, .right)
    #expect(screen.text().contains("steps 10, guidance 3") && screen.text().contains("IoU 52.0 (+10.8)"))
    // A third of the screen beside sixteen cells, none of which is half as high.
    let rows = screen.text().split(separator: "\n").map { $0.split(separator: " ").last?.filter { $0 == "▚" }.count ?? 0 }
    #expect(rows.count(where: { $0 >= 40 }) >= 20, "\(screen.text())")
    #expect(screen.rendering().targets.count { if case .cell = $0.target { true } else { false } } == 16)
  }

  @Test func verdictsAreSaidAndTakenBack() {
    var screen = rendered()
    screen.press(.enter)
    screen.type("K")
    #expect(screen.state.dialogs.messages.last?.message == "keep: only generated supports are judged")
    screen.press(.home, .right, .right, .right)
    guard case .generated(let number) = screen.state.selectedTile, let request = screen.state.board?.plans[screen.state.plan]?[number]
    else {
      Issue.record("no generated tile")
      return
    }
    screen.type("K")
    #expect(screen.state.images.ratings[request] == .kept && screen.text().contains("kept"))
    screen.type("*")
    #expect(screen.text().contains("★"))
    screen.type("R")
    #expect(screen.text().contains("rejected"))
    screen.type("R")
    #expect(screen.state.images.ratings[request] == nil)
  }

  @Test func zoomsToPixelsAndReadsTheirValues() {
    var screen = FakeScreen.open(120, 40)
    screen.press(.enter)
    screen.type("+")
    #expect(screen.state.images.isZoomed && screen.text().contains("x 8 y 8 of 16x16  RGB 90 120 200  mask 0"))
    screen.type("hh")
    #expect(screen.text().contains("x 6 y 8 of 16x16") && screen.text().contains("mask 1"))
    screen.type("+++++++")
    #expect(screen.state.images.viewport.crop(width: 16, height: 16)?.width == 4)
    screen.type(String(repeating: "j", count: 40))
    #expect(screen.text().contains("x 6 y 15"))
    screen.type("----")
    #expect(screen.state.images.viewport.level == 0)
    screen.press(.escape)
    #expect(!screen.state.images.isZoomed)
  }

  /// A tint shows nothing where there are no colours: predictions begin with signs there.
  @Test func withoutColoursPredictionsBeginWithSigns() {
    for (depth, isSigned) in [(ColorDepth.mono, true), (.indexed8, false)] {
      var screen = rendered(200, 60)
      screen.capabilities = Capabilities(depth: depth, unicode: true)
      screen.type("e")
      screen.answers = false
      let wanted = render(screen.state, size: screen.state.screen.size, capabilities: screen.capabilities).wanted
      let looks = wanted.map { request in if case .comparison = request.image.marks { request.key.look } else { Look.bare } }
      #expect(looks.contains(.signs) == isSigned && looks.contains(.tint) != isSigned)
      #expect(wanted.contains { if case .object = $0.image.marks { $0.key.look == .tint } else { false } })
      #expect(screen.text().contains("+ hit  F false alarm  M missed") == isSigned)
    }
  }

  /// Without colours the object is the bright part of an image, with a line around it that light and dark parts show alike.
  @Test func withoutColoursTheObjectIsBright() {
    func request(_ grey: UInt8, _ look: Look, _ isUnicode: Bool) -> RenderRequest {
      let labels = (0..<1024).map { UInt8((8..<24).contains($0 % 32) && (8..<24).contains($0 / 32) ? 1 : 0) }
      let mask = LabelMask(width: 32, height: 32, labels: labels)
      let image = ScreenImage(id: 1, image: Image(width: 32, height: 32, color: [grey, grey, grey]), marks: .object(mask))
      let key = RenderKey(image: 1, look: look, symbols: .half, size: Size(width: 32, height: 16))
      return RenderRequest(
        key: key, image: image, tile: .support, room: key.size, capabilities: Capabilities(depth: .mono, unicode: isUnicode))
    }
    for grey in [UInt8(20), 128, 235] {
      for look in [Look.tint, .contour] {
        let cells = ImageRenderer.render(request(grey, look, true)).cells.map(\.scalar)
        func row(_ row: Int) -> [Unicode.Scalar] { Array(cells[(row * 32)..<(row * 32 + 32)]) }
        // The object's upper border is between the two.
        #expect(row(3)[9..<23] != row(4)[9..<23], "\(grey), \(look)")
      }
      let ascii = ImageRenderer.render(request(grey, .tint, false)).cells.map(\.scalar), ramp = Array(" .:-=+*#%@".unicodeScalars)
      func light(_ at: Int) -> Int { ramp.firstIndex(of: ascii[at]) ?? 0 }
      #expect(light(8 * 32 + 16) >= light(2 * 32 + 16) + 2, "\(grey)")
    }
  }

  /// Where there are few colours those of a prediction are the legend's, not what is nearest to a mixture.
  @Test(arguments: [ColorDepth.indexed16, .indexed8]) func withFewColoursErrorsAreAsInTheLegend(depth: ColorDepth) {
    let labels = (0..<1024).map { UInt8($0 / 32 < 16 ? 1 : 0) }, other = (0..<1024).map { UInt8((8..<24).contains($0 / 32) ? 1 : 0) }
    let image = ScreenImage(
      id: 1, image: Image(width: 32, height: 32, color: [90, 110, 160]),
      marks: .comparison(
        prediction: LabelMask(width: 32, height: 32, labels: labels), truth: LabelMask(width: 32, height: 32, labels: other)))
    let key = RenderKey(image: 1, look: .tint, symbols: .half, size: Size(width: 32, height: 16)), errors = Theme(depth).errors
    let capabilities = Capabilities(depth: depth, unicode: true)
    let cells = ImageRenderer.render(RenderRequest(key: key, image: image, tile: .baseline, room: key.size, capabilities: capabilities))
      .cells
    for (row, style) in [(2, errors.falseAlarm), (6, errors.hit), (10, errors.miss)] {
      let cell = cells[row * 32 + 16]
      #expect([cell.foreground, cell.background].contains(style.ink), "\(row): \(cell)")
    }
    // The image around has none of them, whatever its own colours are.
    let yellow = ScreenImage(id: 2, image: Image(width: 32, height: 32, color: [200, 200, 10]), marks: image.marks)
    let yellowKey = RenderKey(image: 2, look: .tint, symbols: .half, size: key.size)
    let request = RenderRequest(key: yellowKey, image: yellow, tile: .baseline, room: key.size, capabilities: capabilities)
    let inks = [errors.hit, errors.falseAlarm, errors.miss].map(\.ink)
    for cell in ImageRenderer.render(request).cells[(14 * 32)...] {
      #expect(!inks.contains(cell.foreground) && !inks.contains(cell.background))
    }
  }

  /// The marks of either side are drawn as on that side, in the legend's colours and as signs too.
  @Test func aSplitKeepsTheMarks() throws {
    func mask(_ label: UInt8) -> LabelMask { LabelMask(width: 16, height: 16, labels: [UInt8](repeating: label, count: 256)) }
    func side(_ id: Int, _ label: UInt8) -> ABComparison.Side {
      let marks = ScreenImage.Marks.comparison(prediction: mask(label), truth: mask(1))
      return ABComparison.Side(title: "", image: ScreenImage(id: id, image: FakeScreen.image, marks: marks))
    }
    var ab = ABComparison(a: side(1, 1), b: side(2, 0))
    ab.mode = .split
    ab.compose(id: 3, look: .tint)
    let composed = try #require(ab.composed)
    guard case .comparison(let prediction, let truth) = composed.marks else { return #expect(Bool(false), "\(composed.marks)") }
    for x in 0..<16 {
      // A white line between them belongs to neither.
      #expect(prediction[x, 3] == (x < 8 ? 1 : 0) && truth[x, 3] == (x == 8 ? 0 : 1), "\(x)")
      #expect((composed.image[x, 3] as RGB == .white) == (x == 8))
    }
    // An image without a mask beside one with a mask: both as they look.
    ab = ABComparison(a: side(1, 1), b: ABComparison.Side(title: "", image: ScreenImage(id: 2, image: FakeScreen.image)))
    ab.mode = .split
    ab.compose(id: 3, look: .tint)
    #expect(ab.composed?.marks == ScreenImage.Marks.none)
  }

  @Test func signsTellHitsFromMissesWithoutColour() {
    var screen = rendered()
    screen.type("e")
    let labels = (0..<256).map { UInt8($0 / 16 < 4 ? 1 : 0) }, other = (0..<256).map { UInt8($0 / 16 < 2 || $0 / 16 > 11 ? 1 : 0) }
    let image = ScreenImage(
      id: 7, image: FakeScreen.image,
      marks: .comparison(
        prediction: LabelMask(width: 16, height: 16, labels: labels), truth: LabelMask(width: 16, height: 16, labels: other)))
    let key = RenderKey(image: 7, look: .signs, symbols: .half, size: Size(width: 8, height: 8))
    for depth in ColorDepth.allCases {
      let request = RenderRequest(
        key: key, image: image, tile: .baseline, room: key.size, capabilities: Capabilities(depth: depth, unicode: depth != .mono))
      let rows = (0..<8).map { row in ImageRenderer.render(request).cells[row * 8].scalar }
      #expect(rows[0] == "+" && rows[1] == "F" && rows[7] == "M" && rows[6] == "M", "\(rows)")
      #expect(!["+", "F", "M"].contains(rows[3]))
    }
  }
}
