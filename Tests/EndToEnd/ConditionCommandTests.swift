import Foundation
import Render
import TestSupport
import Testing

/// `diffss condition` on a demo scene, by the demo's own edge detector.
@Suite(.timeLimit(.minutes(15))) struct ConditionCommandTests {
  /// The stages written by one run, by name, and the control image as `out`.
  private func stages(_ program: Program, _ arguments: String...) throws -> [String: Image] {
    let scene = Golden.fixture("opencv/scene.png"), folder = program.home.appendingPathComponent("stages")
    let mask = program.home.appendingPathComponent("classes.png"), out = program.home.appendingPathComponent("out.png")
    try? FileManager.default.removeItem(at: folder)
    let size = try Image(pngOrJpeg: scene)
    var labels = LabelMask(width: size.width, height: size.height, labels: [UInt8](repeating: 0, count: size.width * size.height))
    for y in 20..<90 { for x in 30..<100 { labels[x, y] = 2 } }
    try labels.writePNG(to: mask)
    let output = try program.run(
      ["condition", "--image", scene.path, "--mask", mask.path, "--class-index", "2", "--classes", "demo", "--resolution", "128",
       "--stages", folder.path, "--out", out.path] + arguments)
    #expect(output.status == 0, "\(output.standardError)")
    var found = ["out": try Image(pngOrJpeg: out)]
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      found[file.deletingPathExtension().lastPathComponent] = try Image(pngOrJpeg: file)
    }
    return found
  }

  @Test func everyStageIsWritten() throws {
    let program = try Program()
    defer { program.remove() }
    let scribble = try stages(program, "--type", "scribble", "--threshold", "60", "--blur", "1", "--thinning")
    #expect(Set(scribble.keys) == ["resized", "mask", "blurred", "edge", "dilated", "masked", "threshold", "control", "out"])
    #expect(scribble["control"] == scribble["out"])
    #expect(scribble["threshold"] == scribble["masked"]?.thresholded(above: 60))
    #expect(scribble["control"] == scribble["threshold"]?.thinned.rgb)
    #expect(scribble["blurred"] == scribble["resized"]?.blurred(sigma: 1))

    let canny = try stages(program, "--type", "canny", "--canny-low", "40", "--canny-high", "80", "--dilation", "0")
    #expect(Set(canny.keys) == ["resized", "mask", "edge", "dilated", "masked", "control", "out"])
    #expect(canny["edge"] == canny["resized"]?.canny(low: 40, high: 80))
    #expect(canny["dilated"] == canny["mask"])
    #expect(canny["out"]?.pixels.contains(255) == true)
  }

  @Test func aFileOfSomebodyElseIsNoStage() throws {
    let program = try Program()
    defer { program.remove() }
    // Its own of a run before are replaced.
    _ = try stages(program, "--type", "mask")
    let folder = program.home.appendingPathComponent("stages"), own = folder.appendingPathComponent("mask.png")
    let scene = Golden.fixture("opencv/scene.png").path, mask = program.home.appendingPathComponent("classes.png")
    func run() throws -> Program.Output {
      try program.run([
        "condition", "--image", scene, "--mask", mask.path, "--class-index", "2", "--classes", "demo", "--type", "mask",
        "--stages", folder.path, "--out", folder.appendingPathComponent("c.png").path,
      ])
    }
    #expect(try run().status == 0)
    // A mask that the user drew stays, and nothing else is written.
    try FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: mask, to: own)
    let before = try Data(contentsOf: own), output = try run()
    #expect(output.status == 2 && output.standardError.contains("is not an image of this program"))
    #expect(try Data(contentsOf: own) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mask.png"])
  }

  @Test func aKnobThatDoesNotMatterChangesNothing() throws {
    let program = try Program()
    defer { program.remove() }
    #expect(try stages(program, "--type", "hed") == stages(program, "--type", "hed", "--threshold", "3", "--thinning", "--canny-low", "7"))
  }
}
