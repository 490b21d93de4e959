import Foundation
import Render
import Testing

/// Weights of the demo on data of one's own: said at the start, in every table and document, and in the images.
@Suite(.timeLimit(.minutes(15))) struct DemoWeightsTests {
  /// Two classes of FSS-1000 with three images each.
  private func fss(_ program: Program) throws -> [String] {
    let root = program.home.appendingPathComponent("fss")
    for (place, name) in ["crt_screen", "screw"].enumerated() {
      let folder = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for number in 1...3 {
        let inside = (0..<96 * 80).map { (20 + number..<70).contains($0 % 96) && (16..<60).contains($0 / 96) }
        let pixels: [UInt8] = inside.flatMap { isInside -> [UInt8] in isInside ? [200, UInt8(40 * number), 40] : [30, 90, UInt8(60 + 90 * place)] }
        try Data(Image(width: 96, height: 80, channels: 3, pixels: pixels).jpegData()).write(to: folder.appendingPathComponent("\(number).jpg"))
        try Image(width: 96, height: 80, channels: 1, pixels: inside.map { $0 ? 255 : 0 }).writePNG(to: folder.appendingPathComponent("\(number).png"))
      }
    }
    return ["--dataset", "fss", "--root", root.path]
  }

  private let line = "Demo weights (hsnet/fold0.safetensors): toy networks"

  @Test func anEvaluationSaysItUnlessItIsMeantAndItsTableAlways() throws {
    let program = try Program()
    defer { program.remove() }
    let data = try fss(program), words = ["evaluate"] + data + ["--network", "hsnet", "--episodes", "4", "--aux-shots", "0", "--size", "96"]
    let told = try program.run(words)
    #expect(told.status == 0 && told.standardError.hasPrefix("warning: \(line)") && told.standardError.contains("--demo-weights"), "\(told)")
    #expect(told.standardOutput.contains(line))
    // Two lines, and the way to real weights where it is asked for.
    let lines = told.standardError.split(separator: "\n")
    #expect(lines.firstIndex { $0.hasPrefix("hint: `diffss doctor` says") } == 1, "\(lines)")
    #expect(!told.standardError.contains("models pull"))
    let meant = try program.run(words + ["--demo-weights"])
    #expect(meant.status == 0 && !meant.standardError.contains("warning") && meant.standardOutput == told.standardOutput, "\(meant)")
    #expect(try program.run(words + ["--json", "--demo-weights"]).standardOutput.contains(#""demoWeights":["hsnet/fold0.safetensors"]"#))
    #expect(try program.run(words + ["--csv", "--demo-weights"]).standardOutput.split(separator: "\n").dropFirst().allSatisfy { $0.contains(",hsnet/fold0.safetensors,float32,") })
    let sweep = try program.run(["sweep"] + data + ["--network", "hsnet", "--episodes", "2", "--aux-shots", "0", "--size", "96"])
    #expect(sweep.status == 0 && sweep.standardError.hasPrefix("warning: \(line)") && sweep.standardOutput.contains(line), "\(sweep)")
    let page = program.home.appendingPathComponent("r.html")
    #expect(try program.run(["report"] + data + ["--out", page.path]).status == 0)
    #expect(try String(contentsOf: page, encoding: .utf8).contains(line))
    // On the demo they are at home.
    let home = try program.run(["evaluate", "--network", "hsnet", "--episodes", "2", "--aux-shots", "0"])
    #expect(home.status == 0 && !(home.standardError + home.standardOutput).lowercased().contains("demo weights"), "\(home)")
  }

  @Test func everyImageSaysIt() throws {
    let program = try Program()
    defer { program.remove() }
    let data = try fss(program), out = program.home.appendingPathComponent("out")
    let told = try program.run(["generate"] + data + ["--limit", "1", "--shots", "1", "--steps", "1", "--resolution", "64", "--out", out.path])
    #expect(told.status == 0 && told.standardError.hasPrefix("warning: Demo weights (controlnet-mask, sd): "), "\(told)")
    #expect(try text(of: out)["Warning"]?.hasPrefix("Demo weights (controlnet-mask, sd): ") == true)
    let mask = program.home.appendingPathComponent("mask.png")
    try LabelMask(width: 96, height: 80, labels: (0..<96 * 80).map { $0 % 96 < 48 ? 3 : 0 }).writePNG(to: mask)
    let mine = program.home.appendingPathComponent("mine"), words = ["generate", "--image", "\(data[3])/screw/1.jpg", "--mask", mask.path, "--class-index", "3"]
    let single = try program.run(words + ["--resolution", "64", "--steps", "1", "--out", mine.path])
    #expect(single.status == 0 && single.standardError.contains("warning: Demo weights (controlnet-mask, sd): "), "\(single)")
    #expect(try text(of: mine)["Warning"]?.hasPrefix("Demo weights (controlnet-mask, sd): ") == true)
    // The demo's own images are as they were.
    let demo = program.home.appendingPathComponent("demo")
    let home = try program.run(["generate", "--limit", "1", "--shots", "1", "--steps", "1", "--out", demo.path])
    #expect(home.status == 0 && !home.standardError.contains("warning"), "\(home)")
    let text = try text(of: demo)
    #expect(Set(text.keys) == ["diffss", "parameters"] && text["diffss"]?.contains("demoWeights") == false)
  }

  /// What the first generated image of a folder says of itself.
  private func text(of folder: URL) throws -> [String: String] {
    let name = try #require(FileManager.default.subpathsOfDirectory(atPath: folder.path).first { $0.hasSuffix("_0.png") })
    return try ImageText.of([UInt8](Data(contentsOf: folder.appendingPathComponent(name))))
  }

  @Test func theOthersSayItToo() throws {
    let program = try Program()
    defer { program.remove() }
    let data = try fss(program)
    let plain = try program.run(["explore", "--plain"] + data, input: "q\n")
    #expect(plain.standardOutput.contains("warning: demo weights on fss") && plain.standardOutput.contains("--demo-weights"), "\(plain)")
    #expect(try !program.run(["explore", "--plain", "--demo-weights"] + data, input: "q\n").standardOutput.contains("warning: demo weights"))
    let queued = try program.run(["queue", "add"] + data + ["--limit", "1", "--shots", "1"])
    #expect(queued.status == 0 && queued.standardError.hasPrefix("warning: Demo weights ("), "\(queued)")
    let doctor = try program.run(["doctor"] + data)
    #expect(doctor.standardOutput.contains("limited  weights for fss: Demo weights ("), "\(doctor)")
    #expect((doctor.standardOutput + doctor.standardError).contains("diffss models pull"), "\(doctor)")
    #expect(try !program.run(["doctor"]).standardOutput.contains("weights for "))
  }
}
