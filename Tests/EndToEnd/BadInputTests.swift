import Foundation
import Render
import TestSupport
import Testing

/// Every failure: `error:` and `hint:` on standard error, exit status 2, nothing half-written.
@Suite(.timeLimit(.minutes(15))) struct BadInputTests {
  private func expectFailure(
    _ arguments: [String], says text: String, status: Int32 = 2, environment: [String: String] = [:],
    prepare: (URL) throws -> [String] = { _ in [] }
  ) throws {
    let program = try Program()
    defer { program.remove() }
    let extra = try prepare(program.home)
    let out = program.home.appendingPathComponent("result")
    let output = try program.run(arguments + extra + (arguments.first == "condition" ? ["--out", out.path] : []), environment: environment)
    #expect(output.status == status, "\(output.standardError)")
    #expect(output.standardError.contains("error: "), "\(output.standardError)")
    #expect(output.standardError.contains("hint: "), "\(output.standardError)")
    #expect(output.standardError.contains(text), "\(output.standardError)")
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  private func blank(_ width: Int, _ height: Int) -> Image { Image(width: width, height: height, color: [90, 120, 150]) }

  private func pair(_ home: URL, mask: LabelMask, width: Int = 64, height: Int = 64) throws -> [String] {
    let image = home.appendingPathComponent("image.png"), labels = home.appendingPathComponent("mask.png")
    try blank(width, height).writePNG(to: image)
    try mask.writePNG(to: labels)
    return ["--image", image.path, "--mask", labels.path, "--class-index", "3"]
  }

  private let condition = ["condition", "--type", "mask", "--resolution", "64"]

  @Test func unknownOption() throws { try expectFailure(["generate", "--out", "nowhere", "--bogus"], says: "bogus") }

  @Test func noTerminal() throws { try expectFailure(["explore"], says: "generate") }

  @Test func missingRoot() throws {
    try expectFailure(["dataset", "info", "--dataset", "coco"], says: "--root")
  }

  @Test func sizesDiffer() throws {
    try expectFailure(condition, says: "64x64") { home in
      try pair(home, mask: LabelMask(width: 32, height: 64, labels: [UInt8](repeating: 3, count: 2048)))
    }
  }

  @Test func emptyMask() throws {
    try expectFailure(condition, says: "is empty") { home in
      try pair(home, mask: LabelMask(width: 64, height: 64, labels: [UInt8](repeating: 0, count: 4096)))
    }
  }

  @Test func classAbsentNamesThosePresent() throws {
    try expectFailure(condition, says: "5") { home in
      try pair(home, mask: LabelMask(width: 64, height: 64, labels: [UInt8](repeating: 5, count: 4096)))
    }
  }

  @Test(arguments: [
    (["--threshold", "255"], "--threshold must be 0...254"), (["--dilation", "129"], "--dilation must be 0...128"),
    (["--blur", "nan"], "--blur must be 0...10"), (["--canny-high", "1001"], "--canny-high must be 0...1000"),
  ]) func knobsOutOfRange(knob: [String], text: String) throws {
    try expectFailure(condition + knob, says: text)
    try expectFailure(["generate", "--limit", "1", "--out", "nowhere"] + knob, says: text)
  }

  @Test(arguments: [
    (["--shots", "3", "--batch", "4"], "more images together than the 3 of --shots"), (["--fold", "1"], "belong to a data set"), (["--dataset", "coco"], "belong to a data set"),
    (["--limit", "2"], "belong to a data set"),
  ]) func anImageOfOnesOwnIsNoDataSet(words: [String], text: String) throws {
    try expectFailure(["generate", "--out", "nowhere"] + words, says: text) { home in
      try pair(home, mask: LabelMask(width: 64, height: 64, labels: [UInt8](repeating: 3, count: 4096)))
    }
  }

  /// Control images that come ready are made by no setting; nothing is written before sizes are known to be right.
  @Test(arguments: [
    (["--condition", "scribble"], "--condition makes a control image"), (["--resolution", "64"], "--resolution makes"),
    (["--ade", "5"], "--ade belongs"), (["--detector-weights", "x"], "--detector-weights belongs"), (["--width", "100"], "multiple of 8"),
    (["--width", "128", "--height", "64"], "64x64"),
    (["--preview", "/nowhere/x.png"], "--preview /nowhere/x.png"), (["--latents", "/nowhere/x"], "--latents /nowhere/x"),
  ]) func readyControlImages(words: [String], text: String) throws {
    let program = try Program()
    defer { program.remove() }
    let control = program.home.appendingPathComponent("c.png"), out = program.home.appendingPathComponent("out")
    try blank(64, 64).writePNG(to: control)
    let own = ["--control", control.path, "--controlnet", "controlnet-mask", "--model", "sd"]
    let output = try program.run(["generate", "--prompt", "x", "--steps", "1", "--out", out.path] + own + words)
    #expect(output.status == 2 && output.standardError.contains(text) && output.standardError.contains("hint: "), "\(output.standardError)")
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  /// The first weights of a ControlNet tell its names and widths; one that is no tensor is named itself.
  @Test(arguments: [
    ("control-array.pth", "controlnet_cond_embedding.blocks.1.weight"), ("control-negated.pth", "controlnet_cond_embedding.conv_in.weight"),
  ]) func oddWeightsOfAControlNet(name: String, weight: String) throws {
    let program = try Program()
    defer { program.remove() }
    let control = program.home.appendingPathComponent("c.png"), out = program.home.appendingPathComponent("out")
    try blank(64, 64).writePNG(to: control)
    let net = Golden.fixture("torch/\(name)").path, own = ["--control", control.path, "--controlnet", net, "--model", "sd"]
    let output = try program.run(["generate", "--prompt", "x", "--steps", "1", "--out", out.path] + own)
    #expect(output.status == 2 && output.standardError.contains("weight \(weight)"), "\(output.standardError)")
    #expect(!output.standardError.contains("wrong shape") && !output.standardError.contains("not a ControlNet"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test(arguments: [["queue", "add", "--limit", "1"], ["evaluate", "--episodes", "1"], ["generate", "--limit", "1", "--out", "nowhere"]])
  func oneControlScaleForADataSet(command: [String]) throws {
    try expectFailure(command + ["--control-scale", "1", "--control-scale", "2"], says: "several --control-scale")
    let words = ["generate", "--limit", "1", "--out", "nowhere", "--ade", "4"]
    try expectFailure(words, says: "--ade belongs to an image of your own")
  }

  @Test(arguments: [["generate", "--limit", "1", "--out", ""], ["report", "--out="], ["explore", "--root", ""]])
  func aPathWithoutAName(command: [String]) throws {
    try expectFailure(command, says: "is given no name")
  }

  @Test func noControlNetForCanny() throws {
    try expectFailure(["generate", "--condition", "canny", "--limit", "1"], says: "no ControlNet for the condition canny") { home in
      ["--out", home.appendingPathComponent("pictures").path]
    }
  }

  @Test(arguments: [
    (["--steps", "2,x"], "--steps must be 1...1000, not \"x\""), (["--min-agreement", "2"], "--min-agreement must be 0...1"), (["--network", "bam,pspnet"], "pspnet"),
    (["--min-agreement", "0.5", "--aux-shots", "0,2"], "needs --aux-shots above 0"), (["--guidance", ""], "--guidance"),
    (["--fold", "7"], "fold"), (["--control-scale", "-1"], "control"), (["--guidance", "2,2.0"], "names a value twice"),
    (["--steps", "1,01"], "names a value twice"), (["--guidance", "0,-0"], "names a value twice"), (["--steps", "1,"], "not \"\""),
  ]) func listsThatCannotBeSwept(lists: [String], text: String) throws {
    try expectFailure(["sweep", "--episodes", "1"] + lists, says: text)
  }

  @Test func brokenImage() throws {
    try expectFailure(condition, says: "image.png") { home in
      let arguments = try pair(home, mask: LabelMask(width: 64, height: 64, labels: [UInt8](repeating: 3, count: 4096)))
      let file = home.appendingPathComponent("image.png")
      try Data(contentsOf: file).prefix(60).write(to: file)
      return arguments
    }
  }

  @Test func weightsThatLie() throws {
    try expectFailure(["forward", "--network", "unet"], says: "weights.safetensors") { home in
      let file = home.appendingPathComponent("weights.safetensors")
      try Data([255, 255, 255, 255, 255, 255, 255, 127] + Array("{}".utf8)).write(to: file)
      return ["--weights", file.path, "--input", file.path, "--output", home.appendingPathComponent("result").path]
    }
  }

  /// Standard error is a log on a disk that may be full; what is said there ends no run.
  @Test func aLogWithoutRoom() throws {
    let program = try Program(), process = Process()
    defer { program.remove() }
    process.executableURL = URL(fileURLWithPath: Program.path)
    (process.arguments, process.environment) = (["evaluate", "--episodes", "0"], program.environment)
    (process.standardInput, process.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
    try process.runToEnd()
    #expect(process.terminationReason == .exit && process.terminationStatus == 2)
  }
}
