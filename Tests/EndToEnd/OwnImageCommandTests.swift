import Foundation
import Render
import TestSupport
import Testing

/// `condition` and `generate --image` on images and masks as people have them.
@Suite struct OwnImageCommandTests {
  private let program: Program

  init() throws {
    program = try Program()
    var image = Image(width: 64, height: 48, color: [20, 40, 200])
    for y in 12..<36 { for x in 16..<48 { image[x, y, 0] = 230 } }
    try image.writePNG(to: file("image.png"))
    try mask { $0 ? 255 : 0 }
  }

  private func file(_ name: String) -> URL { program.home.appendingPathComponent(name) }

  private func mask(_ value: (Bool) -> UInt8) throws {
    let labels = (0..<64 * 48).map { value((16..<48).contains($0 % 64) && (12..<36).contains($0 / 64)) }
    try LabelMask(width: 64, height: 48, labels: labels).writePNG(to: file("mask.png"))
  }

  private func condition(_ arguments: String...) throws -> (output: Program.Output, image: Image?) {
    try? FileManager.default.removeItem(at: file("out.png"))
    let output = try program.run(
      ["condition", "--image", file("image.png").path, "--mask", file("mask.png").path, "--resolution", "128", "--out", file("out.png").path] + arguments)
    return (output, try? Image(pngOrJpeg: file("out.png")))
  }

  private func generate(_ arguments: String...) throws -> Program.Output {
    try program.run(
      ["generate", "--image", file("image.png").path, "--mask", file("mask.png").path, "--resolution", "128", "--steps", "1", "--out", file("made").path]
        + arguments)
  }

  private func remove() { program.remove() }

  @Test func aControlImageOfOddSizeIsToldBeforeAnything() throws {
    defer { remove() }
    try Image(width: 100, height: 60, color: [90, 20, 150]).writePNG(to: file("odd.png"))
    let output = try program.run(["generate", "--control", file("odd.png").path, "--prompt", "x", "--out", file("made").path])
    #expect(
      output.status == 2
        && output.standardError.contains(
          "the control image odd is 100x60: both must be multiples of 8 up to 8192; scale it, to 96x56 for example\n"),
      "\(output)")
    #expect(!output.standardError.contains("cost: ") && !FileManager.default.fileExists(atPath: file("made").path))
  }

  @Test func whatIsNoImageIsNotVerified() throws {
    defer { remove() }
    try Data("hello".utf8).write(to: file("a.txt"))
    let output = try program.run(["verify", file("a.txt").path])
    #expect(output.status == 2 && output.standardError.contains("error: \(file("a.txt").path) is not a PNG or JPEG file: "), "\(output)")
    #expect(output.standardError.contains("hint: convert the file to PNG or JPEG\n"))
  }

  @Test func aControlImageHasItsObject() throws {
    defer { remove() }
    // Class 1 of FSS-1000 is a fountain, ADE20K 104; a folder's has the colour of names in no table, 108.
    for (classes, ade) in [("fss", 104), ("folder", 108), ("coco", 12)] {
      let made = try condition("--class-index", "1", "--classes", classes, "--type", "mask")
      let same = try condition("--class-index", "1", "--classes", classes, "--type", "mask", "--ade", "\(ade)")
      #expect(made.output.status == 0 && made.image != nil && made.image == same.image, "\(classes): \(made.output.standardError)")
      let pixels = made.image?.pixels ?? [], reds = Set(stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] })
      #expect(reds.count == 2)
    }
    #expect(try condition("--class-index", "999", "--classes", "fss", "--type", "mask").output.status == 0)
    try mask { $0 ? 81 : 0 }
    let unknown = try condition("--class-index", "81", "--type", "mask")
    #expect(unknown.output.status == 2 && unknown.image == nil && unknown.output.standardError.contains("data set coco has no class 81 (1...80)"))
    #expect(try condition("--class-index", "81", "--type", "mask", "--ade", "4").output.status == 0)
    #expect(try condition("--class-index", "81", "--type", "canny").output.status == 0)
    for arguments in [["--type", "mask", "--ade", "0"], ["--type", "canny", "--canny-low", "1000", "--canny-high", "1000"], ["--type", "scribble", "--threshold", "254"]] {
      let output = try program.run(
        ["condition", "--image", file("image.png").path, "--mask", file("mask.png").path, "--class-index", "81", "--out", file("out.png").path] + arguments)
      #expect(output.status == 2 && output.standardError.contains("control image would show no object"), "\(output.standardError)")
    }
    for index in ["0", "-1", "255", "1001"] { #expect(try condition("--class-index", index, "--type", "mask").output.status == 2) }
    #expect(try condition("--class-index", "1001", "--classes", "fss", "--type", "mask").output.status == 2)
  }

  @Test func aPromptNeedsAName() throws {
    defer { remove() }
    let nameless = try generate("--class-index", "1", "--classes", "folder")
    #expect(nameless.status == 2 && nameless.standardError.contains("has no name to make a prompt of"))
    #expect(!FileManager.default.fileExists(atPath: file("made").path))
    #expect(try generate("--class-index", "200").status == 2)
    let told = try generate("--class-index", "1", "--classes", "folder", "--prompt", "a dog’s cup")
    #expect(told.status == 0 && told.standardError.contains("warning: the prompt holds ’ (U+2019)"), "\(told.standardError)")
    let empty = try generate("--class-index", "1", "--ade", "0")
    #expect(empty.status == 2 && empty.standardError.contains("would show no object"))
  }

  /// As the explorer names a class of the user's own; `verify` makes the image again from what it says.
  @Test func aClassMayHaveANameOfOnesOwn() throws {
    defer { remove() }
    let output = try generate("--class-name", "tea pot", "--condition", "mask")
    #expect(output.status == 0 && !output.standardError.contains("note: class"), "\(output.standardError)")
    let made = file("made").appendingPathComponent("image_tea_pot_0.png")
    #expect(FileManager.default.fileExists(atPath: made.path), "\(output.standardOutput)")
    try FileManager.default.removeItem(at: file("made").appendingPathComponent("image_tea_pot_control.png"))
    let verified = try program.run(["verify", made.path, "--source", program.home.path])
    #expect(verified.status == 0 && verified.standardOutput.contains("identical"), "\(verified.standardError)")
    #expect(try generate("--class-name", "tea pot", "--json").standardOutput.contains(#""className":"tea pot""#))
    // A label with a name: the name for the prompt, the label for the pixels.
    try mask { $0 ? 7 : 3 }
    let named = try condition("--class-index", "7", "--class-name", "tea pot", "--type", "mask")
    let all = try condition("--class-name", "tea pot", "--type", "mask")
    #expect(named.image != nil && all.image != nil && named.image != all.image, "\(named.output.standardError)")
    #expect(try condition("--class-name", "…", "--type", "mask").output.status == 2)
  }

  @Test func aCutPromptIsSaidAndKept() throws {
    defer { remove() }
    let output = try generate("--class-index", "1", "--prompt", String(repeating: "dog ", count: 80))
    #expect(output.status == 0 && output.standardError.contains("warning: the prompt is longer than the text encoder reads, cut off: "))
    let image = try #require(try FileManager.default.contentsOfDirectory(atPath: file("made").path).first { $0.hasSuffix("_0.png") })
    let text = try ImageText.read(file("made").appendingPathComponent(image))
    #expect(text.values.contains { $0.contains("\"cut\":{\"prompt\":") })
  }

  @Test func edgesHaveAResolutionOfTheirOwn() throws {
    defer { remove() }
    let output = try program.run([
      "condition", "--image", file("image.png").path, "--mask", file("mask.png").path, "--class-index", "1", "--type", "scribble", "--threshold", "20",
      "--resolution", "128", "--detect-resolution", "256", "--stages", file("stages").path, "--out", file("out.png").path,
    ])
    #expect(output.status == 0, "\(output.standardError)")
    let edge = try Image(pngOrJpeg: file("stages/edge.png")), control = try Image(pngOrJpeg: file("out.png"))
    #expect(ImageSize(width: edge.width, height: edge.height) == ImageSize(width: 320, height: 256))
    #expect(ImageSize(width: control.width, height: control.height) == ImageSize(width: 128, height: 128))
  }

  @Test func orientationIsFollowedAndSaid() throws {
    defer { remove() }
    let scene = Image(width: 40, height: 100, color: [90, 20, 20]), stored = try Image(width: 100, height: 40, channels: 3, pixels: scene.pixels).jpegData()
    let exif = Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    try Data(Array(stored[..<20]) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + stored[20...]).write(to: file("phone.jpg"))
    try LabelMask(width: 40, height: 100, labels: (0..<4000).map { $0 < 2000 ? 1 : 0 }).writePNG(to: file("mask.png"))
    func run(_ rule: [String]) throws -> Program.Output {
      try program.run(
        ["condition", "--image", file("phone.jpg").path, "--mask", file("mask.png").path, "--class-index", "1", "--type", "mask", "--resolution", "64",
         "--out", file("out.png").path] + rule)
    }
    let auto = try run([])
    #expect(auto.status == 0 && auto.standardError == "note: phone.jpg is turned by 90 degrees: as its EXIF data and its mask say\n", "\(auto.standardError)")
    #expect(try Image(pngOrJpeg: file("out.png")).height == 128)
    let ignored = try run(["--orientation", "ignore"])
    #expect(ignored.status == 2 && ignored.standardError.contains("phone.jpg is 100x40, as stored, but its mask"), "\(ignored.standardError)")
    #expect(try program.run(["dataset", "info", "--dataset", "coco", "--root", program.home.path, "--orientation", "obey"]).status == 2)
  }
}
