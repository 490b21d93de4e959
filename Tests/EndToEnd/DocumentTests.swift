import Foundation
import TestSupport
import Testing

/// The documents of `--json` that other people's scripts read: every path in them and its type, as the program of 28 November 2026 wrote them
/// (Tests/Fixtures/documents). A path that is only sometimes there is not asked for.
@Suite(.timeLimit(.minutes(15))) struct DocumentTests {
  private static let small = ["--steps", "1", "--resolution", "64"]
  private static let commands: [(name: String, words: [String])] = [
    ("dataset-info", ["dataset", "info", "--json"]),
    ("dataset-list", ["dataset", "list", "--episodes", "2", "--json"]),
    ("doctor", ["doctor", "--json"]),
    ("models-list", ["models", "list", "--json"]),
    ("models-info", ["models", "info", "Assets/demo/sd", "--json"]),
    ("generate", ["generate", "--limit", "1", "--shots", "1", "--out", "OUT", "--json"] + small),
    ("verify", ["verify", "PICTURE", "--json"]),
    ("queue-add", ["queue", "add", "--limit", "1", "--shots", "1"] + small),
    ("queue-list", ["queue", "list", "--json"]),
    ("evaluate", ["evaluate", "--network", "hsnet", "--episodes", "2", "--aux-shots", "1", "--size", "96", "--min-agreement", "0.5", "--json"] + small),
    ("sweep", ["sweep", "--network", "hsnet", "--guidance", "1,2", "--episodes", "2", "--aux-shots", "1", "--size", "96", "--json"] + small),
  ]

  /// `plan.options.steps: number`; elements of a list are one path, `[]`.
  private static func paths(_ value: Any, at path: String = "") -> Set<String> {
    switch value {
    case let object as [String: Any]:
      return object.reduce(into: []) { $0.formUnion(paths($1.value, at: path.isEmpty ? $1.key : "\(path).\($1.key)")) }
    case let list as [Any]: return list.reduce(into: ["\(path): list"]) { $0.formUnion(paths($1, at: "\(path)[]")) }
    case is String: return ["\(path): string"]
    case is NSNull: return ["\(path): null"]
    default: return ["\(path): number"]
    }
  }

  @Test func everyPathStays() throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("pictures").path
    func image() throws -> String {
      let names = FileManager.default.enumerator(atPath: out)?.compactMap { $0 as? String } ?? []
      return "\(out)/\(try #require(names.first { $0.hasSuffix(".png") && !$0.contains("control") }))"
    }
    for command in Self.commands {
      let output = try program.run(command.words.map { try $0 == "OUT" ? out : $0 == "PICTURE" ? image() : $0 })
      // The doctor finds fault with what a test's machine lacks.
      #expect(output.status == 0 || command.name == "doctor", "\(command.name): \(output.standardError)")
      guard command.words.contains("--json") else { continue }
      let found = Self.paths(try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)))
      let fixture = Golden.fixture("documents/\(command.name).txt")
      let wanted = Set(try String(contentsOf: fixture, encoding: .utf8).split(separator: "\n").map(String.init))
      #expect(!wanted.isEmpty && wanted.subtracting(found).isEmpty, "\(command.name) lacks \(wanted.subtracting(found).sorted())")
    }
  }

  /// A request is an image's identity: those of the command line's own words, whole.
  @Test func theSettingsOfAnEvaluationStay() throws {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(
      ["evaluate", "--network", "hsnet", "--episodes", "1", "--aux-shots", "1", "--size", "96", "--json", "--condition", "scribble", "--threshold", "99",
        "--dilation", "7", "--blur", "0.5", "--thinning", "--detector", "hed", "--detect-resolution", "128", "--sampler", "dpmpp-2m-karras",
        "--timestep-spacing", "trailing", "--guidance", "4.5", "--control-scale", "0.75", "--control-start", "0.1", "--control-end", "0.9",
        "--guess-mode", "--prompt", "a {name}", "--negative-prompt", "dark", "--seed", "5"] + Self.small)
    #expect(output.status == 0, "\(output.standardError)")
    let document = try #require(try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    let options = try #require((document["plan"] as? [String: Any])?["options"] as? [String: Any])
    let wanted = try JSONSerialization.jsonObject(with: Data(contentsOf: Golden.fixture("documents/options.json")))
    #expect(NSDictionary(dictionary: options) == wanted as? NSDictionary, "\(options)")
  }
}
