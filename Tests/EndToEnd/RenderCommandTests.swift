import Foundation
import Render
import TestSupport
import Testing

/// `diffss render` as a user runs it.
@Suite struct RenderCommandTests {
  private func inProgram(_ body: (Program, (String) -> String) throws -> Void) throws {
    let program = try Program()
    defer { program.remove() }
    try body(program) { program.home.appendingPathComponent($0).path }
  }

  @Test func oneImageIsCells() throws {
    try inProgram { program, path in
      let scene = Golden.fixture("opencv/scene.png"), image = try Image(pngOrJpeg: scene)
      let size = CellGrid.fit(width: image.width, height: image.height, columns: 20, rows: 10)
      for symbols in SymbolSet.allCases {
        let output = try program.run(["render", scene.path, "--size", "20x10", "--symbols", symbols.rawValue])
        #expect(output.status == 0, "\(output.standardError)")
        #expect(output.standardOutput == CellGrid(image, columns: size.columns, rows: size.rows, style: CellStyle(symbols: symbols)).ansi)
      }
      let nearest = try program.run(["render", scene.path, "--size", "20x10", "--colors", "16", "--nearest"])
      let style = CellStyle(symbols: .quadrant, colors: .indexed16, dithered: false, keepsClasses: false)
      #expect(nearest.standardOutput == CellGrid(image, columns: size.columns, rows: size.rows, style: style).ansi)
      // Without colours there is nothing but characters.
      let mono = try program.run(["render", scene.path, "--size", "20x10", "--colors", "mono"])
      #expect(
        !mono.standardOutput.contains("\u{1B}") && mono.standardOutput.split(separator: "\n", omittingEmptySubsequences: false).count > 2)
    }
  }

  @Test func filesAreSVGAndHTML() throws {
    try inProgram { program, path in
      let scene = Golden.fixture("opencv/scene.png").path
      for (name, start) in [("a.svg", "<svg "), ("a.html", "<!doctype html>"), ("a.ans", "\u{1B}[")] {
        let output = try program.run(["render", scene, "--size", "16x8", "--out", path(name)])
        #expect(output.status == 0 && output.standardOutput.hasPrefix("\(path(name)): "), "\(output.standardError)")
        #expect(try String(contentsOfFile: path(name), encoding: .utf8).hasPrefix(start))
      }
    }
  }

  @Test func masksAreDrawnOver() throws {
    try inProgram { program, path in
      let photo = Fixture.noise(64, 64)
      try photo.writePNG(to: URL(fileURLWithPath: path("i.png")))
      var mask = LabelMask(width: 64, height: 64, labels: [UInt8](repeating: 0, count: 64 * 64))
      for y in 16..<48 { for x in 16..<48 { mask[x, y] = 3 } }
      try mask.writePNG(to: URL(fileURLWithPath: path("m.png")))
      var found = mask
      for y in 16..<48 { for x in 16..<24 { found[x, y] = 0 } }
      try found.writePNG(to: URL(fileURLWithPath: path("p.png")))
      func run(_ arguments: String...) throws -> String {
        let output = try program.run(["render", path("i.png"), "--size", "16x8"] + arguments)
        #expect(output.status == 0, "\(output.standardError)")
        return output.standardOutput
      }
      let texts = [
        try run(), try run("--mask", path("m.png")), try run("--mask", path("m.png"), "--overlay", "outline"),
        try run("--mask", path("m.png"), "--overlay", "error", "--prediction", path("p.png")),
      ]
      #expect(Set(texts).count == 4)
      #expect(try run("--mask", path("m.png"), "--overlay", "tint") == texts[1])
    }
  }

  @Test func severalImagesAreASheet() throws {
    try inProgram { program, path in
      let names = ["first.png", "zweite ☃.png", "x.png"]
      for name in names { try Fixture.noise(32, 32).writePNG(to: URL(fileURLWithPath: path(name))) }
      let output = try program.run(["render"] + names.map(path) + ["--size", "20x10", "--colors", "mono"])
      #expect(output.status == 0, "\(output.standardError)")
      for name in names { #expect(output.standardOutput.contains(name)) }
    }
  }

  @Test func oddImagesAndSizes() throws {
    try inProgram { program, path in
      for (name, width, height) in [("dot", 1, 1), ("line", 16384, 1), ("pole", 1, 300)] {
        try Image(width: width, height: height, color: [200, 30, 40]).writePNG(to: URL(fileURLWithPath: path(name)))
        for size in ["1x1", "500x200", "80x24"] {
          for colors in ["truecolor", "256", "16", "mono"] {
            let output = try program.run(["render", path(name), "--size", size, "--colors", colors, "--symbols", "best"])
            #expect(output.status == 0 && !output.standardOutput.isEmpty, "\(name) \(size): \(output.standardError)")
          }
        }
      }
      // Transparent pixels are the background.
      let clear = PNGFile.transparent(width: 8, height: 8)
      try Data(clear).write(to: URL(fileURLWithPath: path("clear.png")))
      let shown = try program.run(["render", path("clear.png"), "--size", "4x2", "--colors", "truecolor"])
      #expect(shown.status == 0 && shown.standardOutput.contains("48;2;0;0;0") && shown.standardOutput.contains("48;2;255;0;0"), "\(shown)")
    }
  }

  @Test(arguments: [
    (["GOOD", "--size", "0x5"], "--size"), (["GOOD", "--size", "80"], "--size"), (["GOOD", "--size", "1001x5"], "--size"),
    (["GOOD", "--symbols", "dots"], "--symbols"), (["GOOD", "--mask", "GOOD", "--mask", "GOOD"], "once for each image"),
    (["GOOD", "--overlay", "tint"], "--overlay needs --mask"), (["GOOD", "--mask", "GOOD", "--overlay", "error"], "--prediction"),
    ([], "image"), (["GOOD", "--mask", "GOOD", "--width", "40"], "nknown option '--width'"),
    (["GOOD", "--mask", "SMALL"], "its mask"), (["GOOD", "--out", "INSIDE"], "cannot write"),
  ]) func badUsageIsAnError(arguments: [String], text: String) throws {
    try inProgram { program, path in
      try Image(width: 16, height: 16, color: [250, 250, 250]).writePNG(to: URL(fileURLWithPath: path("good.png")))
      try Image(width: 8, height: 8, color: [250, 250, 250]).writePNG(to: URL(fileURLWithPath: path("small.png")))
      // A file is no folder, for root neither.
      let places = ["GOOD": path("good.png"), "SMALL": path("small.png"), "INSIDE": path("good.png/else.svg")]
      let output = try program.run(["render"] + arguments.map { places[$0] ?? $0 })
      #expect(output.status == 2 && output.standardError.contains(text) && output.standardError.contains("hint: "), "\(output)")
    }
  }

  @Test func aClosedOutputIsAnError() throws {
    try inProgram { program, path in
      try Fixture.noise(16, 16).writePNG(to: URL(fileURLWithPath: path("i.png")))
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "\"$1\" render \"$2\" --size 8x4 >&- 2>\"$3\"", "sh", Program.path, path("i.png"), path("err")]
      process.environment = program.environment
      try process.runToEnd()
      let text = try String(contentsOfFile: path("err"), encoding: .utf8)
      #expect(process.terminationStatus == 2 && text.contains("cannot write standard output"), "\(process.terminationStatus) \(text)")
    }
  }
}

private enum Fixture {
  /// An image of many colours.
  static func noise(_ width: Int, _ height: Int) -> Image {
    Image(
      width: width, height: height, channels: 3, pixels: (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435 >> 9) })
  }
}

/// A PNG file with alpha, written without a library: stored deflate blocks.
private enum PNGFile {
  /// Red on its left half, nothing on its right.
  static func transparent(width: Int, height: Int) -> [UInt8] {
    var rows: [UInt8] = []
    for _ in 0..<height {
      rows.append(0)
      for x in 0..<width { rows += [255, 0, 0, x < width / 2 ? 255 : 0] }
    }
    let length = UInt16(rows.count)
    let stored: [UInt8] =
      [0x78, 0x01, 1, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)] + rows + big(adler(rows))
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + [8, 6, 0, 0, 0])
      + chunk("IDAT", stored) + chunk("IEND", [])
  }

  private static func big(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }

  private static func adler(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes { (a, b) = ((a + UInt32(byte)) % 65521, (b + a + UInt32(byte)) % 65521) }
    return b << 16 | a
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return big(UInt32(data.count)) + body + big(~crc)
  }
}
