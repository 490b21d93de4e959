import Foundation
import Models
import Render
import TestSupport
import Testing

@Suite struct GenerateTests {
  private static let oneSupport = [
    "generate", "--dataset", "demo", "--fold", "0", "--condition", "mask", "--steps", "6", "--seed", "7", "--limit", "1",
  ]

  /// The pictures of a run, by file name.
  private func paint(_ program: Program, _ arguments: [String], into name: String) throws -> [String: Data] {
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
    // Two homes: the second run finds nothing in its store and has to paint again.
    let once = try paint(first, Self.oneSupport + ["--shots", "3"], into: "out")
    let again = try paint(second, Self.oneSupport + ["--shots", "3"], into: "out")
    #expect(once == again)
    let pictures = once.filter { !$0.key.hasSuffix("_control.png") }
    #expect(pictures.count == 3 && once.count == 4)
    #expect(Set(pictures.values).count == 3)
  }

  @Test func askingAgainPaintsNothing() throws {
    let program = try Program()
    defer { program.remove() }
    let once = try paint(program, Self.oneSupport + ["--shots", "1"], into: "once")
    let again = try paint(program, Self.oneSupport + ["--shots", "1"], into: "again")
    #expect(once == again)
  }

  @Test func theRequestIsInsideThePicture() throws {
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
    let text = try PictureText.read(URL(fileURLWithPath: outcome.file))
    #expect(text["parameters"]?.contains("Steps: 6") == true)
    #expect(text["diffss"]?.contains("\"seed\":\(outcome.request.seed)") == true)
    #expect(outcome.request.steps == 6)
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

  /// A batch, a picture by itself and one painted in little memory are the same; the first two steps can be watched.
  @Test func aBatchOfOnesOwnPicturesIsItsPictures() throws {
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
    let batch = try paint(program, common + ["--seed", "4", "--batch", "2", "--preview", preview.path, "--profile"], into: "batch")
    let alone = try paint(program, common + ["--seed", "5", "--low-memory"], into: "alone")
    #expect(batch.count == 2 && batch["flag_1.png"] == alone["flag_0.png"] && batch["flag_0.png"] != batch["flag_1.png"])
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
