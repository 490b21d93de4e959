import Foundation
import Render
import TestSupport
import Testing

/// `diffss render --graphics` as a user runs it.
@Suite struct RenderGraphicsTests {
  /// Four colours whose levels sixels can hold, 16x16 each.
  private static let squares: Image = {
    var image = Image(width: 32, height: 32, color: [0, 0, 0])
    for y in 0..<32 {
      for x in 0..<32 { image[x, y] = [RGB(255, 0, 0), RGB(0, 255, 0), RGB(0, 0, 255), .white][x / 16 + y / 16 * 2] }
    }
    return image
  }()

  private func run(_ arguments: [String], images: Int = 1, tmux: String = "") throws -> (Program.Output, file: [UInt8]) {
    let program = try Program()
    defer { program.remove() }
    let names = (0..<images).map { program.home.appendingPathComponent("i\($0).png") }, out = program.home.appendingPathComponent("out.seq")
    for name in names { try Self.squares.writePNG(to: name) }
    let output = try program.run(
      ["render"] + names.map(\.path) + ["--size", "8x4", "--out", out.path] + arguments, environment: ["TMUX": tmux])
    return (output, (try? Data(contentsOf: out)).map(Array.init) ?? [])
  }

  @Test func kittyGetsTheImageAsPNG() throws {
    let (output, file) = try run(["--graphics", "kitty"])
    #expect(output.status == 0, "\(output.standardError)")
    let text = String(decoding: file, as: UTF8.self)
    let sent = try #require(text.firstMatch(of: /\e_Ga=t,f=100,t=d,i=(\d+),q=2,m=0;([A-Za-z0-9+\/=]+)\e\\/))
    let image = try PNG.decode(Array(try #require(Data(base64Encoded: String(sent.2)))))
    #expect(image == Self.squares)
    #expect(text.contains("\u{1B}_Ga=p,i=\(sent.1),p=1,c=8,r=4,C=1,q=2\u{1B}\\"))
    // Four lines of room, and the cursor below them.
    #expect(text.hasPrefix("\n\n\n\n\u{1B}[4A") && text.hasSuffix("\u{1B}[4B\r"))
  }

  @Test func inlineImagesAreFiles() throws {
    let text = String(decoding: try run(["--graphics", "iterm"]).file, as: UTF8.self)
    let sent = try #require(
      text.firstMatch(of: /\e\]1337;File=inline=1;size=(\d+);width=8;height=4;preserveAspectRatio=0:([A-Za-z0-9+\/=]+)\x07/))
    let file = Array(try #require(Data(base64Encoded: String(sent.2))))
    #expect(String(file.count) == sent.1)
    #expect(try PNG.decode(file) == Self.squares)
  }

  @Test func sixelsFillTheCells() throws {
    let file = try run(["--graphics", "sixel"]).file, text = String(decoding: file, as: UTF8.self)
    #expect(text.contains("\u{1B}P0;1;0q\"1;1;64;64#"))
    #expect(text.contains("\u{1B}\\"))
  }

  @Test func tmuxGetsAnEnvelopeAndPlaceholders() throws {
    let text = String(decoding: try run(["--graphics", "kitty"], tmux: "/tmp/tmux,1,0").file, as: UTF8.self)
    #expect(text.hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}_Ga=t,") && text.contains("a=p,U=1,"))
    #expect(text.unicodeScalars.filter { $0 == "\u{10EEEE}" }.count == 32)
    let sixels = String(decoding: try run(["--graphics", "sixel"], tmux: "/tmp/tmux,1,0").file, as: UTF8.self)
    #expect(sixels.contains("\u{1B}Ptmux;\u{1B}\u{1B}P0;1;0q"))
  }

  @Test func severalImagesAreASheetBelowTheirNames() throws {
    let text = String(decoding: try run(["--graphics", "sixel"], images: 3).file, as: UTF8.self)
    // Three images of eight cells, two cells between: 28 cells of 8 pixels.
    #expect(text.hasPrefix("i0.png    i1.png    i2.png\n") && text.contains("\"1;1;224;64#"), "\(text.prefix(80))")
  }

  @Test(arguments: [
    (["--graphics", "kitty", "--symbols", "half"], "--symbols"), (["--graphics", "sixel", "--colors", "16"], "--colors"),
    (["--graphics", "iterm", "--out", "a.svg"], ".svg"), (["--graphics", "dots"], "--graphics"),
  ]) func badUsageIsAnError(arguments: [String], text: String) throws {
    let output = try run(arguments).0
    #expect(output.status == 2 && output.standardError.contains(text) && output.standardError.contains("hint: "), "\(output)")
  }
}
