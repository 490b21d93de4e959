import Data
import Foundation
import Generation
import Render
import TUI
import TestSupport
import Testing

@Suite("Paths while they are typed")
struct PathTests {
  /// White on black.
  private let mask = LabelMask(width: 8, height: 6, labels: (0..<48).map { $0 < 16 ? 255 : 0 })

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["images/one", "images/two", "\u{1B}[2J\u{9B}31m", ".hidden"] {
      try FileManager.default.createDirectory(at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try Image(width: 8, height: 6, color: [1, 2, 3]).writePNG(to: folder.url.appendingPathComponent("cup one.png"))
    try Data("not an image".utf8).write(to: folder.url.appendingPathComponent("cup.png"))
    try Data("words".utf8).write(to: folder.url.appendingPathComponent("notes.txt"))
    return folder
  }

  @Test func tellWhatTheyAre() throws {
    let folder = try folder(), path = folder.url.path
    func look(_ text: String, _ use: PathUse) -> PathInsight { PathInspector.inspect("\(path)/\(text)", use) }
    #expect(look("cup one.png", .image).isGood && look("cup one.png", .image).verdict.contains("8x6"))
    for name in ["cup.png", "nothing.png", "images", "nowhere/cup.png"] { #expect(!look(name, .image).isGood, "\(name)") }
    #expect(look("new", .newFolder).isGood && look("images", .newFolder).isGood && !look("notes.txt", .newFolder).isGood)
    #expect(look("a.html", .newFile).isGood && look("notes.txt", .newFile).verdict.contains("replaced") && !look("images", .newFile).isGood)
    #expect(!look("images", .dataset).isGood && !look("notes.txt", .dataset).isGood && !look("x", .dataset).isGood)
    #expect(PathInspector.inspect("", .image).verdict.isEmpty)
  }

  @Test func goOnAsFarAsNamesAgree() throws {
    let folder = try folder(), path = folder.url.path
    func look(_ text: String, _ use: PathUse) -> PathInsight { PathInspector.inspect("\(path)/\(text)", use) }
    #expect(look("im", .image).completed == "\(path)/images/" && look("cu", .image).completed == "\(path)/cup")
    #expect(look("cu", .image).names == ["cup one.png", "cup.png"])
    #expect(look("n", .image).names.isEmpty && look("n", .newFile).names == ["notes.txt"])
    #expect(look("", .dataset).names.contains("images/") && !look("", .dataset).names.contains(".hidden/"))
    #expect(look(".", .dataset).names == [".hidden/"])
    #expect(look("images/", .dataset).completed == "\(path)/images/" && look("zzz", .image).completed == "\(path)/zzz")
    // What is no folder, what is not there, and more than one can list: an answer all the same.
    for text in ["notes.txt/x", "nowhere/x", String(repeating: "x/", count: 3000), "\u{0}", "\u{1B}[3J"] {
      #expect(look(text, .image).completed == "\(path)/\(text)", "\(text.prefix(20).debugDescription)")
    }
  }

  @Test func aFolderThatMayNotBeReadIsSaidSo() throws {
    let folder = try folder(), closed = folder.url.appendingPathComponent("closed")
    try FileManager.default.createDirectory(at: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0])
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: closed.path) }
    let insight = PathInspector.inspect(closed.path + "/a", .image)
    #expect(!insight.isGood && insight.names.isEmpty && insight.completed == closed.path + "/a")
    // Root may read everything.
    if geteuid() != 0 { #expect(insight.verdict.contains("cannot look into")) }
    #expect(PathInspector.inspect("/proc/self/mem/a", .image).verdict.contains("cannot look into"))
  }

  @Test func tabCompletesAndTheAnswerIsInSight() throws {
    let folder = try folder(), path = folder.url.path
    for (width, height) in [(20, 6), (40, 12), (120, 40)] {
      var screen = FakeScreen.open(width, height)
      screen.type("I")
      screen.press(.paste("\(path)/cup"))
      if width == 120 { #expect(screen.text().contains("cup one.png  cup.png")) }
      screen.type(" ")
      screen.press(.tab)
      guard case .text(.recall, let input)? = screen.state.dialogs.current else { return #expect(Bool(false), "no prompt") }
      #expect(input.text == "\(path)/cup one.png" && input.cursor == input.text.count)
      if width == 120 { #expect(screen.text().contains("an image of 8x6")) }
      screen.press(.enter)
      #expect(screen.effects.last == .recall("\(path)/cup one.png"))
    }
  }

  /// A folder that answers late: the key works when the answer comes, and nothing waits for it.
  @Test func theAnswerMayComeLate() throws {
    let folder = try folder(), path = folder.url.path
    var screen = FakeScreen.open(120, 40)
    screen.answers = false
    screen.type("I")
    screen.press(.paste("\(path)/ima"), .tab)
    screen.send(.done(.inspectPath("\(path)/im", .image), .path(PathInspector.inspect("\(path)/im", .image))))
    guard case .text(_, let before)? = screen.state.dialogs.current else { return #expect(Bool(false), "no prompt") }
    #expect(before.text == "\(path)/ima")
    screen.send(.done(.inspectPath("\(path)/ima", .image), .path(PathInspector.inspect("\(path)/ima", .image))))
    guard case .text(_, let after)? = screen.state.dialogs.current else { return #expect(Bool(false), "no prompt") }
    #expect(after.text == "\(path)/images/")
    screen.press(.escape)
    screen.send(.done(.inspectPath("\(path)/images/", .image), .path(PathInspector.inspect("\(path)/images/", .image))))
    #expect(screen.state.dialogs.current == nil && screen.state.dialogs.path == nil)
  }

  @Test func namesOfFilesReachNoTerminalRaw() throws {
    let folder = try folder()
    var screen = FakeScreen.open(120, 40)
    screen.type("H")
    screen.press(.control("u"), .paste(folder.url.path + "/"))
    let frame = screen.frame()
    #expect(frame.cells.allSatisfy { $0.width == 0 || GlyphWidth.of($0.scalar) == Int($0.width) } && frame.text.contains("·[2J·31m/"))
  }

  // MARK: Opening folders

  @Test func anyFolderIsOpenedAndRemembered() {
    let mine = "/usr/bin"
    for isKept in [false, true] {
      var screen = FakeScreen.open(120, 40) { $0.state.source.modelWords = ["--models", "/m"] }
      screen.type("Dfolder")
      screen.press(.enter)
      #expect(screen.text().contains("Open a folder"))
      screen.type(mine + "/")
      screen.press(.enter)
      #expect(screen.effects.last == .identifyFolder(mine))
      screen.send(.done(.identifyFolder(mine), .identified(.coco)))
      #expect(screen.text().contains("\(mine): it looks like COCO"))
      screen.press(isKept ? .down : .up, .enter)
      #expect(screen.effects.contains(.openFolder(.coco, path: mine)))
      #expect(screen.effects.contains(.rememberFolder(.coco, path: mine)) == isKept)
      let classes = [ClassInfo(index: 1, name: "elephant", promptName: "", adeIndex: 0)]
      let catalog = Catalog(name: "coco", classes: classes, folds: [[1]])
      screen.send(.done(.openFolder(.coco, path: mine), .opened(catalog, models: ModelMenu(), secondsPerStep: nil)))
      if isKept { screen.send(.done(.rememberFolder(.coco, path: mine), .written("coco is \(mine) from now on"))) }
      #expect(screen.frame().line(0).contains("coco › fold 0"))
      screen.type("D")
      #expect(isKept ? screen.text().contains(#/coco +open/#) : screen.text().contains("a folder…  now \(mine)"), "\(screen.text())")
      screen.press(.escape)
      // What is copied opens the same.
      screen.answers = false
      screen.type("y")
      screen.press(.enter)
      guard case .copy(let line)? = screen.effects.last else { return #expect(Bool(false), "nothing was copied") }
      #expect(line.hasPrefix("diffss generate --dataset coco --root \(mine) --models /m "), "\(line)")
    }
  }

  /// What is no folder stays to be mended; of a folder like none opening it tells more.
  @Test func aMistypedFolderStays() throws {
    let folder = try TemporaryFolder(), file = try folder.write("x", to: "file")
    for (path, verdict) in [(folder.file("cocoo").path, "no such folder"), (file.path, "a file, no folder")] {
      var screen = FakeScreen.open(180, 40)
      screen.type("Dfolder")
      screen.press(.enter)
      screen.type(path)
      screen.press(.enter)
      let text = screen.text()
      #expect(text.contains("Open a folder") && text.contains(verdict) && text.contains(path), "\(text)")
      #expect(!screen.effects.contains(.identifyFolder(path)))
    }
  }

  @Test func aFolderLikeNoneIsSaidSo() {
    var screen = FakeScreen.open(120, 40)
    screen.type("Dfolder")
    screen.press(.enter)
    screen.type("/tmp")
    screen.press(.enter)
    screen.send(.done(.identifyFolder("/tmp"), .identified(nil)))
    #expect(screen.text().contains("laid out like no data set") && screen.text().contains("docs/datasets.md"))
    #expect(screen.state.browse.catalog?.name == "demo")
  }

  @Test func anImageMayHaveAClassOfItsOwn() throws {
    let folder = try TemporaryFolder(), path = folder.url.path
    for name in ["a", "b"] {
      try Image(width: 8, height: 6, color: [1, 2, 3]).writePNG(to: folder.file("\(name).png"))
      try mask.writePNG(to: folder.file("\(name)_mask.png"))
    }
    var screen = FakeScreen.open(120, 40)
    screen.type("i\(path)/a.png")
    screen.press(.enter, .enter)
    #expect(screen.text().contains("a new class…"))
    // A name that no class has begins a new one, which is asked for once more: what was typed may have been meant for another row.
    screen.type("tea po")
    #expect(screen.text().contains("a new class “tea po”…"))
    screen.press(.enter)
    #expect(screen.text().contains("A new class") && screen.text().contains("› tea po"), "\(screen.text())")
    screen.type("t")
    screen.press(.enter)
    let taken = try #require(screen.effects.last), files = ImportSource.files(image: "\(path)/a.png", mask: "\(path)/a_mask.png")
    #expect(taken == .importImage(files, .named("tea pot")) && screen.state.dialogs.current == nil)
    let info = ClassInfo(index: 10_001, name: "tea pot", promptName: "tea pot", adeIndex: 108)
    let image = try ImportedImage(
      image: folder.file("a.png"), mask: folder.file("a_mask.png"), classIndex: 10_001, ownClass: info)
    screen.send(.done(taken, .imported(ImportChange(before: nil, after: image), ownClasses: [info])))
    #expect(screen.state.browse.catalog?.className(10_001) == "tea pot")
    let said = "imported: \(image.id) as tea pot, a support and a query; U takes it back"
    #expect(screen.state.dialogs.messages.contains { $0.message == said })
    // The next image may be of it too, and its episodes can be listed alone.
    screen.type("i\(path)/b.png")
    screen.press(.enter, .enter)
    screen.type("tea pot")
    #expect(!screen.text().contains("a new class"), "\(screen.text())")
    screen.press(.enter)
    #expect(screen.effects.last == .importImage(.files(image: "\(path)/b.png", mask: "\(path)/b_mask.png"), .named("tea pot")))
    screen.type("f")
    #expect(screen.text().contains("tea pot"))
    // Who has said no name yet is asked for it.
    screen.press(.escape)
    screen.type("i\(path)/a.png")
    screen.press(.enter, .enter, .end, .enter)
    #expect(screen.text().contains("A new class"))
    screen.type("kettle\u{1B}[2J")
    screen.press(.enter)
    #expect(screen.effects.last == .importImage(files, .named("kettle\u{1B}[2J")))
  }

  @Test func anImportIsTakenBackRemovedAndMoved() throws {
    let folder = try TemporaryFolder()
    try Image(width: 8, height: 6, color: [1, 2, 3]).writePNG(to: folder.file("a.png"))
    try mask.writePNG(to: folder.file("a_mask.png"))
    let image = try ImportedImage(image: folder.file("a.png"), mask: folder.file("a_mask.png"), classIndex: 1)
    let cup = ImportChange(before: nil, after: image)
    var screen = FakeScreen.open(160, 50)
    screen.type("U")
    #expect(screen.text().contains("undo import: nothing was imported or removed"))
    let source = ImportSource.files(image: image.image.path, mask: image.mask.path)
    screen.send(.done(.importImage(source, .index(1)), .imported(cup, ownClasses: [])))
    screen.type("U")
    #expect(screen.effects.last == .undoImport(cup))
    screen.send(.done(.undoImport(cup), .imported(ImportChange(before: image, after: nil), ownClasses: [])))
    #expect(screen.state.dialogs.messages.last?.message.hasPrefix("taken back: removed: own/a-") == true)
    // An undo is none that could be taken back, and nothing is imported any more.
    screen.type("UY")
    screen.send(.done(.listImports, .imports([])))
    #expect(screen.text().contains("no image of yours is in this data set; i takes one in"))
    // The list of them, what can be done with one, and a question before it is removed, with its jobs.
    screen.send(.done(.importImage(source, .index(1)), .imported(cup, ownClasses: [])))
    screen.type("Y")
    #expect(screen.effects.last == .listImports)
    screen.send(.done(.listImports, .imports([image])))
    #expect(screen.text().contains("Your own images") && screen.text().contains(image.id) && screen.text().contains("cup, "))
    screen.press(.enter)
    screen.type("remove")
    screen.press(.enter)
    #expect(screen.text().contains("Remove \(image.id)?") && screen.text().contains("Class cup loses it"), "\(screen.text())")
    screen.type("n")
    #expect(screen.effects.last == .listImports)
    func choose(_ word: String) {
      screen.type("Y")
      screen.send(.done(.listImports, .imports([image])))
      screen.press(.enter)
      screen.type(word)
      screen.press(.enter)
    }
    choose("remove")
    screen.type("y")
    #expect(screen.effects.last == .removeImport(image))
    var job = screen.jobs()[0]
    job = Job(
      id: job.id,
      request: GenerationRequest(
        source: SupportSource(dataset: "demo", item: image.id, classIndex: 1, number: 0, digest: ""), settings: job.request.settings,
        prompt: "", negativePrompt: "", seed: 1, width: 128, height: 128, models: job.request.models))
    screen.send(.work(.jobChanged(job)))
    screen.send(.done(.removeImport(image), .imported(ImportChange(before: image, after: nil), ownClasses: [])))
    #expect(screen.effects.contains(.cancelJobs([job.id])))
    #expect(screen.state.dialogs.messages.last?.message.hasPrefix("removed: \(image.id); its files") == true)
    // Another class: every one but its own.
    choose("another")
    #expect(screen.text().contains("Its class") && screen.text().contains("bicycle"))
    guard case .picker(let classes)? = screen.state.dialogs.current else { return #expect(Bool(false), "\(screen.text())") }
    // The mask is not read again for the list: nothing is said of its labels.
    let rows = classes.rows.dropLast()
    #expect(!rows.isEmpty && rows.allSatisfy { $0.title != "cup" && $0.detail.isEmpty }, "\(rows)")
    screen.type("bicycle")
    screen.press(.enter)
    #expect(screen.effects.last == .importImage(.imported(image), .index(2)))
    let moved = try ImportedImage(image: folder.file("a.png"), mask: folder.file("a_mask.png"), classIndex: 2)
    screen.send(.done(.importImage(.imported(image), .index(2)), .imported(ImportChange(before: image, after: moved), ownClasses: [])))
    #expect(screen.state.dialogs.messages.last?.message == "\(image.id) is of class bicycle now, not of cup; U takes it back")
  }

  /// A removal leaves the cursor where it is, not at the top of a long list.
  @Test func theCursorStaysWhenEpisodesGo() {
    var screen = FakeScreen.open(120, 40)
    screen.press(.end)
    let all = screen.state.browse.episodes
    screen.send(.done(.loadEpisodes(fold: 0), .episodes(Array(all.dropLast(2)))))
    #expect(screen.state.browse.selected == all[27])
    screen.send(.done(.loadEpisodes(fold: 0), .episodes(Array(all.prefix(28)) + [all[29]])))
    #expect(screen.state.browse.selected == all[27])
  }

  /// An image and its mask are looked at as soon as they are named, not after everything else was asked.
  @Test func anImageThatCannotBeTakenIsSaidSoAtOnce() throws {
    let folder = try TemporaryFolder(), path = folder.url.path
    let noise = (0..<64 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    try Image(width: 64, height: 48, channels: 3, pixels: noise).writeJPEG(to: folder.file("a.jpg"))
    let bytes = try Data(contentsOf: folder.file("a.jpg"))
    try bytes.prefix(bytes.count / 2).write(to: folder.file("cut.jpg"))
    func mask(_ name: String, width: Int, _ label: UInt8 = 255) throws {
      let labels = (0..<width * 48).map { $0 < 640 ? label : 0 }
      try LabelMask(width: width, height: 48, labels: labels).writePNG(to: folder.file(name))
    }
    try mask("narrow.png", width: 63)
    try mask("empty.png", width: 64, 0)
    try mask("good.png", width: 64)
    var screen = FakeScreen.open(120, 40)
    screen.type("i\(path)/cut.jpg")
    screen.press(.enter)
    #expect(screen.text().contains("Your own image") && !screen.text().contains("an image of 64x48"), "\(screen.text())")
    screen.press(.control("u"), .paste("\(path)/a.jpg"), .enter)
    #expect(screen.text().contains("Its mask"))
    for (name, word) in [("narrow.png", "63x48, but the image is 64x48"), ("empty.png", "empty: not one pixel is the object")] {
      screen.press(.control("u"), .paste("\(path)/\(name)"), .enter)
      #expect(screen.text().contains("Its mask") && screen.text().contains(word), "\(screen.text())")
    }
    screen.press(.control("u"), .paste("\(path)/good.png"), .enter)
    #expect(screen.text().contains("Its class"))
  }

  /// Who is faster than the look at the file waits for it.
  @Test func whatIsNotLookedAtYetIsTakenWhenItIs() throws {
    let folder = try folder(), path = "\(folder.url.path)/cup one.png"
    func open() -> FakeScreen {
      var screen = FakeScreen.open(120, 40)
      screen.answers = false
      screen.type("i")
      screen.press(.paste(path), .enter)
      return screen
    }
    var screen = open()
    #expect(screen.text().contains("being looked at") && screen.text().contains("Your own image"))
    let insight = Event.done(.inspectPath(path, .ownImage), .path(PathInspector.inspect(path, .ownImage)))
    screen.send(insight)
    #expect(screen.text().contains("Its mask"))
    // Whoever types on or leaves has thought better of it.
    for key in [Key.character("x"), .escape] {
      screen = open()
      screen.press(key)
      screen.send(insight)
      #expect(!screen.text().contains("Its mask"))
    }
  }

  /// A single image of an own class is its own support, which no figure says.
  @Test func aSupportThatIsTheQueryIsSaidSo() throws {
    let folder = try TemporaryFolder()
    try Image(width: 8, height: 6, color: [1, 2, 3]).writePNG(to: folder.file("a.png"))
    try mask.writePNG(to: folder.file("a_mask.png"))
    var screen = FakeScreen.open(160, 50)
    let info = ClassInfo(index: 10_001, name: "tea pot", promptName: "tea pot", adeIndex: 108)
    let image = try ImportedImage(
      image: folder.file("a.png"), mask: folder.file("a_mask.png"), classIndex: 10_001, ownClass: info)
    let item = image.item, source = ImportSource.files(image: "a", mask: "b")
    screen.send(.done(.importImage(source, .named("tea pot")), .imported(ImportChange(before: nil, after: image), ownClasses: [info])))
    let own = Episode(index: 30, fold: 0, classIndex: 10_001, query: item, supports: [item])
    screen.send(.done(.loadEpisodes(fold: 0), .episodes([own])))
    #expect(screen.text().contains("tea pot · query and support \(item.id)"), "\(screen.text())")
    #expect(screen.text().contains("support = query"))
    screen.press(.enter, .enter)
    #expect(screen.text().contains(#/class +tea pot/#) && !screen.text().contains("10001"), "\(screen.text())")
  }

  /// Beside NAME.jpg the mask may be NAME.png.
  @Test func theMaskBesideAnImageIsFound() throws {
    let folder = try TemporaryFolder(), path = folder.url.path
    try Image(width: 8, height: 6, color: [1, 2, 3]).writeJPEG(to: folder.file("a.jpg"))
    var screen = FakeScreen.open(120, 40)
    func proposed() -> String? { if case .text(.importMask, let input)? = screen.state.dialogs.current { input.text } else { nil } }
    func ask() {
      screen.press(.escape)
      screen.type("i\(path)/a.jpg")
      screen.press(.enter)
    }
    ask()
    #expect(proposed() == "\(path)/a_mask.png" && screen.text().contains("no such file"))
    // One of another size is another image.
    try Image(width: 9, height: 6, color: [1, 2, 3]).writePNG(to: folder.file("a.png"))
    ask()
    #expect(proposed() == "\(path)/a_mask.png")
    try mask.writePNG(to: folder.file("a.png"))
    ask()
    #expect(proposed() == "\(path)/a.png" && screen.text().contains("an image of 8x6"))
    try mask.writePNG(to: folder.file("a_mask.png"))
    ask()
    #expect(proposed() == "\(path)/a_mask.png" && !screen.text().contains("no such file"))
  }

  @Test func aMaskOfSeveralLabelsIsSaidSo() throws {
    let folder = try TemporaryFolder(), path = folder.url.path
    try Image(width: 8, height: 6, color: [1, 2, 3]).writePNG(to: folder.file("a.png"))
    let labels = Image(width: 8, height: 6, channels: 1, pixels: (0..<48).map { [0, 2, 7][$0 % 3] })
    try labels.writePNG(to: folder.file("a_mask.png"))
    var screen = FakeScreen.open(120, 40)
    screen.type("i\(path)/a.png")
    screen.press(.enter)
    #expect(screen.text().contains("a mask of 2 labels: 2, 7"))
    screen.press(.enter)
    let text = screen.text()
    #expect(text.contains("The mask has 2 labels.") && text.contains(#/bicycle +label 2 of the mask alone/#), "\(text)")
    #expect(text.contains(#/cup +all of the mask/#))
  }

  @Test func aPathThatWillNotDoStays() {
    var screen = FakeScreen.open(120, 40)
    screen.type("i/nowhere.png")
    screen.press(.enter)
    #expect(screen.text().contains("no such file") && screen.text().contains("/nowhere.png") && !screen.text().contains("Its mask"))
    // One of an image of ours goes on though nothing is known of it yet.
    screen.press(.escape)
    screen.answers = false
    screen.type("Ix")
    screen.press(.enter)
    #expect(screen.effects.last == .recall("x"))
  }
}
