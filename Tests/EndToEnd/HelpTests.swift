import Foundation
import TestSupport
import Testing

/// What the program says of its own use: help in groups with examples that hold, and what was probably meant by a misspelt word.
@Suite(.timeLimit(.minutes(15))) struct HelpTests {
  private static let commands = [
    "explore", "condition", "generate", "evaluate", "sweep", "dataset", "dataset info", "dataset list", "dataset prepare", "models",
    "models list",
    "models info", "models convert", "models pull", "forward", "queue", "queue add", "queue run", "verify", "report", "render", "cluster",
    "cluster submit", "doctor",
  ]

  /// With those that need no examples of their own.
  private static let all =
    commands + [
      "cluster submit generate", "cluster submit evaluate", "cluster submit sweep", "cluster status", "cluster collect", "queue list",
    ]

  private func help(_ program: Program, _ command: [String]) throws -> String {
    let output = try program.run(command + ["--help"])
    #expect(output.status == 0, "\(command) \(output.standardError)")
    return output.standardOutput
  }

  /// The examples of a help page, lines that end in a backslash joined with the next.
  private func examples(_ page: String) -> [String] {
    let lines = page.components(separatedBy: "\n"), first = lines.firstIndex(of: "EXAMPLES:") ?? lines.endIndex
    let block = lines[first...].dropFirst().prefix { $0.hasPrefix("  ") }
    #expect(block.allSatisfy { $0.count <= 80 }, "\(block)")
    let joined = block.joined(separator: "\n").replacingOccurrences(of: "\\\n", with: " ")
    return joined.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test(arguments: commands) func threeExamplesWhoseOptionsAreThere(command: String) throws {
    let program = try Program()
    defer { program.remove() }
    let own = examples(try help(program, command.split(separator: " ").map(String.init)))
    #expect(own.count == 3, "\(command): \(own)")
    for example in own {
      let words = example.split(separator: " ").map(String.init)
      #expect(words.first == "diffss")
      // The command of the example is its first words, as far as they are one.
      let path = (1...3).reversed().map { words.dropFirst().prefix($0).joined(separator: " ") }.first(where: Self.all.contains) ?? "explore"
      let page = try help(program, path.split(separator: " ").map(String.init))
      for option in words where option.hasPrefix("--") {
        #expect(page.contains("\(option) ") || page.contains("\(option)\n"), "\(option) of \(example)")
      }
    }
  }

  @Test func optionsStandInGroups() throws {
    let program = try Program()
    defer { program.remove() }
    for (command, groups) in [
      ("generate", ["DATA", "CONDITION", "DIFFUSION", "MODELS", "AN IMAGE OF YOUR OWN", "OUTPUT", "MACHINE"]),
      ("evaluate", ["DATA", "NETWORK", "CONDITION", "DIFFUSION", "OUTPUT", "MACHINE"]),
      ("sweep", ["DATA", "VARIED", "NETWORK", "OUTPUT", "MACHINE"]),
      ("condition", ["DATA", "CONDITION", "OUTPUT", "MACHINE"]), ("explore", ["DATA", "MODELS", "MACHINE"]),
    ] {
      let page = try help(program, [command])
      for group in groups { #expect(page.contains("\n\(group):\n"), "\(command): \(group)") }
    }
  }

  @Test(arguments: [
    (["genrate", "--out", "x"], "there is no command `diffss genrate`", "did you mean `diffss generate`? there are explore, "),
    (["models", "pul"], "there is no command `diffss models pul`", "did you mean `diffss models pull`? there are list, "),
    (["queue", "ad"], "there is no command `diffss queue ad`", "did you mean `diffss queue add`?"),
    (["train"], "there is no command `diffss train`", "there are explore, "),
    (["evaluate", "--network", "dcma"], "'dcma' is invalid", "did you mean dcama? see `diffss evaluate --help`"),
    (["sweep", "--network", "bam,hsnt"], "'bam,hsnt' is invalid", "did you mean hsnet? see `diffss sweep --help`"),
    (["generate", "--condition", "scrible", "--out", "x"], "did you mean scribble?", "see `diffss generate --help`"),
    (["dataset", "info", "--dataset", "coko"], "'coko' is invalid", "did you mean coco? see `diffss dataset info --help`"),
    (["generate", "--stepps", "3", "--out", "x"], "Did you mean '--steps'?", "see `diffss generate --help`"),
    (["--datset", "coco"], "Did you mean '--dataset'?", "see `diffss explore --help`"),
    (["help", "evalute"], "there is no command `diffss evalute`", "did you mean `diffss evaluate`?"),
    (["evalute", "--help"], "there is no command `diffss evalute`", "did you mean `diffss evaluate`?"),
    (["help", "models", "pul"], "there is no command `diffss models pul`", "did you mean `diffss models pull`?"),
    (["evaluate", "--dataset", "demo", "--root", "/tmp"], "--root is for other data sets", "see `diffss evaluate --help`"),
    (
      ["generate", "--image", "c.png", "--mask", "c.png", "--class-indx", "16", "--out", "x"],
      "--class-index or --class-name missing (--class-indx is no option):", "see `diffss generate --help`"
    ),
    (
      ["generate", "--image", "c.png", "--out", "x"],
      "--mask and --class-index or --class-name missing: --image, --mask and the class belong together", "see `diffss generate --help`"
    ),
  ]) func aMisspeltWordIsToldWithTheNearest(words: [String], message: String, hint: String) throws {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(words)
    #expect(
      output.status == 2 && output.standardError.contains(message) && output.standardError.contains(hint),
      "\(words) \(output.standardError)")
  }
}
