import Foundation
import Render
import TestSupport
import Testing

/// One sentence, one hint, one path: whatever file is bad, and whichever command reads it.
@Suite struct ErrorTextTests {
  /// What may be where a file is expected.
  private static let contents: [(name: String, bytes: [UInt8]?)] = [
    ("missing", nil), ("empty", []), ("page", Array("<!DOCTYPE html><html></html>".utf8)), ("archive", Array("PK\u{3}\u{4}".utf8)),
    ("pointer", Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8)), ("noise", (0..<200).map { UInt8($0 * 37 & 255) }),
    ("halfPNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]), ("halfJPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]),
    ("json", Array("{\"a\": [1, 2}".utf8)),
  ]

  /// Commands with the bad file in place of FILE, and a good image and mask.
  private static let commands: [[String]] = [
    ["condition", "--image", "FILE", "--mask", "MASK", "--class-index", "1", "--type", "mask", "--out", "OUT"],
    ["condition", "--image", "GOOD", "--mask", "FILE", "--class-index", "1", "--type", "mask", "--out", "OUT"],
    ["condition", "--image", "GOOD", "--mask", "MASK", "--class-index", "1", "--type", "hed", "--detector-weights", "FILE", "--out", "OUT"],
    ["generate", "--control", "FILE", "--prompt", "x", "--out", "OUT"],
    ["generate", "--image", "FILE", "--mask", "MASK", "--class-index", "1", "--out", "OUT"],
    ["generate", "--list", "FILE", "--out", "OUT"],
    ["evaluate", "--episode-list", "FILE", "--episodes", "1", "--aux-shots", "0"],
    ["evaluate", "--lists", "FILE", "--episodes", "1", "--aux-shots", "0"],
    ["report", "--evaluation", "FILE", "--out", "OUT"],
    ["report", "--images", "FILE", "--out", "OUT"],
    ["verify", "FILE"],
    ["render", "FILE"],
    ["render", "GOOD", "--mask", "FILE"],
    ["render", "GOOD", "--mask", "MASK", "--overlay", "error", "--prediction", "FILE"],
    ["dataset", "info", "--dataset", "pascal", "--root", "FILE"],
    ["dataset", "info", "--root", "FILE"],
  ]

  /// `isOne` says that one thing is wrong; a text in a list's place names many images that are not there.
  private func check(_ output: Program.Output, home: String, _ what: String, isOne: Bool = true) {
    for line in (output.standardError + output.standardOutput).split(separator: "\n") {
      let words = line.split { " :,;\"()".contains($0) }.filter { $0.hasPrefix(home) }
      #expect(Set(words).count == words.count, "a path twice, \(what): \(line)")
      for phrase in ["cannot read", "cannot write", "is broken", "is not a PNG", "cannot be used"] {
        #expect(line.components(separatedBy: phrase).count <= 2, "\(phrase) twice, \(what): \(line)")
      }
      #expect(line.range(of: #"is not a (PNG|PNG or JPEG) file: it is a (PNG|JPEG) file"#, options: .regularExpression) == nil, "\(what): \(line)")
      #expect(!line.contains("DecodingError") && !line.contains("Context(") && !line.contains("Swift."), "\(what): \(line)")
    }
    let (errors, hints) = (output.standardError.components(separatedBy: "error: ").count - 1, output.standardError.components(separatedBy: "hint: ").count - 1)
    #expect(errors == hints && (isOne ? errors == 1 : errors >= 1), "\(what): \(output.standardError)")
  }

  @Test(arguments: commands) func aBadFileIsNamedOnce(command: [String]) throws {
    let program = try Program()
    defer { program.remove() }
    let home = program.home.path
    try Image(width: 16, height: 16, color: [90, 120, 150]).writePNG(to: program.home.appendingPathComponent("good.png"))
    try LabelMask(width: 16, height: 16, labels: [UInt8](repeating: 1, count: 256)).writePNG(to: program.home.appendingPathComponent("mask.png"))
    let places = ["GOOD": "\(home)/good.png", "MASK": "\(home)/mask.png", "OUT": "\(home)/result"]
    for (name, bytes) in Self.contents {
      let file = program.home.appendingPathComponent(name)
      if let bytes { try Data(bytes).write(to: file) }
      let arguments = command.map { $0 == "FILE" ? file.path : places[$0] ?? $0 }
      let output = try program.run(arguments)
      #expect(output.status != 0, "\(arguments)")
      check(output, home: home, "\(command[0]) \(name)", isOne: !command.contains("--list"))
    }
  }

  @Test func aBadConfigurationIsNamedOnce() throws {
    let program = try Program()
    defer { program.remove() }
    let file = program.home.appendingPathComponent("config/diffss/config.toml")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    for (name, bytes) in Self.contents where !(bytes ?? []).isEmpty {
      try Data(bytes ?? []).write(to: file)
      check(try program.run(["dataset", "list", "--dataset", "demo", "--episodes", "1"]), home: program.home.path, name)
    }
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    check(try program.run(["dataset", "list", "--dataset", "demo", "--episodes", "1"]), home: program.home.path, "a folder")
  }

  /// Every problem of a data set says what is wrong with a file that its row has named.
  @Test func problemsOfADataSetNameNoFileTwice() throws {
    let program = try Program()
    defer { program.remove() }
    let root = program.home.appendingPathComponent("root")
    for name in ["images", "masks"] { try FileManager.default.createDirectory(at: root.appendingPathComponent(name), withIntermediateDirectories: true) }
    try Data("cup\nmug\n".utf8).write(to: root.appendingPathComponent("names.txt"))
    for (name, bytes) in Self.contents {
      guard let bytes else { continue }
      for (image, mask) in [("i-\(name)", "good"), ("m-\(name)", "bad")] {
        let imageFile = root.appendingPathComponent("images/\(image).png"), maskFile = root.appendingPathComponent("masks/\(image).png")
        if mask == "good" {
          try Data(bytes).write(to: imageFile)
          try LabelMask(width: 8, height: 8, labels: [UInt8](repeating: 1, count: 64)).writePNG(to: maskFile)
        } else {
          try Image(width: 8, height: 8, color: [1, 2, 3]).writePNG(to: imageFile)
          try Data(bytes).write(to: maskFile)
        }
      }
    }
    let output = try program.run(["dataset", "info", "--root", root.path, "--json"])
    #expect(output.status == 1)
    struct Report: Decodable {
      struct Problem: Decodable { let kind: String, name: String, detail: String }
      let problems: [Problem]
    }
    let problems = try JSONDecoder().decode(Report.self, from: Data(output.standardOutput.utf8)).problems
    #expect(problems.count >= 2 * (Self.contents.count - 1))
    for problem in problems {
      #expect(!problem.detail.contains(root.path) && !problem.detail.contains("cannot read"), "\(problem.name): \(problem.detail)")
    }
    // And where they are used.
    let generated = try program.run(["generate", "--root", root.path, "--dataset", "folder", "--shots", "1", "--steps", "1", "--resolution", "64", "--out", "\(program.home.path)/out"])
    for line in generated.standardError.split(separator: "\n") where line.hasPrefix("error: ") {
      let paths = line.split(separator: " ").filter { $0.hasPrefix(root.path) }
      #expect(paths.count <= 1, "\(line)")
    }
  }
}
