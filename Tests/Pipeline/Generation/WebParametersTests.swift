import Foundation
import Generation
import Testing

/// `parameters` as the web interface's own reader takes them apart (stable-diffusion-webui 1.10.1, `modules/infotext_utils.py`,
/// `parse_generation_parameters`), which is written down here again.
@Suite struct WebParametersTests {
  private struct Infotext {
    var prompt = "", negative = ""
    var settings: [String: String] = [:]

    init(_ text: String) throws {
      var lines = Self.strip(text).components(separatedBy: "\n")
      let last = lines.removeLast()
      var isNegative = false
      for line in lines {
        var line = Self.strip(line)
        if line.hasPrefix("Negative prompt:") {
          isNegative = true
          line = Self.strip(String(line.dropFirst(16)))
        }
        if isNegative { negative += (negative.isEmpty ? "" : "\n") + line } else { prompt += (prompt.isEmpty ? "" : "\n") + line }
      }
      settings = try Self.pairs(last)
    }

    /// Python's `str.strip`, which leaves a space without width.
    static func strip(_ text: String) -> String {
      let start = text.unicodeScalars.drop { $0.properties.isWhitespace }
      let end = start.reversed().drop { $0.properties.isWhitespace }
      return String(String.UnicodeScalarView(end.reversed()))
    }

    static func pairs(_ line: String) throws -> [String: String] {
      let pattern = try NSRegularExpression(pattern: #"\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)"#)
      var pairs: [String: String] = [:]
      for match in pattern.matches(in: line, range: NSRange(line.startIndex..., in: line)) {
        guard let key = Range(match.range(at: 1), in: line), let value = Range(match.range(at: 2), in: line) else { continue }
        let text = String(line[value])
        let isQuoted = text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
        pairs[String(line[key])] = isQuoted ? try JSONDecoder().decode(String.self, from: Data(text.utf8)) : text
      }
      return pairs
    }
  }

  private func read(_ change: (inout GenerationRequest) -> Void) throws -> Infotext {
    var request = plainRequest()
    change(&request)
    let weights = [request.models.diffusion: String(repeating: "a", count: 64), "v": String(repeating: "b", count: 64), "l, 1": String(repeating: "c", count: 64)]
    return try Infotext(#require(ImageMetadata(key: "k", request: request, weights: weights).entries()["parameters"]))
  }

  @Test(arguments: [
    "dream, v2: CFG scale: 12", "plain", "a:b", "a,b", "\"quoted\"", "one \" quote", "back\\slash, and", "line\nSteps: 5, Seed: 1", "Größe, 茶", " blank ", "a\tb",
    "x, Seed: 3", "\"", "tail\\",
  ]) func namesReadBackAsTheyAre(name: String) throws {
    let text = try read { $0.models = ModelChoice(diffusion: name, controlNet: "net, \(name)") }
    #expect(text.settings["Model"] == name)
    #expect(text.settings["Seed"] == "7" && text.settings["Steps"] == "3" && text.settings["Model hash"] == "aaaaaaaaaa")
    #expect(text.settings.keys.sorted() == ["CFG scale", "ControlNet 0", "Model", "Model hash", "Sampler", "Seed", "Size", "Steps"])
    // The value of a ControlNet is such a line once more.
    let control = try Infotext.pairs(#require(text.settings["ControlNet 0"]))
    #expect(control["Model"] == "net, \(name)" && control["Module"] == "mask" && control["Weight"] == "0.5")
  }

  @Test(arguments: [
    ("a dog\nNegative prompt: cat", "a dog Negative prompt: cat"), ("a dog\r\n \tNegative prompt: cat\nSteps: 5, Seed: 1", "a dog  \tNegative prompt: cat Steps: 5, Seed: 1"),
    ("Negative prompt: cat", "\u{200B}Negative prompt: cat"), ("\nNegative prompt: cat", "\u{200B} Negative prompt: cat"), ("Steps: 2, Seed: 3, Size: 1x1", "Steps: 2, Seed: 3, Size: 1x1"),
    ("one\ntwo", "one\ntwo"), ("a, b: c", "a, b: c"), ("", ""),
  ]) func linesOfAPromptAreNoOthers(prompt: String, shown: String) throws {
    func blanks(_ text: String) -> String { Infotext.strip(text.replacingOccurrences(of: "\r", with: "")) }
    let text = try read { ($0.prompt, $0.negativePrompt) = (prompt, "lowres") }
    #expect(blanks(text.prompt) == shown)
    #expect(text.negative == "lowres" && text.settings["Seed"] == "7")
    let other = try read { ($0.prompt, $0.negativePrompt) = ("a dog", prompt) }
    #expect(other.prompt == "a dog" && other.settings["Seed"] == "7" && other.settings["Steps"] == "3")
    #expect(!other.negative.contains("\n") || prompt == "one\ntwo")
  }

  @Test func whatIsAddedIsNamed() throws {
    let text = try read {
      $0.timestepSpacing = .trailing
      $0.models = ModelChoice(diffusion: "sd", autoencoder: "v", loras: [LoRAChoice(id: "l, 1", scale: 0.75), LoRAChoice(id: "m")])
    }
    #expect(text.settings["Timestep spacing"] == "trailing" && text.settings["VAE"] == "v" && text.settings["VAE hash"] == "bbbbbbbbbb")
    #expect(text.settings["Lora weights"] == #""l, 1": 0.75, m: 1"# || text.settings["Lora weights"] == "l, 1: 0.75, m: 1")
    #expect(text.settings["Lora hashes"]?.contains("cccccccccc") == true)
  }
}
