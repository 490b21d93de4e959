import Foundation
import Render
import Testing

/// What is wrong with a command line is said before the work, in plain words.
@Suite(.timeLimit(.minutes(15))) struct PlainReasonTests {
  private func refuse(_ program: Program, _ arguments: [String], _ texts: [String], environment: [String: String] = [:]) throws {
    let output = try program.run(arguments, environment: environment)
    #expect(output.status == 2 && output.standardOutput.isEmpty, "\(arguments): \(output)")
    for text in texts { #expect(output.standardError.contains(text), "\(text): \(output.standardError)") }
    #expect(
      !output.standardError.contains("could not be completed") && !output.standardError.contains("NSCocoa"), "\(output.standardError)")
  }

  /// Hours of work are not done for a file that cannot be written.
  @Test func aFileThatCannotBeWrittenIsFoundFirst() throws {
    let program = try Program()
    defer { program.remove() }
    let file = program.home.appendingPathComponent("taken").path, folder = program.home.path
    try Data("a".utf8).write(to: URL(fileURLWithPath: file))
    for (out, reason) in [
      (folder, "names a folder"), ("\(folder)/g/", "names a folder"), ("\(file)/x.json", "\(file) is a file, not a folder"),
    ] {
      for command in [["evaluate", "--episodes", "2"], ["report"], ["dataset", "list", "--episodes", "2"]] {
        try refuse(program, command + ["--out", out], ["error: cannot write", reason, "hint: "])
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/data/diffss/images"), "nothing is generated before")
    }
    try refuse(program, ["sweep", "--episodes", "2", "--out", file], ["\(file) is a file, not a folder"])
    try refuse(program, ["generate", "--limit", "1", "--out", "/proc/x"], ["error: cannot write /proc/x", "/proc\n"])
    try refuse(
      program, ["queue", "list"], ["\(file) is a file, not a folder", "another data folder with $XDG_DATA_HOME"],
      environment: ["XDG_DATA_HOME": file])
  }

  @Test func foldersOfModelsThatAreNotThere() throws {
    let program = try Program()
    defer { program.remove() }
    let environment = ["DIFFSS_MODELS": "/no/fss"], named = "$DIFFSS_MODELS names /no/fss, where there is nothing"
    let doctor = try program.run(["doctor"], environment: environment)
    #expect(doctor.status == 1 && doctor.standardOutput.contains("BROKEN   weights: \(named)"), "\(doctor.standardOutput)")
    for command in [["models", "list"], ["evaluate", "--episodes", "1", "--aux-shots", "0"]] {
      let output = try program.run(command, environment: environment)
      #expect(output.status == 0 && output.standardError.contains("warning: \(named)"), "\(output.standardError)")
    }
    let given = try program.run(["doctor", "--models", "/no/such"])
    #expect(
      given.status == 1 && given.standardOutput.contains("--models /no/such: there is no such folder")
        && given.standardOutput.contains("BLAS"))
    try refuse(program, ["models", "list", "--models", "/no/such"], ["--models /no/such: there is no such folder"])
  }

  @Test func whatAValueLooksLike() throws {
    let program = try Program()
    defer { program.remove() }
    for name in ["--seed", "--fold", "--episodes"] {
      try refuse(program, ["evaluate", name, "-1"], ["hint: -1 is taken for an option: write \(name)=-1"])
    }
    try refuse(program, ["evaluate", "--seed=-1"], ["hint: it must be 0 or more"])
    try refuse(program, ["sweep", "--network", "bam,foo"], ["\"foo\" is none of them"])
    try refuse(program, ["sweep", "--network", "bam,bam"], ["is named twice"])
    try refuse(program, ["evaluate", "--fold", "0", "--all-folds"], ["--fold 0 and --all-folds: give one of them"])
    try refuse(program, ["sweep", "--aux", "/tmp", "--condition", "mask,hed"], ["--condition cannot be varied beside --aux"])
    let info = try program.run(["dataset", "info", "--root", try oneImage(program)])
    #expect(info.standardOutput.contains(": 1 image, 1 class, "), "\(info)")
    let aux = program.home.appendingPathComponent("aux").path
    #expect(
      try program.run(["generate", "--shots", "1", "--steps", "2", "--condition", "scribble", "--limit", "20", "--out", aux]).status == 0)
    let evaluated = try program.run(["evaluate", "--episodes", "40", "--aux-shots", "1", "--aux", aux, "--steps", "7"])
    #expect(evaluated.standardError.contains("warning: --steps means nothing beside --aux"), "\(evaluated.standardError)")
    #expect(evaluated.standardOutput.contains("; supports from \(aux) (scribble, ddim, 2 steps, guidance "), "\(evaluated.standardOutput)")
  }

  private func oneImage(_ program: Program) throws -> String {
    let root = program.home.appendingPathComponent("own")
    for name in ["images", "masks"] {
      try FileManager.default.createDirectory(at: root.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try Data("cup\n".utf8).write(to: root.appendingPathComponent("names.txt"))
    try Image(width: 8, height: 8, color: [1, 2, 3]).writePNG(to: root.appendingPathComponent("images/a.png"))
    try LabelMask(width: 8, height: 8, labels: [UInt8](repeating: 1, count: 64)).writePNG(to: root.appendingPathComponent("masks/a.png"))
    return root.path
  }

  /// `verify own/*.png` names the control images too.
  @Test func controlImagesAreNotVerified() throws {
    let program = try Program()
    defer { program.remove() }
    func path(_ name: String) -> String { program.home.appendingPathComponent(name).path }
    try Image(width: 128, height: 128, color: [90, 120, 150]).writePNG(to: URL(fileURLWithPath: path("dog.png")))
    let labels = (0..<128 * 128).map { (32..<96).contains($0 % 128) ? UInt8(3) : 0 }
    try LabelMask(width: 128, height: 128, labels: labels).writePNG(to: URL(fileURLWithPath: path("mask.png")))
    let own = ["--image", path("dog.png"), "--mask", path("mask.png"), "--class-index", "3", "--steps", "2", "--out", path("own")]
    #expect(try program.run(["generate"] + own).status == 0)
    let images = [path("own/dog_3_0.png"), path("own/dog_3_control.png")]
    let verified = try program.run(["verify"] + images)
    #expect(verified.status == 0, "\(verified)")
    #expect(verified.standardOutput == "identical  \(images[0])\nskipped  \(images[1]): a control image, which is not generated\n")
    #expect(try program.run(["verify", images[1]]).status == 2)
    #expect(try program.run(["verify", path("dog.png")]).standardError.contains("hint: diffss makes an image again by the request"))
  }
}
