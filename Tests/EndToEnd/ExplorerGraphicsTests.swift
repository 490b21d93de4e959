import Foundation
import Render
import Testing

/// The explorer's images as pixels, on terminals that show what they are sent.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ExplorerGraphicsTests {
  private static let kinds = [
    ImageTerminal.Kind(name: "kitty(0.35.2)", kitty: true), ImageTerminal.Kind(name: "kitty(0.26.5)", kitty: true),
    ImageTerminal.Kind(name: "XTerm(379)", sixel: true), ImageTerminal.Kind(name: "WezTerm 20240203", sixel: true),
  ]

  /// Levels that sixels hold exactly, and few enough to stay themselves where they are enlarged.
  private static func picture(_ number: Int) -> Image {
    let colors = [RGB(255, 0, 0), RGB(0, 255, 51), RGB(102, 153, 204), RGB(0, 51, 255), .white]
    var image = Image(width: 64, height: 64, color: [0, 0, 0])
    for y in 0..<64 { for x in 0..<64 { image[x, y] = colors[(x / (3 + number) + y / 5 + number) % colors.count] } }
    return image
  }

  /// A data set of one class and three images, drawn without masks.
  private func explorer(
    _ kind: ImageTerminal.Kind, columns: Int = 120, rows: Int = 40, in program: Program, _ more: [String] = []
  ) throws -> ImageTerminal {
    let folder = program.home.appendingPathComponent("set/thing")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var mask = Image(width: 64, height: 64, color: [0])
    for y in 20..<40 { for x in 20..<40 { mask[x, y] = .white } }
    for number in 0..<3 {
      try Self.picture(number).writePNG(to: folder.appendingPathComponent("n\(number).png"))
      try mask.writePNG(to: folder.appendingPathComponent("n\(number)_mask.png"))
    }
    return try ImageTerminal(
      kind, columns: columns, rows: rows, ["explore", "--dataset", "folder", "--root", folder.deletingLastPathComponent().path] + more,
      in: program)
  }

  /// Which image the panel's title names.
  private func named(_ role: String, _ screen: ImageScreen) -> Image? {
    screen.lines.lazy.compactMap { line in
      line.range(of: "\(role) thing/n").flatMap { Int(line[$0.upperBound...].prefix(1)) }
        ?? line.range(of: "\(role) n")
        .flatMap { Int(line[$0.upperBound...].prefix(1)) }
    }.first.map(Self.picture)
  }

  /// Whether an image is the one named, at the size that its protocol is sent.
  private func isRight(_ shown: ImageScreen.Shown?, _ picture: Image?) -> Bool {
    guard let shown, let picture, shown.isWhole else { return false }
    let image = shown.image
    if image.width == picture.width, image.height == picture.height { return image == picture }
    return image.width == shown.columns * 9 && image.height == shown.rows * 18
      && image == picture.resized(width: image.width, height: image.height, .nearest)
  }

  private func showsBoth(_ screen: ImageScreen) -> Bool {
    isRight(screen.image(under: "support   "), named("support", screen))
      && isRight(screen.image(under: "query, truth"), named("query", screen))
  }

  @Test(arguments: kinds) func imagesComeAndGo(kind: ImageTerminal.Kind) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try explorer(kind, in: program)
    try terminal.wait(for: "images") { $0.shown.count >= 2 }
    terminal.type("oo")
    try terminal.wait(for: "both images without masks", until: showsBoth)
    // What lies over them is seen, all of it; and then they are back.
    terminal.type("?")
    try terminal.wait(for: "the keys, and no image over them") { screen in
      guard let corner = screen.place(of: "╭ Keys") else { return false }
      let right = screen.lines[corner.row].unicodeScalars.enumerated().first { $0.offset > corner.column && $0.element == "╮" }?.offset ?? 0
      return right > 0
        && screen.shown.allSatisfy { image in
          !image.cells.contains { (corner.column...right).contains($0 % screen.columns) && $0 / screen.columns >= corner.row }
        }
    }
    terminal.type("\u{1B}")
    try terminal.wait(for: "both images again", until: showsBoth)
    // Another episode has its own, and nothing of the last one stays.
    terminal.type("j")
    try terminal.wait(for: "the next episode's") { $0.place(of: "Episode 2: ") != nil && showsBoth($0) }
    // The prediction appears by itself.
    let titles = ["support   ", "condition: mask", "cond. mask", "query, truth", "1-shot  "]
    func areAllUnderTitles(_ screen: ImageScreen) -> Bool {
      let places = titles.compactMap { screen.image(under: $0) }
      return screen.shown.count == places.count && places.allSatisfy(\.isWhole)
    }
    try terminal.wait(for: "no other images", until: areAllUnderTitles)
    terminal.resize(columns: 100, rows: 32)
    try terminal.wait(for: "both images in a smaller window") { $0.place(of: "quit") != nil && showsBoth($0) && areAllUnderTitles($0) }
    // Drawn anew: the terminal frees images when its screen is cleared.
    terminal.type("\u{0C} ")
    try terminal.wait(for: "both images on a cleared screen") { $0.place(of: "●") != nil && showsBoth($0) && areAllUnderTitles($0) }
    #expect(terminal.screen.faults == 0)
    // Nearer: pixels stay squares, with the crosshair among them.
    terminal.type("\r+")
    try terminal.wait(for: "a part of the support") { screen in
      guard screen.place(of: "RGB ") != nil, screen.shown.count == 1, let shown = screen.shown.first, shown.isWhole,
        let all = named("support", screen)
      else { return false }
      return shown.image.width == shown.columns * 9 && shown.image[0, 0] == all[16, 16]
    }
    terminal.type("q")
    #expect(try terminal.end() == 0)
    #expect(
      terminal.screen.held.isEmpty && terminal.screen.shown.isEmpty && terminal.screen.leftBehind.isEmpty && terminal.screen.faults == 0)
  }

  /// More images than the terminal is given to hold: earlier ones are seen again all the same.
  @Test func imagesThatWereLeftLongAgo() throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try explorer(Self.kinds[1], columns: 100, rows: 32, in: program)
    try terminal.wait(for: "images") { $0.image(under: "query, truth") != nil && $0.shown.count >= 2 }
    terminal.type("\r")
    var last: Image?
    func go(_ key: String, _ x: Int, _ y: Int) throws {
      terminal.type(key)
      try terminal.wait(for: "the pixels around \(x), \(y)") { screen in
        screen.place(of: "x \(x) y \(y) of") != nil && screen.shown.count == 1 && screen.shown[0].isWhole && screen.shown[0].image != last
      }
      last = terminal.screen.shown[0].image
    }
    try go("+", 32, 32)
    for x in stride(from: 34, through: 62, by: 2) { try go("l", x, 32) }
    for y in stride(from: 34, through: 62, by: 2) { try go("j", 62, y) }
    for x in stride(from: 60, through: 34, by: -2) { try go("h", x, 62) }
    for y in stride(from: 60, through: 34, by: -2) { try go("k", 34, y) }
    for x in stride(from: 36, through: 62, by: 2) { try go("l", x, 34) }
    #expect(terminal.screen.faults == 0)
    terminal.type("q")
    #expect(try terminal.end() == 0)
    #expect(terminal.screen.held.isEmpty && terminal.screen.leftBehind.isEmpty)
  }

  @Test(arguments: kinds) func nothingStaysAfterACrash(kind: ImageTerminal.Kind) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try explorer(kind, in: program)
    try terminal.wait(for: "images") { $0.image(under: "query, truth") != nil && $0.shown.count >= 2 }
    kill(terminal.process, SIGSEGV)
    #expect(try terminal.end() == 139)
    #expect(terminal.screen.held.isEmpty && terminal.screen.shown.isEmpty && terminal.screen.leftBehind.isEmpty)
  }

  /// The smaller of two accounts counts, and what cannot be is no account.
  @Test func aTerminalThatLiesAboutItsSize() throws {
    let program = try Program()
    defer { program.remove() }
    var kind = ImageTerminal.Kind(name: "XTerm(379)", sixel: true, told: (60, 120))
    var terminal = try explorer(kind, in: program)
    try terminal.wait(for: "images as large as their cells") { screen in
      screen.shown.count >= 2 && screen.shown.allSatisfy { $0.image.width == $0.columns * 9 && $0.image.height == $0.rows * 18 }
    }
    terminal.type("q")
    #expect(try terminal.end() == 0)
    (kind.answered, kind.told) = ((0, 0), (500, 500))
    terminal = try explorer(kind, in: program, ["--graphics", "auto"])
    try terminal.wait(for: "cells") {
      $0.place(of: "query, truth") != nil && $0.lines.contains { $0.contains("▀") || $0.contains("▌") || $0.contains("▄") }
    }
    #expect(terminal.screen.shown.isEmpty)
    terminal.type("q")
    #expect(try terminal.end() == 0)
  }

  @Test(arguments: kinds, [(1, 1), (500, 200)]) func anySize(kind: ImageTerminal.Kind, size: (columns: Int, rows: Int)) throws {
    let program = try Program()
    defer { program.remove() }
    let terminal = try explorer(kind, columns: size.columns, rows: size.rows, in: program)
    if size.columns > 1 {
      // While a prediction comes by itself, an image may still be cut to a place that got smaller.
      try terminal.wait(for: "images on the screen") { screen in
        screen.place(of: "query, truth") != nil && screen.shown.count >= 2
          && screen.shown.allSatisfy { $0.column + $0.columns <= size.columns && $0.row + $0.rows <= size.rows }
      }
    }
    terminal.type("q")
    #expect(try terminal.end() == 0)
    #expect(terminal.screen.leftBehind.isEmpty && terminal.screen.held.isEmpty && terminal.screen.faults == 0)
  }

  /// The option and the configuration win over what the terminal says.
  @Test func theUsersWish() throws {
    let program = try Program()
    defer { program.remove() }
    let kitty = Self.kinds[0]
    var terminal = try explorer(kitty, in: program, ["--graphics", "cells"])
    try terminal.wait(for: "cells") { $0.place(of: "query, truth") != nil && $0.glyphs.contains { $0.ink != nil } }
    #expect(terminal.screen.shown.isEmpty && terminal.screen.held.isEmpty)
    terminal.type("q")
    #expect(try terminal.end() == 0)
    let configuration = program.home.appendingPathComponent("config/diffss/config.toml")
    try FileManager.default.createDirectory(at: configuration.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("graphics = \"iterm\"\n".utf8).write(to: configuration)
    terminal = try explorer(kitty, in: program)
    try terminal.wait(for: "inline images") { $0.shown.count >= 2 && $0.held.isEmpty && $0.place(of: "iterm · ") != nil }
    terminal.type("q")
    #expect(try terminal.end() == 0)
    let bad = try program.run(["explore", "--graphics", "dots"])
    #expect(bad.status == 2 && bad.standardError.contains("auto") && bad.standardError.contains("sixel"), "\(bad.standardError)")
  }

  /// `render` sends pixels where the terminal shows them, and characters to a file.
  @Test func renderOnATerminal() throws {
    let program = try Program()
    defer { program.remove() }
    let file = program.home.appendingPathComponent("i.png")
    try Self.picture(1).writePNG(to: file)
    for kind in Self.kinds {
      let terminal = try ImageTerminal(
        kind, columns: 80, rows: 24, ["render", file.path, "--size", "20x10"], answersFirst: false, in: program)
      #expect(try terminal.end() == 0)
      let shown = terminal.screen.shown
      #expect(shown.count == 1 && shown.first?.columns == 20 && shown.first?.rows == 10, "\(kind.name)")
    }
    let plain = try ImageTerminal(
      Self.kinds[0], columns: 80, rows: 24, ["render", file.path, "--symbols", "half"], answersFirst: false, in: program)
    #expect(try plain.end() == 0 && plain.screen.shown.isEmpty)
    let out = try program.run(["render", file.path, "--size", "20x10"])
    #expect(out.standardOutput.contains("38;2;") && !out.standardOutput.contains("\u{1B}_G"))
  }
}
