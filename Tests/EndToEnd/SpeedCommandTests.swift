import Foundation
import TestSupport
import Testing

/// The dial on the command line, on the demo.
@Suite(.timeLimit(.minutes(5))) struct SpeedCommandTests {
  private struct Listed: Decodable {
    struct Request: Decodable {
      let steps: Int
      let sampler: String
      let guidanceEnd: Double?
      let cacheEvery: Int?
      let decoder: String?
    }
    let request: Request
  }

  private func queued(_ words: String...) throws -> Listed.Request {
    let program = try Program()
    defer { program.remove() }
    let output = try program.run(["queue", "add", "--limit", "1", "--shots", "1"] + words)
    #expect(output.status == 0, "\(output.standardError)")
    let jobs = try JSONDecoder().decode([Listed].self, from: Data(program.run(["queue", "list", "--json"]).standardOutput.utf8))
    return try #require(jobs.first).request
  }

  @Test func optionsBesideThePresetWin() throws {
    let draft = try queued("--speed", "draft")
    #expect(draft.steps < 20 && draft.sampler == "unipc" && draft.cacheEvery ?? 1 > 1 && draft.guidanceEnd ?? 1 < 1)
    // The demo has no small decoder.
    #expect(draft.decoder == nil)
    let own = try queued("--cache-every", "3", "--speed", "draft", "--steps", "7")
    #expect(own.steps == 7 && own.cacheEvery == 3 && own.sampler == "unipc" && own.guidanceEnd == draft.guidanceEnd)
    let exact = try queued("--speed", "exact")
    #expect(exact.steps == 20 && exact.sampler == "ddim" && exact.cacheEvery == nil && exact.guidanceEnd == nil)
  }

  /// Written, kept when asked again, and made again from what it says of itself.
  @Test func anImageOfTheDialIsVerified() throws {
    let program = try Program()
    defer { program.remove() }
    let out = program.home.appendingPathComponent("out").path
    for _ in 0..<2 {
      let output = try program.run(["generate", "--limit", "1", "--shots", "2", "--speed", "draft", "--merge-tokens", "0.5", "--out", out])
      #expect(output.status == 0, "\(output.standardError)")
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: out).filter { !$0.contains("control") }.map { "\(out)/\($0)" }
    #expect(files.count == 2)
    let verified = try program.run(["verify"] + files)
    #expect(verified.status == 0 && verified.standardOutput.contains("identical"), "\(verified.standardOutput)\(verified.standardError)")
  }

  @Test func whatCannotBeIsRefused() throws {
    let program = try Program()
    defer { program.remove() }
    func refusal(_ words: String...) throws -> String {
      let output = try program.run(["queue", "add", "--limit", "1"] + words)
      #expect(output.status != 0)
      return output.standardError
    }
    #expect(try refusal("--speed", "faster").contains("exact"))
    #expect(try refusal("--merge-tokens", "0.8").contains("0...0.75"))
    #expect(try refusal("--guidance-start", "0.6", "--guidance-end", "0.4").contains("guidance"))
    let decoder = try refusal("--decoder", "small")
    #expect(decoder.contains("small decoder") && decoder.contains("hint:"), "\(decoder)")
  }
}
