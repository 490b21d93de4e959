import Foundation
import Models
import Render
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct GenerateTests {
  private static let oneSupport = [
    "generate", "--dataset", "demo", "--fold", "0", "--condition", "mask", "--steps", "6", "--seed", "7", "--limit", "1",
  ]

  /// The images of a run, by file name.
  private func generate(_ program: Program, _ arguments: [String], into name: String) throws -> [String: Data] {
    let folder = program.home.appendingPathComponent(name)
    let output = try program.run(arguments + ["--out", folder.path])
    #expect(output.status == 0, "\(output.standardError)")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try Dictionary(uniqueKeysWithValues: files.map { ($0.lastPathComponent, try Data(contentsOf: $0)) })
  }

  @Test func sameRequestGivesTheSameBytesAndEachSupportDiffers() throws {
    let first = try Program(), second = try Program()
    defer {
      first.remove()
      second.remove()
    }
    // Two homes: the second run finds nothing in its store and has to generate again.
    let once = try generate(first, Self.oneSupport + ["--shots", "3"], into: "out")
    let again = try generate(second, Self.oneSupport + ["--shots", "3"], into: "out")
    #expect(once == again)
    let images = once.filter { !$0.key.hasSuffix("_control.png") }
    #expect(images.count == 3 && once.count == 4)
    #expect(Set(images.values).count == 3)
  }

  @Test func askingAgainGeneratesNothing() throws {
    let program = try Program()
    defer { program.remove() }
    let once = try generate(program, Self.oneSupport + ["--shots", "1"], into: "once")
    let again = try generate(program, Self.oneSupport + ["--shots", "1"], into: "again")
    #expect(once == again)
  }

  /// Side by side or one after the other, on few threads or many: the same files, named in the same order.
  @Test func imagesDoNotDependOnJobs() throws {
    var files: [[String: Data]] = [], lines: [[String]] = []
    for options in [["--jobs", "1"], ["--jobs", "2"], ["--jobs", "3", "--threads", "4"], ["--jobs", "auto", "--threads", "1"]] {
      let program = try Program()
      defer { program.remove() }
      let folder = program.home.appendingPathComponent("out")
      let output = try program.run(Self.supports + options + ["--out", folder.path])
      #expect(output.status == 0, "\(output.standardError)")
      lines.append(output.standardOutput.split(separator: "\n").map { String($0.dropFirst(folder.path.count)) })
      let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      files.append(try Dictionary(uniqueKeysWithValues: found.map { ($0.lastPathComponent, try Data(contentsOf: $0)) }))
    }
    #expect(files[0].count == 8 && lines[0].count == 6)
    for (other, order) in zip(files, lines).dropFirst() { #expect(other == files[0] && order == lines[0]) }
  }

  private static let supports = ["generate", "--condition", "mask", "--steps", "4", "--limit", "2", "--shots", "3"]

  @Test func jobsThatCannotBe() throws {
    let program = try Program()
    defer { program.remove() }
    for jobs in ["0", "65", "-1", "many"] {
      let output = try program.run(Self.supports + ["--jobs=\(jobs)", "--out", program.home.appendingPathComponent("out").path])
      #expect(output.status == 2 && output.standardError.contains("auto or 1...64"), "\(output.standardError)")
    }
    let own = try program.run(["generate", "--control", "c.png", "--jobs", "2", "--out", program.home.path])
    #expect(own.status == 2 && own.standardError.contains("--batch"), "\(own.standardError)")
    // More than there are threads, and more than there are images, is no mistake.
    let few = try program.run(
      Self.supports + ["--jobs", "40", "--threads", "2", "--out", program.home.appendingPathComponent("few").path])
    let note = "note: 2 threads generate at most 2 images side by side; --jobs 40 needs --threads 40\n"
    #expect(few.status == 0 && few.standardError.contains(note), "\(few.standardError)")
  }

  @Test func theRequestIsInsideTheImage() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.home.appendingPathComponent("out")
    let output = try program.run(Self.oneSupport + ["--shots", "1", "--json", "--out", folder.path])
    #expect(output.status == 0, "\(output.standardError)")
    struct Outcome: Decodable {
      struct Request: Decodable {
        let steps: Int
        let seed: UInt64
      }
      let file: String
      let request: Request
    }
    let outcome = try #require(try JSONDecoder().decode([Outcome].self, from: Data(output.standardOutput.utf8)).first)
    let text = try ImageText.read(URL(fileURLWithPath: outcome.file))
    #expect(text["parameters"]?.contains("Steps: 6") == true)
    #expect(text["diffss"]?.contains("\"seed\":\(outcome.request.seed)") == true)
    #expect(outcome.request.steps == 6)
  }

  /// What `--json` says of each image.
  private struct Line: Decodable {
    struct Request: Decodable {
      let prompt: String
      let steps: Int
      let seed: UInt64
    }
    let name: String
    let result: String
    let file: String?
    let error: String?
    let request: Request?
  }

  private func lines(_ output: Program.Output) throws -> [Line] {
    try JSONDecoder().decode([Line].self, from: Data(output.standardOutput.utf8))
  }

  private static let quick = ["generate", "--dataset", "demo", "--condition", "mask", "--steps", "1", "--shots", "2", "--json"]

  @Test func aRunGoesOnWithoutItsStore() throws {
    let program = try Program()
    defer { program.remove() }
    let command = Self.quick + ["--limit", "2", "--format", "jpg", "--out", program.home.appendingPathComponent("out").path]
    let once = try lines(program.run(command))
    #expect(once.map(\.result) == ["painted", "painted", "painted", "painted"])
    let file = URL(fileURLWithPath: try #require(once[3].file)), bytes = try Data(contentsOf: file)
    #expect(file.pathExtension == "jpg" && bytes.starts(with: [0xFF, 0xD8]))
    #expect(try ImageText.read(file)["parameters"]?.contains("Steps: 1") == true)
    try FileManager.default.removeItem(at: program.home.appendingPathComponent("data"))
    try FileManager.default.removeItem(at: file)
    let again = try program.run(command)
    #expect(try lines(again).map(\.result) == ["kept", "kept", "kept", "painted"])
    #expect(again.standardError.contains("painted 1, replaced 0, kept 3, failed 0 of 4 images"))
    #expect(try Data(contentsOf: file) == bytes)
    let other = try lines(program.run(command + ["--guidance", "2"]))
    #expect(other.map(\.result) == ["replaced", "replaced", "replaced", "replaced"])
  }

  @Test func shardsTogetherAreTheWhole() throws {
    let program = try Program()
    defer { program.remove() }
    let command = Self.quick + ["--limit", "3"]
    let whole = try generate(program, command, into: "whole")
    try FileManager.default.removeItem(at: program.home.appendingPathComponent("data"))
    let first = try generate(program, command + ["--shard", "1/2"], into: "first")
    let second = try generate(program, command + ["--shard", "2/2"], into: "second")
    #expect(first.count == 6 && second.count == 3)
    #expect(first.merging(second) { $1 } == whole)
    for shard in ["0/2", "3/2", "half"] {
      let output = try program.run(command + ["--shard", shard, "--out", program.home.path])
      #expect(output.status == 2 && output.standardError.contains("--shard must be N/M"), "\(output.standardError)")
    }
  }

  /// A folder as FSS-1000 has them: `count` images of a class with a square.
  private func fss(_ home: URL, _ classes: [String], count: Int) throws -> URL {
    let root = home.appendingPathComponent("fss")
    for name in classes {
      let folder = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for number in 1...count {
        let square = (0..<64 * 64).map { $0 % 64 < 40 && $0 < 64 * (20 + number) ? UInt8(255) : 0 }
        try Image(width: 64, height: 64, channels: 1, pixels: square).writePNG(to: folder.appendingPathComponent("\(number).png"))
        try Image(width: 64, height: 64, channels: 3, pixels: square.flatMap { [$0, 90, UInt8(number)] })
          .writeJPEG(to: folder.appendingPathComponent("\(number).jpg"))
      }
    }
    return root
  }

  @Test func aBrokenImageStopsNoOther() throws {
    let program = try Program()
    defer { program.remove() }
    let root = try fss(program.home, ["ashtray", "zucchini"], count: 2), out = program.home.appendingPathComponent("out")
    let broken = root.appendingPathComponent("ashtray/2.jpg"), empty = root.appendingPathComponent("zucchini/1.png")
    try Data(contentsOf: broken).prefix(60).write(to: broken)
    try Image(width: 64, height: 64, color: [0]).writePNG(to: empty)
    let command = [
      "generate", "--dataset", "fss", "--root", root.path, "--steps", "1", "--shots", "2", "--resolution", "64", "--json", "--out", out.path,
    ]
    let output = try program.run(command)
    #expect(output.status == 1)
    let lines = try lines(output)
    #expect(lines.map(\.result) == ["painted", "painted", "failed", "failed", "painted", "painted"])
    #expect(lines[2].error?.contains("2.jpg") == true && lines[3].error?.contains("empty") == true)
    #expect(output.standardError.contains("error: \(lines[2].name): "))
    #expect(output.standardError.contains("painted 4, replaced 0, kept 0, failed 4 of 8 images"))
    #expect(FileManager.default.fileExists(atPath: out.appendingPathComponent(lines[0].name).path))
    #expect(lines[0].name.hasPrefix("ashtray/1_") && lines[0].request?.prompt.contains("ashtray") == true)

    // As published every class is a taxi, and 2 steps are made unless others are asked for.
    let published = try program.run(command.filter { $0 != "--steps" && $0 != "1" } + ["--as-published", "--limit", "1"])
    #expect(published.status == 0, "\(published.standardError)")
    let taxis = try self.lines(published)
    #expect(taxis.map(\.result) == ["replaced", "replaced"])
    #expect(taxis.allSatisfy { $0.request?.steps == 2 && $0.request?.seed == 50494 && $0.request?.prompt.contains("taxi") == true })

    for name in ["ashtray", "zucchini"] {
      for number in 1...2 { try Data().write(to: root.appendingPathComponent("\(name)/\(number).jpg")) }
    }
    let nothing = try program.run(command)
    #expect(nothing.status == 2)
    #expect(try self.lines(nothing).map(\.result) == ["failed", "failed", "failed", "failed"])
  }

  @Test func modelsAreChosenByName() throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("out")
    func generate(_ words: String...) throws -> Program.Output {
      try program.run(["generate", "--limit", "1", "--shots", "1", "--steps", "1", "--json", "--out", out.path] + words)
    }
    // What is not there, or not for this condition, is said before anything is made.
    for (words, text) in [
      (["--model", "absent"], "no Stable Diffusion model \"absent\" found"), (["--controlnet", "absent"], "no ControlNet \"absent\" found"),
      (["--controlnet", "controlnet-hed"], "is for the condition hed"), (["--condition", "canny"], "no ControlNet for the condition canny"),
      (["--width", "64"], "belongs to an image of your own"),
    ] {
      let output = try program.run(["generate", "--limit", "1", "--out", out.path] + words)
      #expect(output.status == 2 && output.standardError.contains(text), "\(words): \(output.standardError)")
      #expect(!FileManager.default.fileExists(atPath: out.path), "\(words)")
    }
    let usual = try generate(), chosen = try generate("--model", "sd", "--controlnet", "controlnet-mask")
    #expect(usual.status == 0 && chosen.status == 0)
    #expect(chosen.standardOutput.contains(#""result":"kept""#), "the same models are the same image")
    let guessed = try generate("--guess-mode")
    #expect(guessed.standardOutput.contains(#""guessMode":true"#) && guessed.standardOutput.contains(#""result":"replaced""#))
  }

  @Test func whatBelongsToADataSetIsRefusedElsewhere() throws {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(["generate", "--control", "c.png", "--shard", "1/2", "--out", program.home.path])
    #expect(output.status == 2 && output.standardError.contains("--shard"))
  }

  @Test(.enabled(if: Golden.isAvailable)) func aRunWithReadyControlsMatchesDiffusers() throws {
    let program = try Program()
    defer { program.remove() }
    let golden = try Checkpoint(file: Golden.url("sd/pipeline.safetensors"))
    let control = try golden.tensor("control.seg")
    let file = program.home.appendingPathComponent("seg.png")
    try Image(width: 64, height: 64, channels: 3, pixels: control.values.map { UInt8($0) }).writePNG(to: file)
    let latents = program.home.appendingPathComponent("latents.safetensors")
    let output = try program.run([
      "generate", "--model", Golden.url("sd/tiny-sd15").path, "--controlnet", Golden.url("sd/tiny-controlnet-seg").path,
      "--control", file.path, "--prompt", "a real shot photo of bicycle,, best quality, extremely detailed", "--steps", "4",
      "--guidance", "9", "--seed", "7", "--latents", latents.path, "--out", program.home.appendingPathComponent("out").path,
    ])
    #expect(output.status == 0, "\(output.standardError)")
    let found = try Checkpoint(file: latents)
    for name in ["latents", "latents_per_step"] {
      let ours = try found.tensor(name), theirs = try golden.tensor("ddim4.\(name)")
      #expect(ours.shape == theirs.shape)
      #expect(relativeL2(ours.values, theirs.values) <= 1e-4)
    }
  }

  /// A batch, an image by itself and one generated in little memory are the same; the first two steps can be watched.
  @Test func aBatchOfOnesOwnImagesIsItsImages() throws {
    let program = try Program()
    defer { program.remove() }
    let demo = Golden.projectRoot.appendingPathComponent("Assets/demo"), control = program.home.appendingPathComponent("flag.png")
    let pixels: [UInt8] = (0..<64 * 64).flatMap { index -> [UInt8] in index % 64 < 32 ? [0, 200, 60] : [120, 120, 120] }
    try Image(width: 64, height: 64, channels: 3, pixels: pixels).writePNG(to: control)
    let preview = program.home.appendingPathComponent("preview.png")
    let common = [
      "generate", "--model", demo.appendingPathComponent("sd").path, "--controlnet", demo.appendingPathComponent("controlnet-mask").path,
      "--control", control.path, "--prompt", "a tree", "--steps", "3", "--guidance", "2",
    ]
    let batch = try generate(program, common + ["--seed", "4", "--batch", "2", "--preview", preview.path, "--profile"], into: "batch")
    let alone = try generate(program, common + ["--seed", "5", "--low-memory"], into: "alone")
    #expect(batch.keys.sorted() == ["flag_0.png", "flag_1.png", "flag_control.png"])
    #expect(batch["flag_1.png"] == alone["flag_0.png"] && batch["flag_0.png"] != batch["flag_1.png"])
    let seen = try Image(pngOrJpeg: preview)
    #expect(seen.width == 8 && seen.height == 8)
    let profiled = try program.run(common + ["--profile", "--out", program.home.appendingPathComponent("profiled").path])
    #expect(profiled.standardError.contains("step 3: ") && profiled.standardError.contains("GFLOP/s"))
    #expect(try program.run(common + ["--batch", "0", "--out", program.home.path]).status == 2)
  }

  private func relativeL2(_ a: [Float], _ b: [Float]) -> Double {
    let difference = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return (difference / b.reduce(0.0) { $0 + Double($1 * $1) }).squareRoot()
  }
}
