import Foundation
import Render
import TestSupport
import Testing

/// Sixels read back by libsixel's `sixel2png`.
@Suite(.enabled(if: SixelDecoder.isAvailable)) struct SixelDecodingTests {
  @Test(arguments: [(1, 1), (16384, 1), (1, 300), (5, 6), (64, 7), (97, 61)]) func fewColoursAreExact(width: Int, height: Int) throws {
    // Levels that are whole hundredths come back as they are.
    let colors = [RGB.black, .white, RGB(255, 0, 0), RGB(0, 255, 51), RGB(102, 153, 204)]
    var image = Image(width: width, height: height, color: [0, 0, 0])
    for y in 0..<height { for x in 0..<width { image[x, y] = colors[(x / 3 + y * 7 + x * y) % colors.count] } }
    #expect(try SixelDecoder.decode(Sixel.encode(image)) == image)
    let mask = Image(width: width, height: height, channels: 1, pixels: (0..<(width * height)).map { $0 % 11 < 4 ? 255 : 0 })
    #expect(try SixelDecoder.decode(Sixel.encode(mask)) == mask.rgb)
  }

  @Test func allGreysAreWithinOneLevel() throws {
    let grey = Image(width: 256, height: 9, channels: 1, pixels: (0..<(256 * 9)).map { UInt8($0 % 256) })
    let shown = try SixelDecoder.decode(Sixel.encode(grey)), wanted = grey.rgb
    #expect(shown.width == 256 && shown.height == 9)
    #expect(Difference(shown.pixels, wanted.pixels).largest <= 1)
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: ["2011_000003", "2011_000006", "2011_000025"])
  func photographsAreNear(name: String) throws {
    let photo = try Image(pngOrJpeg: Golden.data("voc-mini/VOCdevkit/VOC2012/JPEGImages/\(name).jpg"))
    let bytes = Sixel.encode(photo), shown = try SixelDecoder.decode(bytes)
    #expect(shown.width == photo.width && shown.height == photo.height)
    #expect(ImageQuality.psnr(shown, photo.rgb) >= 30, "\(ImageQuality.psnr(shown, photo.rgb)) dB")
    // Fewer registers are kept to.
    let text = String(decoding: Sixel.encode(photo, colors: 16), as: UTF8.self)
    #expect(text.matches(of: /#\d+;2;/).count <= 16)
  }
}

/// Debian's libsixel-bin.
private enum SixelDecoder {
  struct Fault: Error {}

  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/sixel2png" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Whether it is there, or its absence must fail.
  static let isAvailable: Bool = {
    if path == nil { print("note: sixel2png (libsixel-bin) is not here, its tests are skipped") }
    return path != nil || ProcessInfo.processInfo.environment["CI"] == "true"
  }()

  static func decode(_ bytes: [UInt8]) throws -> Image {
    let program = try #require(path)
    var image: Image?
    try Fixtures.inTemporaryFolder { folder in
      let file = folder.appendingPathComponent("i.six"), out = folder.appendingPathComponent("o.png")
      try Data(bytes).write(to: file)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = ["-i", file.path, "-o", out.path]
      try process.runToEnd()
      guard process.terminationStatus == 0 else { throw Fault() }
      image = try Image(pngOrJpeg: out).rgb
    }
    return try #require(image)
  }
}
