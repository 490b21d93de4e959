import Foundation
import Render
import TestSupport
import Testing

/// What the commands say, and exit with, when an image or a list's entry cannot be used.
@Suite struct LeftOutTests {
  private static let models = ["--models", Golden.projectRoot.appendingPathComponent("Assets/demo").path]

  private func run(_ program: Program, _ arguments: [String]) throws -> Program.Output {
    try program.run(arguments, environment: ["XDG_CACHE_HOME": program.home.appendingPathComponent("cache").path])
  }

  /// Six images of aeroplanes, the list `fold0.txt` of them, and the options that name both.
  private func voc(_ program: Program, lines: (Int) -> String = { "good\($0)__01" }) throws -> (root: URL, options: [String]) {
    let root = program.home.appendingPathComponent("voc")
    for name in ["JPEGImages", "SegmentationClassAug"] {
      try FileManager.default.createDirectory(at: root.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for number in 0..<6 {
      try Image(width: 64, height: 64, color: [90, UInt8(120 + number), 150]).writeJPEG(to: root.appendingPathComponent("JPEGImages/good\(number).jpg"))
      let mask = LabelMask(width: 64, height: 64, labels: (0..<4096).map { $0 < 3000 ? 1 : 0 })
      try mask.writePNG(to: root.appendingPathComponent("SegmentationClassAug/good\(number).png"))
    }
    let list = program.home.appendingPathComponent("fold0.txt")
    try Data((0..<6).map { lines($0) + "\r\n" }.joined().utf8).write(to: list)
    return (root, ["--dataset", "pascal", "--root", root.path, "--lists", list.path])
  }

  private struct Report: Decodable {
    struct LeftOut: Decodable { let reason: String }
    let episodes: [Ignored], leftOut: [LeftOut]?
    struct Ignored: Decodable {}
  }

  /// A fold of which nothing can be evaluated is named at the end, beside the other one's figures.
  @Test func aFoldWithNothingIsNamed() throws {
    let program = try Program()
    defer { program.remove() }
    let (root, _) = try voc(program)
    let options = ["evaluate", "--dataset", "pascal", "--root", root.path, "--all-folds", "--aux-shots", "0", "--episodes", "2", "--network", "hsnet"]
    let output = try run(program, options + Self.models)
    #expect(output.status == 1 && output.standardOutput.contains("mIoU"), "\(output.standardError)")
    #expect(output.standardOutput.contains("fold 3, seed 0 left out: ") && output.standardError.contains("fold 3, seed 0 left out: "))
  }

  @Test func aBadImageIsLeftOutAndNamed() throws {
    let program = try Program()
    defer { program.remove() }
    let (root, options) = try voc(program), page = program.home.appendingPathComponent("page.html")
    try Data("GIF89a".utf8).write(to: root.appendingPathComponent("JPEGImages/good2.jpg"))
    let out = program.home.appendingPathComponent("evaluation.json")
    let evaluate = ["evaluate"] + options + Self.models + ["--episodes", "6", "--aux-shots", "0"]
    let output = try run(program, evaluate + ["--out", out.path])
    #expect(output.status == 1 && output.standardOutput.contains("mIoU") && output.standardOutput.contains("episodes left out"), "\(output.standardError)")
    #expect(output.standardError.contains("could not be evaluated") && output.standardError.contains("good2.jpg") && output.standardError.contains("hint: "))
    let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: out)), leftOut = try #require(report.leftOut)
    #expect(report.episodes.count + leftOut.count == 6 && !leftOut.isEmpty && leftOut.allSatisfy { $0.reason.contains("good2.jpg") })
    #expect(try run(program, ["report", "--evaluation", out.path, "--out", page.path]).status == 0)
    #expect(try String(contentsOf: page, encoding: .utf8).contains("\(leftOut.count) of 6 episodes left out"))
    for number in 0..<6 { try Data("GIF89a".utf8).write(to: root.appendingPathComponent("JPEGImages/good\(number).jpg")) }
    let none = try run(program, evaluate + ["--seed", "1"])
    #expect(none.status == 2 && none.standardError.contains("none of 6 episodes can be evaluated") && none.standardError.contains("GIF"), "\(none.standardError)")
  }

  @Test func aSweepGoesOn() throws {
    let program = try Program()
    defer { program.remove() }
    let (root, options) = try voc(program)
    try FileManager.default.removeItem(at: root.appendingPathComponent("SegmentationClassAug/good2.png"))
    let sweep = ["sweep"] + options + Self.models + ["--episodes", "6", "--aux-shots", "0,1", "--steps", "1"]
    let output = try run(program, sweep)
    #expect(output.status == 1 && output.standardOutput.contains("| episodes left out |"), "\(output.standardError)")
  }

  @Test func whatAListLacksIsSaidBeforeTheWork() throws {
    let program = try Program()
    defer { program.remove() }
    let (_, options) = try voc(program) { ["good0__01", "good1__01", "good2__02", "good3__02", "lost__01", "lost2__01"][$0] }
    let warnings = [
      "warning: fold0.txt: not in the data set: 2 of the 6 images that it names, such as lost",
      "hint: its episodes are left out", "warning: good2: class 2 (bicycle) is not in its mask, which holds class 1 (aeroplane)",
    ]
    let listed = try run(program, ["dataset", "list"] + options)
    #expect(listed.status == 0)
    let evaluated = try run(program, ["evaluate"] + options + Self.models + ["--episodes", "2", "--aux-shots", "1", "--steps", "1", "--seed", "3"])
    for output in [listed, evaluated] {
      for text in warnings { #expect(output.standardError.contains(text), "\(output.standardError)") }
    }
  }

  /// The list, small or wrong, is what is said; nothing ends by a signal.
  @Test(arguments: ["good0__01\ngood1__02\n", "good0__01", "good0__01\ngood0__01\n"]) func smallListsAreErrorsInWords(text: String) throws {
    let program = try Program()
    defer { program.remove() }
    let (_, options) = try voc(program)
    try Data(text.utf8).write(to: program.home.appendingPathComponent("fold0.txt"))
    for command in [["dataset", "list"] + options, ["evaluate"] + options + Self.models + ["--episodes", "2"]] {
      let output = try run(program, command)
      #expect(output.status == 2 && output.standardError.contains("no episode can be drawn") && output.standardError.contains("hint: "), "\(output.standardError)")
    }
    let plain = try run(program, ["explore", "--plain"] + options)
    #expect(plain.status == 2 && (plain.standardOutput + plain.standardError).contains("no episode can be drawn"), "\(plain.standardError)")
  }

  /// BAM's order: the image that would be its own support is named, the others are listed and evaluated.
  @Test func aClassOfOneImageInBAMsOrder() throws {
    let program = try Program()
    defer { program.remove() }
    let (root, _) = try voc(program), lists = program.home.appendingPathComponent("data_list_0.txt")
    try LabelMask(width: 64, height: 64, labels: [UInt8](repeating: 2, count: 4096)).writePNG(to: root.appendingPathComponent("SegmentationClassAug/good5.png"))
    try Data("JPEGImages/good5.jpg m\nJPEGImages/good0.jpg m\n".utf8).write(to: lists)
    try Data("{1: [('good0.jpg', 'm'), ('good1.jpg', 'm')], 2: [('good5.jpg', 'm')]}".utf8).write(to: program.home.appendingPathComponent("sub_class_file_list_0.txt"))
    let options = ["--dataset", "pascal", "--root", root.path, "--lists", lists.path, "--protocol", "bam", "--episodes", "4"]
    let listed = try run(program, ["dataset", "list"] + options)
    #expect(listed.status == 1 && listed.standardError.contains("2 of 4 episodes cannot be drawn") && !listed.standardOutput.contains("good5"), "\(listed.standardError)")
    #expect(listed.standardError.contains("warning: class 2 (bicycle): good5 is its only image"))
    let evaluated = try run(program, ["evaluate"] + options + Self.models + ["--aux-shots", "0"])
    #expect(evaluated.status == 1 && evaluated.standardOutput.contains("2 of 4 episodes left out"), "\(evaluated.standardOutput)\(evaluated.standardError)")
  }

  /// Masks of another size than their image, as FSS-1000 has them: named with both sizes, and evaluated.
  @Test func masksOfAnotherSizeAreNoFault() throws {
    let program = try Program()
    defer { program.remove() }
    let root = program.home.appendingPathComponent("fss")
    for (name, odd) in [("crt_screen", 2), ("screw", 3)] {
      try FileManager.default.createDirectory(at: root.appendingPathComponent(name), withIntermediateDirectories: true)
      for number in 1...3 {
        try Image(width: 64, height: 64, color: [UInt8(number * 9), 90, 30]).writeJPEG(to: root.appendingPathComponent("\(name)/\(number).jpg"))
        let (width, height) = number == odd ? (100, 80 + number) : (64, 64)
        let pixels = (0..<width * height).map { $0 / width > height / 4 && $0 % width < width / 2 ? UInt8(255) : 0 }
        try Image(width: width, height: height, channels: 1, pixels: pixels).writePNG(to: root.appendingPathComponent("\(name)/\(number).png"))
      }
    }
    let data = ["--dataset", "fss", "--root", root.path]
    let info = try run(program, ["dataset", "info"] + data)
    #expect(info.status == 0 && info.standardOutput.contains("crt_screen/2: image 64x64, mask 100x82") && info.standardOutput.contains("screw/3: image 64x64, mask 100x83"))
    let evaluated = try run(program, ["evaluate"] + data + Self.models + ["--network", "hsnet", "--episodes", "6", "--aux-shots", "1", "--steps", "1", "--resolution", "64"])
    #expect(evaluated.status == 0 && evaluated.standardOutput.contains("| mIoU"), "\(evaluated.standardError)")
  }
}
