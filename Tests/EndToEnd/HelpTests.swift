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
    (
      ["generate", "--episodes", "3", "--out", "x"], "Unknown option '--episodes'. Did you mean '--limit'?", "see `diffss generate --help`"
    ),
    (["evaluate", "--limit", "3"], "Unknown option '--limit'. Did you mean '--episodes'?", "see `diffss evaluate --help`"),
    (["report", "--output", "x"], "Unknown option '--output'. Did you mean '--out'?", "see `diffss report --help`"),
    (["forward", "--out", "x"], "Unknown option '--out'. Did you mean '--output'?", "see `diffss forward --help`"),
    (["explore", "--seed", "3"], "Unknown option '--seed'. Did you mean '--episode-seed'?", "see `diffss explore --help`"),
    (["evaluate", "--nshot=5"], "Unknown option '--nshot'. Did you mean '--shots'?", "see `diffss evaluate --help`"),
    (
      ["sweep", "--num_inference_steps", "5"], "Unknown option '--num_inference_steps'. Did you mean '--steps'?",
      "see `diffss sweep --help`"
    ),
    (["condition", "--condition", "hed"], "Unknown option '--condition'. Did you mean '--type'?", "see `diffss condition --help`"),
    (["cluster", "submit", "generate", "--episodes", "3"], "Did you mean '--limit'?", "see `diffss cluster submit generate --help`"),
    (
      ["render", "--min-agreement", "1", "a.png"], "Unknown option '--min-agreement'\n",
      "it is an option of `diffss evaluate`, `diffss sweep`;"
    ),
    (["evaluate", "--lr", "3"], "Unknown option '--lr'\n", "see `diffss evaluate --help`"),
    (["generate", "--seed", "99999999999999999999", "--out", "x"], "is invalid for '--seed", "hint: it is too large; see"),
    (["models", "pull", "--revision", "x"], "--revision needs a name; `diffss models pull` lists", "see `diffss models pull --help`"),
    (["dataset", "info", "coco"], "Unexpected argument 'coco'", "write --dataset coco; see `diffss dataset info --help`"),
    (["queue", "list", "coco"], "Unexpected argument 'coco'", "hint: see `diffss queue list --help`"),
    (["render", "--size", "40", "a.png"], "The value '40' is invalid", "such as --size 40x20; see `diffss render --help`"),
    (["evaluate", "--seeds", "1,x"], "The value '1,x' is invalid", "such as --seeds 1,2,3; see"),
    (["sweep", "--aux-shots", "1;2"], "The value '1;2' is invalid", "such as --aux-shots 1,4; see"),
    (["sweep", "--min-agreement", "1;2"], "The value '1;2' is invalid", "such as --min-agreement 0,0.5; see"),
    (["evaluate", "--min-agreement", "half"], "The value 'half' is invalid", "such as --min-agreement 0.5; see"),
    (["evaluate", "--episodes", "1e3"], "The value '1e3' is invalid", "write a whole number, such as --episodes 3; see"),
    (
      ["generate", "--shard", "3", "--out", "x"], "--shard must be N/M with 1 <= N <= M, such as 2/8, not 3", "see `diffss generate --help`"
    ),
    (["help", "evalute"], "there is no command `diffss evalute`", "did you mean `diffss evaluate`?"),
    (["evalute", "--help"], "there is no command `diffss evalute`", "did you mean `diffss evaluate`?"),
    (["help", "models", "pul"], "there is no command `diffss models pul`", "did you mean `diffss models pull`?"),
    (["evaluate", "--dataset", "demo", "--root", "/tmp"], "--root is for other data sets", "see `diffss evaluate --help`"),
    (
      ["generate", "--image", "c.png", "--mask", "c.png", "--class-indx", "16", "--out", "x"],
      "Unknown option '--class-indx'. Did you mean '--class-index'?", "see `diffss generate --help`"
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
