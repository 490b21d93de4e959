import Foundation
import Render
import TestSupport
import Testing

/// `diffss dataset` and replayed episodes, on a small VOC folder that the tests draw.
@Suite(.timeLimit(.minutes(15))) struct DatasetTests {
  /// Eight images of class 1 and 2 in `val`, one each of every kind of trouble.
  private func vocFolder(_ home: URL) throws -> URL {
    let root = home.appendingPathComponent("voc")
    for name in ["JPEGImages", "SegmentationClassAug", "ImageSets/Segmentation"] {
      try FileManager.default.createDirectory(at: root.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    func add(_ name: String, _ labels: (Int) -> UInt8, maskHeight: Int = 64) throws {
      try Image(width: 64, height: 64, color: [90, 120, 150]).writeJPEG(to: root.appendingPathComponent("JPEGImages/\(name).jpg"))
      let mask = LabelMask(width: 64, height: maskHeight, labels: (0..<64 * maskHeight).map(labels))
      try mask.writePNG(to: root.appendingPathComponent("SegmentationClassAug/\(name).png"))
    }
    for number in 0..<8 { try add("good\(number)") { $0 < 3000 ? UInt8(number % 2 + 1) : 0 } }
    try add("ignored") { _ in 255 }
    try add("alien") { _ in 77 }
    try add("small", { _ in 1 }, maskHeight: 40)
    try Data("GIF89a".utf8).write(to: root.appendingPathComponent("JPEGImages/ignored.jpg"))
    let list = (0..<8).map { "good\($0)" } + ["ignored", "alien", "small", "lost", "../../etc/passwd", "good1"]
    try Data((list.joined(separator: "\n") + "\n").utf8).write(to: root.appendingPathComponent("ImageSets/Segmentation/val.txt"))
    return root
  }

  private func run(_ program: Program, _ arguments: [String]) throws -> Program.Output {
    try program.run(arguments, environment: ["XDG_CACHE_HOME": program.home.appendingPathComponent("cache").path])
  }

  /// Where it is to be written is looked at before hours of work; a folder that is not there shows that nothing was read.
  @Test func prepareLooksAtItsFolderFirst() throws {
    let program = try Program()
    defer { program.remove() }
    let file = program.home.appendingPathComponent("a file")
    try Data("x".utf8).write(to: file)
    let below = try run(program, ["dataset", "prepare", "coco", "--root", "/nowhere", "--out", "\(file.path)/masks"])
    #expect(below.status == 2 && below.standardError.contains("\(file.path) is a file, not a folder"), "\(below)")
    let other = try run(program, ["dataset", "prepare", "pascal", "--root", "/nowhere", "--out", program.home.path])
    #expect(other.status == 2 && other.standardError.contains("pascal has masks already"), "\(other)")
    // So do images, before a step is measured.
    let generate = try run(program, ["generate", "--limit", "1", "--out", "\(file.path)/images"])
    let said = generate.standardError
    #expect(generate.status == 2 && said.contains("is a file, not a folder") && !said.contains("at most"), "\(generate)")
  }

  @Test func infoTellsEverythingThatIsWrong() throws {
    let program = try Program()
    defer { program.remove() }
    let output = try run(program, ["dataset", "info", "--dataset", "pascal", "--root", vocFolder(program.home).path])
    #expect(output.status == 1, "\(output.standardError)")
    for line in [
      "pascal, split all: 11 images", "| aeroplane   |     1 |    0 |     90 |        5 |      5 |",
      "| mask missing          |     1 | lost:",
      "| image unreadable      |     1 | ignored:", "| mask of another size  |     1 | small: image 64x64, mask 64x40",
      "| unknown index in mask |     1 | alien: 4096 pixels of class 77", "| mask with only 255    |     1 | ignored:",
      "| duplicate             |     1 | good1: twice in val.txt", "| name leaves the folder |     1 | ../../etc/passwd:",
    ] {
      let words = line.split(separator: " ").joined(separator: " ")
      let found = output.standardOutput.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
      #expect(found.contains { $0.hasPrefix(words) }, "\(line)\n\(output.standardOutput)")
    }
  }

  @Test func redrawnSupportsOfTheDemoAreRead() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.home.appendingPathComponent("redrawn")
    let output = try run(program, ["dataset", "prepare", "demo", "--redrawn", "1", "--out", folder.path])
    #expect(output.status == 0, "\(output.standardError)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(output.standardOutput.contains("\(names.count) images") && names.count >= 800)
    let evaluated = try run(program, ["evaluate", "--aux", folder.path, "--aux-shots", "1", "--episodes", "3", "--csv"])
    #expect(evaluated.status == 0 && evaluated.standardOutput.contains("mIoU"), "\(evaluated.standardError)")
    #expect(!evaluated.standardError.contains("the real support stood"), "\(evaluated.standardError)")
    for wrong in [["demo", "--redrawn", "0"], ["demo", "--redrawn", "65"], ["coco", "--redrawn", "1"]] {
      #expect(try run(program, ["dataset", "prepare"] + wrong + ["--out", folder.path]).status == 2)
    }
  }

  @Test func savedEpisodesAreReplayed() throws {
    let program = try Program()
    defer { program.remove() }
    let root = try vocFolder(program.home), file = program.home.appendingPathComponent("episodes.json")
    let list = ["dataset", "list", "--dataset", "pascal", "--root", root.path, "--protocol", "bam", "--seed", "321", "--episodes", "5"]
    let first = try run(program, list + ["--json", "--out", file.path])
    #expect(first.status == 0, "\(first.standardError)")
    #expect(try run(program, list + ["--json"]).standardOutput == first.standardOutput)
    struct Drawn: Decodable, Equatable {
      struct Item: Decodable, Equatable { let id: String }
      let query: Item, supports: [Item]
    }
    struct Report: Decodable {
      struct Result: Decodable { let episode: Drawn }
      let episodes: [Result]
    }
    let drawn = try JSONDecoder().decode([Drawn].self, from: Data(first.standardOutput.utf8))
    #expect(drawn.count == 5)
    let replay = ["evaluate", "--dataset", "pascal", "--root", root.path, "--episode-list", file.path, "--aux-shots", "0", "--json"]
    let output = try run(program, replay + ["--models", Golden.projectRoot.appendingPathComponent("Assets/demo").path])
    #expect(output.status == 0, "\(output.standardError)")
    #expect(try JSONDecoder().decode(Report.self, from: Data(output.standardOutput.utf8)).episodes.map(\.episode) == drawn)
    let wrong = try run(program, ["evaluate", "--episode-list", file.path, "--aux-shots", "0"])
    #expect(wrong.status == 2 && wrong.standardError.contains("of data set pascal") && wrong.standardError.contains("hint: "))
  }

  /// A list as BAM publishes them, generated, then read by `evaluate` as BAM's loader reads it.
  @Test func aPublishedListIsGeneratedAndReadBack() throws {
    let program = try Program()
    defer { program.remove() }
    let root = try vocFolder(program.home), list = program.home.appendingPathComponent("data_list_0.txt")
    // Its mask is of another size: episodes with it fail.
    try FileManager.default.removeItem(at: root.appendingPathComponent("SegmentationClassAug/small.png"))
    let names = (0..<8).map { "good\($0)" } + ["lost"]
    try Data(names.map { "../data/VOCdevkit2012/VOC2012/JPEGImages/\($0).jpg ../data/x/\($0).png\n" }.joined().utf8).write(to: list)
    let out = program.home.appendingPathComponent("aux"),
      models = ["--models", Golden.projectRoot.appendingPathComponent("Assets/demo").path]
    let data = ["--dataset", "pascal", "--root", root.path], settings = ["--condition", "mask", "--resolution", "64", "--steps", "1"]
    let generated = try run(
      program, ["generate"] + data + settings + models + ["--list", list.path, "--shots", "2", "--format", "jpg", "--out", out.path])
    #expect(
      generated.status == 1 && generated.standardError.contains("data set pascal has no image \"lost\""), "\(generated.standardError)")
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: out.path))
    #expect(files == Set((0..<8).flatMap { n in ["0.jpg", "1.jpg", "control.png"].map { "good\(n)_\(n % 2 + 1)_\($0)" } }))
    let evaluate = ["evaluate"] + data + models + ["--aux", out.path, "--aux-shots", "2", "--episodes", "6"]
    let whole = try run(program, evaluate)
    #expect(whole.status == 0 && !whole.standardError.contains("stood for each"), "\(whole.standardError)")
    for number in 0..<8 { try FileManager.default.removeItem(at: out.appendingPathComponent("good\(number)_\(number % 2 + 1)_1.jpg")) }
    let half = try run(program, evaluate)
    #expect(half.status == 0 && half.standardError.contains("the real support stood for each"), "\(half.standardError)")
    let none = try run(program, ["evaluate"] + data + models + ["--aux", root.path, "--episodes", "6"])
    #expect(none.status == 2 && none.standardError.contains("hint: make them with: diffss generate --fold 0"), "\(none.standardError)")
  }

  /// What was measured of one fold is there, though the folder has nothing for another.
  @Test func aFoldWithoutSupportsIsLeftOut() throws {
    let program = try Program()
    defer { program.remove() }
    let aux = program.home.appendingPathComponent("aux").path
    #expect(try run(program, ["generate", "--fold", "1", "--limit", "300", "--shots", "1", "--steps", "1", "--out", aux]).status == 0)
    let output = try run(program, ["evaluate", "--aux", aux, "--aux-shots", "1", "--all-folds", "--episodes", "3", "--csv"])
    #expect(output.standardError.contains("fold 0, seed 0 left out: \(aux) has no image for the supports of fold 0"), "\(output)")
    #expect(output.status == 1 && output.standardOutput.contains("mIoU"), "\(output)")
  }

  @Test func theExplorerReplaysThem() throws {
    let program = try Program()
    defer { program.remove() }
    let root = try vocFolder(program.home), file = program.home.appendingPathComponent("episodes.json")
    let drawn = try run(
      program, ["dataset", "list", "--dataset", "pascal", "--root", root.path, "--seed", "5", "--episodes", "2", "--out", file.path])
    let first = try #require(drawn.standardOutput.split(separator: "\n").first).split(whereSeparator: \.isWhitespace)
    let session = try TerminalSession(
      "\(Program.path) explore --dataset pascal --root \(root.path) --episode-list \(file.path); echo left with $?", columns: 120, rows: 36,
      environment: program.environment)
    try session.wait(for: "the saved episodes") { screen in
      screen.contains("Episode 1: aeroplane") && screen.contains("query \(first[2]) · support \(first[3])") && screen.contains("1/2")
    }
    try session.send(keys: "]")
    try session.wait(for: "the fold of the list") { $0.contains("fold cannot be 1") }
    try session.send(keys: "q")
    try session.wait(for: "left with 0")
  }

  @Test func badListsAreNamed() throws {
    let program = try Program()
    defer { program.remove() }
    let root = try vocFolder(program.home), list = program.home.appendingPathComponent("list.txt")
    for (text, says) in [("{1: [", "there is no"), ("a__01\nb", "line 2"), ("", "empty")] {
      try Data(text.utf8).write(to: list)
      let output = try run(program, ["dataset", "list", "--dataset", "pascal", "--root", root.path, "--lists", list.path])
      #expect(
        output.status == 2 && output.standardError.contains(says) && output.standardError.contains("hint: "), "\(output.standardError)")
    }
    let missing = try run(program, ["dataset", "list", "--dataset", "pascal", "--root", root.path, "--lists", program.home.path])
    #expect(missing.status == 2 && missing.standardError.contains("no fold0.txt or fold0.pkl"))
  }
}
