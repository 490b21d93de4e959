import Core
import Foundation
import TestSupport
import Testing

/// `diffss models pull` with short names, from a server on the loopback.
@Suite(.timeLimit(.minutes(15))) struct PullCommandTests {
  private let program: Program
  private let server: LoopbackServer
  private let commit = String(repeating: "c", count: 40)
  private let weights = Array("not really weights".utf8)

  init() throws {
    program = try Program()
    server = try LoopbackServer()
    serve("lllyasviel/Annotators", "ControlNetHED.pth")
    serve("madebyollin/taesd", "taesd_decoder.safetensors")
  }

  private func serve(_ repository: String, _ file: String) {
    let sibling = "{\"rfilename\":\"\(file)\",\"lfs\":{\"sha256\":\"\(Digest.hex(Data(weights)))\",\"size\":\(weights.count)}}"
    server.serve("/api/models/\(repository)/revision/main", Array("{\"sha\":\"\(commit)\",\"siblings\":[\(sibling)]}".utf8))
    server.serve("/\(repository)/resolve/\(commit)/\(file)", weights)
  }

  private func pull(_ words: String..., endpoint: String? = nil) throws -> Program.Output {
    try program.run(["models", "pull"] + words, environment: ["HF_ENDPOINT": endpoint ?? server.address])
  }

  @Test func aShortNameIsFetchedAndItsSizeSaidBefore() throws {
    defer { program.remove() }
    let output = try pull("hed", "taesd")
    #expect(output.status == 0, "\(output)")
    let folders = output.standardOutput.split(separator: "\n").map(String.init)
    #expect(folders.count == 2 && folders[0].hasSuffix("models--lllyasviel--Annotators/snapshots/\(commit)"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folders[0])/ControlNetHED.pth")) == Data(weights))
    #expect(
      output.standardError.contains("hed: 18 bytes in 1 file of lllyasviel/Annotators: 0.00 s at 100 Mbit/s\n"), "\(output.standardError)")
    #expect(output.standardError.contains("taesd: 18 bytes in 1 file of madebyollin/taesd (licence mit): "))
    #expect(output.standardError.contains("in all 36 bytes: "))
    // A server that has another size than its repository's page.
    #expect(output.standardError.contains("warning: hed: the server has 18 bytes, where 29.4 MB are usual"))
    #expect(try pull("hed").standardError.contains("hed: 18 bytes in 1 file of lllyasviel/Annotators: here already\n"))
  }

  /// Short names are in a table: no server is asked, wherever one is named.
  @Test func aDryRunOfShortNamesNeedsNoNetwork() throws {
    defer { program.remove() }
    let output = try pull("hed", "taesd", "--dry-run", endpoint: "http://127.0.0.1:\(try LoopbackServer.unusedPort())")
    #expect(
      output.status == 0
        && output.standardError == "note: the sizes of short names are those of the repositories' pages; no server was asked for them\n",
      "\(output)")
    #expect(output.standardOutput.contains("hed: 29.4 MB of lllyasviel/Annotators: "), "\(output)")
    #expect(
      output.standardOutput.contains("taesd: 4.90 MB of madebyollin/taesd (licence mit): ")
        && output.standardOutput.contains("in all 34.3 MB"))
    #expect(try pull("--dry-run").status == 2)
    // What serves already is not fetched.
    let folder = program.home.appendingPathComponent("models")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("some-sd15"), withDestinationURL: Golden.fixture("diffusion/model"))
    let here = try pull("sd15", "hed", "--dry-run", "--models", folder.path)
    #expect(
      here.standardOutput.contains("(licence creativeml-openrail-m): here already\n") && here.standardOutput.contains("in all 29.4 MB"),
      "\(here)")
  }

  /// Of any other repository, and of a part of one, the server alone knows.
  @Test func aDryRunFetchesNothing() throws {
    defer { program.remove() }
    let output = try pull("lllyasviel/Annotators", "--file", "ControlNetHED.pth", "--dry-run")
    #expect(output.status == 0 && output.standardError == "asking 127.0.0.1 what lllyasviel/Annotators has ...\n", "\(output)")
    #expect(output.standardOutput.contains("lllyasviel/Annotators: 18 bytes in 1 file: "), "\(output)")
    #expect(server.requests.count == 1 && server.requests.allSatisfy { !$0.path.contains("/resolve/") })
    #expect(
      try pull("hed", "--file", "ControlNetHED.pth", "--dry-run").standardOutput.contains(
        "hed: 18 bytes in 1 file of lllyasviel/Annotators"))
  }

  @Test func withoutANameThereIsAList() throws {
    defer { program.remove() }
    let output = try pull()
    #expect(output.status == 0 && server.requests.isEmpty, "\(output)")
    for text in [
      "| sd15 ", "stable-diffusion-v1-5/stable-diffusion-v1-5", "4.27 GB", "creativeml-openrail-m",
      "diffss models pull sd15 controlnet-seg",
    ] {
      #expect(output.standardOutput.contains(text), "\(text)")
    }
  }

  @Test func whatCannotBeFetchedIsSaid() throws {
    defer { program.remove() }
    let unknown = try pull("hed", "sd5")
    #expect(unknown.status == 2 && unknown.standardError.contains("hint: did you mean sd15? there are sd15, "), "\(unknown)")
    #expect(server.requests.isEmpty, "nothing is fetched before the names are known")
    let closed = try pull("sd15")
    #expect(
      closed.status == 2 && closed.standardError.contains("cannot be fetched") && closed.standardError.contains("hint: "), "\(closed)")
    let offline = try pull("hed", endpoint: "http://127.0.0.1:\(try LoopbackServer.unusedPort())")
    #expect(offline.status == 2 && offline.standardError.contains("error: 127.0.0.1 cannot be reached: "), "\(offline)")
    let both = try pull("hed", "taesd", "--file", "x")
    #expect(
      both.status == 2 && both.standardError.contains("--file is of one repository")
        && both.standardError.contains("see `diffss models pull --help`"))
    server.serve("/madebyollin/taesd/resolve/\(commit)/taesd_decoder.safetensors", weights, .corrupt(at: 3))
    let half = try pull("taesd", "hed")
    #expect(
      half.status == 1 && half.standardOutput.contains("lllyasviel--Annotators") && half.standardError.contains("what arrived is damaged"),
      "\(half)")
  }

  /// Wherever real weights are missing, the same lines say how they are got.
  @Test func theRecipeIsToldWhereWeightsAreMissing() throws {
    defer { program.remove() }
    let line = "diffss models pull sd15 controlnet-seg "
    let doctor = try program.run(["doctor"])
    #expect(doctor.standardOutput.contains("To fetch real ones:\n    \(line)"), "\(doctor.standardOutput)")
    let missing = try program.run([
      "generate", "--condition", "canny", "--limit", "1", "--out", program.home.appendingPathComponent("o").path,
    ])
    #expect(missing.status == 2 && missing.standardError.contains("to fetch real weights:\n    \(line)"), "\(missing.standardError)")
  }
}
