import Foundation
import Render
import TestSupport
import Testing

@Suite struct PNGTests {
  @Test(arguments: PNGFixture.Kind.allCases, [false, true])
  func everyKindDecodesAsAnImage(kind: PNGFixture.Kind, interlaced: Bool) throws {
    var generator = SplitMix(state: 5)
    for depth in kind.depths {
      for (width, height) in [(1, 1), (3, 2), (8, 8), (37, 21)] {
        let fixture = PNGFixture(
          kind: kind, depth: depth, width: width, height: height, interlaced: interlaced, using: &generator)
        let image = try Image.decode(bytes: fixture.file)
        var expected: [UInt8] = []
        for y in 0..<height {
          for x in 0..<width {
            func byte(_ channel: Int) -> UInt8 {
              let value = fixture.sample(x, y, channel)
              return UInt8(depth == 16 ? value >> 8 : value * 255 / ((1 << depth) - 1))
            }
            switch kind {
            case .grey, .greyAlpha: expected.append(byte(0))
            case .rgb, .rgba: expected += [byte(0), byte(1), byte(2)]
            case .palette: expected += PNGFixture.paletteColor(fixture.sample(x, y, 0))
            }
          }
        }
        #expect(image.pixels == expected, "\(kind) \(depth) bit \(width)x\(height)")
        #expect(image.channels == (kind == .grey || kind == .greyAlpha ? 1 : 3))
      }
    }
  }

  @Test(arguments: [false, true]) func masksGiveStoredValues(interlaced: Bool) throws {
    var generator = SplitMix(state: 6)
    for kind in [PNGFixture.Kind.grey, .palette] {
      for depth in [1, 2, 4, 8] {
        let fixture = PNGFixture(kind: kind, depth: depth, width: 19, height: 11, interlaced: interlaced, using: &generator)
        #expect(try PNG.decodeLabels(fixture.file).labels.map(Int.init) == fixture.samples)
      }
    }
  }

  @Test func masksOfEqualChannelsAreAccepted() throws {
    let values = (0..<12).map { $0 * 20 }
    let rgb = PNGFixture(kind: .rgb, depth: 8, width: 4, height: 3, samples: values.flatMap { [$0, $0, $0] })
    #expect(try PNG.decodeLabels(rgb.file).labels.map(Int.init) == values)
    let rgba = PNGFixture(kind: .rgba, depth: 8, width: 4, height: 3, samples: values.flatMap { [$0, $0, $0, 9] })
    #expect(try PNG.decodeLabels(rgba.file).labels.map(Int.init) == values)
    let deep = PNGFixture(kind: .grey, depth: 16, width: 4, height: 3, samples: values)
    #expect(try PNG.decodeLabels(deep.file).labels.map(Int.init) == values)
  }

  @Test func colouredAndTooDeepMasksAreErrors() {
    let coloured = PNGFixture(kind: .rgb, depth: 8, width: 2, height: 1, samples: [1, 1, 1, 1, 2, 1])
    #expect(throws: RenderError.maskHasColours(name: "m", x: 1, y: 0)) { try PNG.decodeLabels(coloured.file, name: "m") }
    let deep = PNGFixture(kind: .grey, depth: 16, width: 1, height: 2, samples: [255, 256])
    #expect(throws: RenderError.labelOutOfRange(name: "m", value: 256, x: 0, y: 1)) {
      try PNG.decodeLabels(deep.file, name: "m")
    }
  }

  @Test func transparentColoursStayOpaque() throws {
    var fixture = PNGFixture(kind: .rgb, depth: 8, width: 2, height: 1, samples: [1, 2, 3, 4, 5, 6])
    fixture.transparency = [0, 1, 0, 2, 0, 3]
    #expect(try Image.decode(bytes: fixture.file).pixels == [1, 2, 3, 4, 5, 6])
    var palette = PNGFixture(kind: .palette, depth: 2, width: 4, height: 1, samples: [0, 1, 2, 3])
    palette.transparency = [0, 128]
    #expect(try Image.decode(bytes: palette.file).channels == 3)
    #expect(try PNG.decodeLabels(palette.file).labels == [0, 1, 2, 3])
  }

  @Test func writesAndReadsBackWithText() throws {
    let text = [
      "prompt": "ein Foto: Käse, 猫", "json": "{\"steps\": 20}", "empty": "", "long": String(repeating: "x", count: 70_000),
    ]
    for channels in [1, 3] {
      let image = Fixtures.scene(width: 61, height: 43, channels: channels)
      let bytes = try image.pngData(text: text)
      #expect(try Image.decode(bytes: bytes) == image)
      #expect(try PNG.text(of: bytes) == text)
      #expect(try image.pngData(text: text) == bytes)
      #expect(try PNG.text(of: image.pngData()) == [:])
    }
    let bad = [["": "x"], ["k\u{e9}": "x"], [String(repeating: "k", count: 80): "x"], ["key": "a\0b"], [" key": "x"]]
    for text in bad { #expect(throws: RenderError.self) { try Fixtures.scene(width: 4, height: 4).pngData(text: text) } }
  }

  @Test func textBehindThePixelsIsFound() throws {
    let file = PNGFixture(kind: .grey, depth: 8, width: 1, height: 1, samples: [7]).file
    let late = Array(file.prefix(file.count - 12)) + PNGFixture.chunk("tEXt", Array("late\0value".utf8)) + PNGFixture.chunk("IEND", [])
    #expect(try PNG.text(of: late) == ["late": "value"])
  }

  @Test func liesAboutSizeAreRefusedBeforeAnyWork() throws {
    let huge = PNGFixture.chunk("IHDR", PNGFixture.big(16384) + PNGFixture.big(6000) + [8, 6, 0, 0, 0])
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let data = PNGFixture.chunk("IDAT", PNGFixture.stored([0])) + PNGFixture.chunk("IEND", [])
    #expect(throws: RenderError.corrupt(name: "h", format: "PNG", reason: "the file is too short for its size")) {
      try Image.decode(bytes: start + huge + data, name: "h")
    }
    let wider = PNGFixture.chunk("IHDR", PNGFixture.big(20000) + PNGFixture.big(2) + [8, 0, 0, 0, 0])
    #expect(throws: RenderError.tooLarge(name: "w", width: 20000, height: 2)) {
      try Image.decode(bytes: start + wider + data, name: "w")
    }
  }
}

@Suite struct HostilePNGTests {
  /// libpng would make room for what a chunk claims before it finds that the file ends.
  @Test func aChunkThatClaimsMoreThanThereIsIsRefused() throws {
    let good = try Fixtures.scene(width: 16, height: 16).pngData(text: ["key": "value"])
    let afterHeader = 8 + 25
    for name in ["tEXt", "iCCP", "eXIf", "abCd"] {
      let bytes = Array(good[..<afterHeader]) + [0x68, 0, 0, 0] + Array(name.utf8) + good[afterHeader...]
      let early = RenderError.corrupt(name: "image", format: "PNG", reason: "the file ends too early")
      #expect(throws: early) { try Image.decode(bytes: bytes) }
      #expect(throws: early) { try ImageText.of(bytes) }
    }
  }
}

@Suite struct JPEGTests {
  @Test(arguments: [
    ("colour", "colour_pillow"), ("progressive", "colour_pillow"), ("turned", "colour_pillow"), ("grey", "grey_pillow"),
    ("cmyk", "cmyk_opencv"),
  ])
  func decodesAsPillowAndOpenCV(name: String, expected: String) throws {
    let image = try Image(pngOrJpeg: Golden.fixture("render/\(name).jpg"))
    #expect(try image == Image(pngOrJpeg: Golden.fixture("render/\(expected).png")))
  }

  @Test(.enabled(if: Golden.isAvailable), arguments: ["000000000009", "000000000025", "000000000394", "000000000086"])
  func photographsDecodeAsPublished(id: String) throws {
    let decoded = try Image(pngOrJpeg: Golden.data("coco-mini/train2017/\(id).jpg")).rgb
    let golden = try Image(pngOrJpeg: Golden.url("conditions/coco_\(id)/input.png"))
    #expect(Difference(decoded.pixels, golden.pixels).count == 0)
  }

  @Test func encodesCloseToTheImage() throws {
    for channels in [1, 3] {
      let image = Fixtures.scene(width: 75, height: 50, channels: channels)
      let bytes = try JPEG.encode(image, quality: 95)
      let back = try Image.decode(bytes: bytes)
      #expect(back.channels == channels)
      #expect(ImageQuality.psnr(image, back) > 28)
      #expect(try JPEG.encode(image, quality: 95) == bytes)
      #expect(try JPEG.encode(image, quality: 20).count < bytes.count)
    }
  }

  @Test func writesAndReadsBackWithText() throws {
    let text = [
      "parameters": "ein Foto: Käse, 猫\nSteps: 20", "json": "{\"steps\": 20}", "empty": "", "accent": "\u{301}a",
      "long": String(repeating: "x", count: 65_000),
    ]
    for channels in [1, 3] {
      let image = Fixtures.scene(width: 61, height: 43, channels: channels)
      let bytes = try image.jpegData(text: text)
      #expect(try Image.decode(bytes: bytes) == Image.decode(bytes: image.jpegData()))
      #expect(try ImageText.of(bytes) == text)
      #expect(try image.jpegData(text: text) == bytes)
      #expect(try ImageText.of(image.jpegData()) == [:])
      // JFIF's header must stay the first segment.
      #expect(bytes.starts(with: [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8)))
    }
    let long = String(repeating: "x", count: 65_534)
    for text in [["": "x"], ["k\u{e9}": "x"], ["a b": "x"], ["key": "a\0b"], ["parameters": long]] {
      #expect(throws: RenderError.self) { try Fixtures.scene(width: 4, height: 4).jpegData(text: text) }
    }
  }

  /// What other programs look for in a comment is there bare and last, unless it would be taken for an entry with a key.
  @Test func theParametersAreTheComment() throws {
    func file(_ parameters: String) throws -> [UInt8] {
      let text = ["zebra": "{}", "parameters": parameters]
      let bytes = try Fixtures.scene(width: 8, height: 8).jpegData(text: text)
      #expect(try ImageText.of(bytes) == text)
      return bytes
    }
    func comment(_ text: String) -> [UInt8] { [0xFF, 0xFE, 0, UInt8(text.utf8.count + 2)] + Array(text.utf8) }
    let header = 20
    #expect(try file("a dog").dropFirst(header).starts(with: comment("zebra: {}") + comment("a dog")))
    #expect(try file("style: a dog").dropFirst(header).starts(with: comment("parameters: style: a dog") + comment("zebra: {}")))
  }

  @Test func damagedTextNeverCrashes() throws {
    let bytes = try Fixtures.scene(width: 16, height: 16).jpegData(text: ["diffss": "{\"key\": \"a\"}", "parameters": "a dog\nSteps: 2"])
    var mutations = Mutations(seed: 31)
    for _ in 0..<4000 {
      do { _ = try ImageText.of(mutations.damaged(bytes, focus: 80)) } catch is RenderError {}
    }
    for count in 0..<100 { do { _ = try ImageText.of(Array(bytes.prefix(count))) } catch is RenderError {} }
  }

  @Test func truncationIsAnError() throws {
    let bytes = try JPEG.encode(Fixtures.scene(width: 64, height: 64))
    for share in [3, 10, 50, 90] {
      #expect(throws: RenderError.self) { try Image.decode(bytes: Array(bytes.prefix(bytes.count * share / 100))) }
    }
  }
}

@Suite struct FileTests {
  @Test func kindIsSeenInTheBytesNotTheName() throws {
    try Fixtures.inTemporaryFolder { folder in
      let image = Fixtures.scene(width: 9, height: 7)
      let url = folder.appendingPathComponent("image.jpg")
      try image.writePNG(to: url, text: ["a": "b"])
      #expect(try Image(pngOrJpeg: url) == image)
      #expect(try ImageText.read(url) == ["a": "b"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["image.jpg"])
    }
  }

  @Test func masksRoundTrip() throws {
    try Fixtures.inTemporaryFolder { folder in
      let mask = LabelMask(width: 3, height: 2, labels: [0, 1, 20, 255, 7, 80])
      let url = folder.appendingPathComponent("mask.png")
      try mask.writePNG(to: url)
      #expect(try LabelMask(png: url) == mask)
    }
  }

  @Test func failuresSayWhatAndWhatToDo() throws {
    try Fixtures.inTemporaryFolder { folder in
      let text = folder.appendingPathComponent("page.png")
      try Data("<html>".utf8).write(to: text)
      let empty = folder.appendingPathComponent("empty.png")
      try Data().write(to: empty)
      for url in [text, empty, folder, folder.appendingPathComponent("absent.png"), URL(fileURLWithPath: "/dev/zero")] {
        do {
          _ = try Image(pngOrJpeg: url)
          Issue.record("\(url.path) was read")
        } catch let error as RenderError {
          #expect(error.message.contains(url.path))
          #expect(error.hint != nil)
        }
      }
      let inside = folder.appendingPathComponent("no/such/folder.png")
      #expect(throws: RenderError.unwritable(path: inside.path, reason: "no such file or folder")) {
        try Fixtures.scene(width: 2, height: 2).writePNG(to: inside)
      }
      // Renaming onto a folder fails after the temporary file was written: it must not stay.
      let taken = folder.appendingPathComponent("taken.png")
      try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: false)
      #expect(throws: RenderError.self) { try Fixtures.scene(width: 2, height: 2).writePNG(to: taken) }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == ["empty.png", "page.png", "taken.png"])
    }
  }

  /// Reasons are short and the program's own or the system's words, never Foundation's sentences about operations.
  @Test func reasonsAreShort() throws {
    try Fixtures.inTemporaryFolder { folder in
      let loop = folder.appendingPathComponent("loop"), file = folder.appendingPathComponent("file")
      try Data([1]).write(to: file)
      try FileManager.default.createSymbolicLink(at: loop, withDestinationURL: loop)
      let names = ["absent", "loop", "file/below", String(repeating: "x", count: 300)]
      for url in names.map(folder.appendingPathComponent) {
        let fault = #expect(throws: RenderError.self) { try FileBytes.read(url) }
        guard case .unreadable(_, let reason)? = fault else { continue }
        #expect(
          reason.count < 60 && !reason.contains("peration") && !reason.contains("ouldn’t") && !reason.contains("could not"), "\(reason)")
      }
    }
  }

  @Test func damagedFilesNeverCrash() throws {
    var generator = SplitMix(state: 11)
    var seeds = try [
      JPEG.encode(Fixtures.scene(width: 40, height: 30)), JPEG.encode(Fixtures.scene(width: 40, height: 30, channels: 1)),
      Fixtures.scene(width: 24, height: 18).pngData(text: ["key": "value", "more": "größe"]),
    ]
    for name in ["cmyk.jpg", "progressive.jpg"] { seeds.append(try FileBytes.read(Golden.fixture("render/\(name)"))) }
    for kind in PNGFixture.Kind.allCases {
      seeds.append(PNGFixture(kind: kind, depth: 8, width: 13, height: 9, interlaced: true, using: &generator).file)
    }
    for seed in seeds {
      for _ in 0..<400 {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          let at = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<5, using: &generator) {
          case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &generator)
          case 2: bytes.remove(at: at)
          case 3: bytes.insert(0xFF, at: at)
          default: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0...40, using: &generator)))
          }
        }
        // Checksums would stop nearly every change at the door: make them right again.
        if Bool.random(using: &generator) { bytes = Fixtures.withRepairedChecksums(bytes) }
        for attempt in [{ _ = try Image.decode(bytes: bytes) }, { _ = try PNG.decodeLabels(bytes) }, { _ = try PNG.text(of: bytes) }] {
          do { try attempt() } catch is RenderError {}
        }
      }
    }
  }
}
