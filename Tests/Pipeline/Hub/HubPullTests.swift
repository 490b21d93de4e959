import Core
import Data
import Foundation
import Generation
import TestSupport
import Testing

/// Fetching from a server on the loopback that cuts, corrupts and redirects.
@Suite struct HubPullTests {
  private let server: LoopbackServer
  private let home: TemporaryFolder
  private let commit = String(repeating: "c", count: 40)
  private let weights = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  private let config = Array("{\"_class_name\":\"ControlNetModel\"}".utf8)

  init() throws {
    server = try LoopbackServer()
    home = try TemporaryFolder()
    list([
      ("diffusion_pytorch_model.safetensors", weights, true), ("config.json", config, false),
      ("diffusion_pytorch_model.bin", weights, true), ("README.md", [1], false),
    ])
    server.serve("/org/net/resolve/\(commit)/config.json", config)
    server.serve("/org/net/resolve/\(commit)/diffusion_pytorch_model.safetensors", weights)
  }

  private func list(_ files: [(path: String, bytes: [UInt8], isLarge: Bool)]) {
    let siblings = files.map { path, bytes, isLarge in
      isLarge
        ? "{\"rfilename\":\"\(path)\",\"lfs\":{\"sha256\":\"\(Digest.hex(Data(bytes)))\",\"size\":\(bytes.count)}}"
        : "{\"rfilename\":\"\(path)\",\"size\":\(bytes.count),\"blobId\":\"\(gitDigest(bytes))\"}"
    }
    server.serve(
      "/api/models/org/net/revision/main", Array("{\"sha\":\"\(commit)\",\"siblings\":[\(siblings.joined(separator: ","))]}".utf8))
  }

  private func gitDigest(_ bytes: [UInt8]) -> String {
    let hasher = SHA(.sha1)
    hasher.update(data: Data("blob \(bytes.count)\0".utf8 + bytes))
    return Digest.hex(of: hasher.finalize())
  }

  private func pull(_ names: [String] = [], token: String? = nil, progress: @escaping @Sendable (HubPull.Progress) -> Bool = { _ in true })
    async throws -> URL
  {
    var environment = ["HF_ENDPOINT": server.address, "HF_HOME": home.url.path]
    environment["HF_TOKEN"] = token
    return try await HubPull(HubRepository("org/net", environment: environment), pause: 0.01, timeout: 20).run(
      names: names, progress: progress)
  }

  /// The names of what is in the cache's blobs.
  private var blobs: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: home.file("hub/models--org--net/blobs").path)) ?? []).sorted()
  }

  private var weightsPath: String { "/org/net/resolve/\(commit)/diffusion_pytorch_model.safetensors" }

  @Test func aControlNetIsFetchedAndFound() async throws {
    let snapshot = try await pull()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: snapshot.path).sorted() == ["config.json", "diffusion_pytorch_model.safetensors"])
    #expect(try Data(contentsOf: snapshot.appendingPathComponent("diffusion_pytorch_model.safetensors")) == Data(weights))
    #expect(blobs == [Digest.hex(Data(weights)), gitDigest(config)].sorted())
    #expect(try String(contentsOf: home.file("hub/models--org--net/refs/main"), encoding: .utf8) == commit)
    let before = server.requests.count
    _ = try await pull()
    #expect(server.requests.count == before + 1, "only the listing is asked for again")
  }

  @Test func aCutConnectionIsTakenUpWhereItBroke() async throws {
    server.serve(weightsPath, weights, .cut(after: 100_000), .status(503), .cut(after: 50_000), .ignoresRange)
    let snapshot = try await pull()
    #expect(try Data(contentsOf: snapshot.appendingPathComponent("diffusion_pytorch_model.safetensors")) == Data(weights))
    let ranges = server.requests.filter { $0.path == weightsPath }.map { $0.headers["range"] ?? "" }
    #expect(ranges.first == "")
    #expect(ranges.dropFirst().allSatisfy { $0.hasPrefix("bytes=") })
  }

  @Test func whatABreakLeftIsUsedByTheNextPull() async throws {
    server.serve(weightsPath, weights, .cut(after: 120_000), .status(503), .status(503), .status(503), .status(503), .status(503))
    await #expect(throws: GenerationError.self) { try await pull() }
    #expect(blobs.contains(Digest.hex(Data(weights)) + ".incomplete"))
    #expect(!blobs.contains(Digest.hex(Data(weights))))
    server.serve(weightsPath, weights)
    _ = try await pull()
    #expect(server.requests.last { $0.path == weightsPath }?.headers["range"]?.hasPrefix("bytes=") == true)
    #expect(!blobs.contains { $0.hasSuffix(".incomplete") })
  }

  @Test func damageIsNeverKept() async throws {
    for manner in [LoopbackServer.Manner.corrupt(at: 777), .endless] {
      server.serve(weightsPath, weights, manner)
      await #expect(throws: GenerationError.self) { try await pull() }
      #expect(!blobs.contains(Digest.hex(Data(weights))))
      #expect(!FileManager.default.fileExists(atPath: home.file("hub/models--org--net/refs/main").path))
      try? FileManager.default.removeItem(at: home.file("hub"))
    }
    #expect(try await !pull().path.isEmpty)
  }

  @Test func tokensStayWithTheirHost() async throws {
    let other = try LoopbackServer()
    other.serve("/elsewhere", weights)
    server.serve(weightsPath, weights, .redirect(to: "\(other.address)/elsewhere"))
    _ = try await pull(token: "secret")
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
    #expect(other.requests.count == 1)
    #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func cancellingKeepsWhatArrived() async throws {
    await #expect(throws: CancellationError.self) { try await pull { $0.received < 1000 } }
    #expect(blobs.contains(Digest.hex(Data(weights)) + ".incomplete"))
    #expect(!blobs.contains(Digest.hex(Data(weights))))
  }

  @Test func hostileListingsAreRefused() async throws {
    for path in ["../../evil.json", "/etc/passwd", "a//b.json"] {
      list([(path, config, false), ("config.json", config, false)])
      await #expect(throws: DataError.self, "\(path)") { try await pull() }
    }
    for name in ["../x", "a/b/c", "org", ".org/net", "org/ne--t"] {
      #expect(throws: CoreError.self, "\(name)") { try HubRepository(name, environment: [:]) }
    }
    server.serve("/api/models/org/net/revision/main", Array("<html>".utf8))
    await #expect(throws: CoreError.self) { try await pull() }
  }

  /// What the server does not give out is said as that; nothing has arrived, so nothing is kept. Statuses as Hugging Face gives them.
  @Test(arguments: [
    (401, "gone, was never there, or is open to its members only"), (403, "gated"), (404, "gone or was never there"), (410, "took it down"),
  ])
  func whatIsNotGivenOut(_ status: Int, _ words: String) async throws {
    for (name, home) in [("runwayml/stable-diffusion-v1-5", "stable-diffusion-v1-5/stable-diffusion-v1-5"), ("org/absent", nil)] {
      server.serve("/api/models/\(name)/revision/main", [], .status(status))
      let repository = try HubRepository(name, environment: ["HF_ENDPOINT": server.address, "HF_HOME": self.home.url.path])
      do {
        _ = try await HubPull(repository, pause: 0.01, timeout: 20).run()
        Issue.record("it was fetched")
      } catch GenerationError.repositoryClosed(let found, let reason, let present) {
        let error = GenerationError.repositoryClosed(name: found, reason: reason, home: present)
        #expect(found == name && present == home && reason.contains(words), "\(reason)")
        #expect(error.hint?.contains("stable-diffusion-v1-5/stable-diffusion-v1-5") == true && error.hint?.contains("kept") == false)
      }
    }
  }

  /// How much there is, before any of it is fetched; what of it is here counts less.
  @Test func anOfferSaysWhatIsFetched() async throws {
    let environment = ["HF_ENDPOINT": server.address, "HF_HOME": home.url.path]
    func offer() async throws -> HubPull.Offer {
      try await HubPull(HubRepository("org/net", environment: environment), pause: 0.01, timeout: 20).offer()
    }
    let whole = try await offer()
    #expect(whole.count == 2 && whole.total == weights.count + config.count && whole.missing == whole.total && blobs.isEmpty)
    await #expect(throws: CancellationError.self) { try await pull { $0.received < 1000 } }
    let rest = try await offer()
    #expect(rest.total == whole.total && rest.missing < whole.total && rest.missing > 0)
    _ = try await pull()
    #expect(try await offer().missing == 0)
  }

  @Test func aDiskWithoutRoomIsSaidBeforeAnythingIsFetched() async throws {
    let repository = try HubRepository("org/net", environment: ["HF_ENDPOINT": server.address, "HF_HOME": home.url.path])
    let asked = server.requests.count
    let fault = await #expect(throws: GenerationError.self) {
      try await HubPull(repository, pause: 0.01, timeout: 20, free: { _ in 1000 }).run()
    }
    #expect(fault?.message.contains("300 kB are needed and 1.00 kB are free") == true, "\(fault?.message ?? "")")
    #expect(fault?.hint?.contains("$HF_HOME") == true && fault?.hint?.contains("kept") == false)
    #expect(server.requests.count == asked + 1 && blobs.isEmpty)
  }

  @Test(.enabled(if: Mounting.isPossible, "needs the right to mount a file system")) func aDiskThatFillsUpIsSaid() async throws {
    try FileManager.default.createDirectory(at: home.file("hub"), withIntermediateDirectories: true)
    try #require(mount("tmpfs", home.file("hub").path, "tmpfs", 0, "size=128k") == 0)
    defer { umount2(home.file("hub").path, Int32(MNT_DETACH)) }
    let repository = try HubRepository("org/net", environment: ["HF_ENDPOINT": server.address, "HF_HOME": home.url.path])
    let fault = await #expect(throws: GenerationError.self) {
      try await HubPull(repository, pause: 0.01, timeout: 20, free: { _ in nil }).run()
    }
    #expect(fault?.message.contains("No space left on device") == true, "\(fault?.message ?? "")")
    #expect(fault?.hint?.contains("make room there") == true)
  }

  @Test func noConnectionIsSaidSoon() async throws {
    // Nobody listens on the port that was just given back.
    let port = try LoopbackServer.unusedPort()
    let repository = try HubRepository("org/net", environment: ["HF_ENDPOINT": "http://127.0.0.1:\(port)", "HF_HOME": home.url.path])
    let fault = await #expect(throws: GenerationError.self) { try await HubPull(repository, pause: 0.01, timeout: 20).run() }
    #expect(fault?.message.hasPrefix("127.0.0.1 cannot be reached: ") == true, "\(fault?.message ?? "")")
    #expect(fault?.hint?.contains("name a mirror in $HF_ENDPOINT") == true && fault?.hint?.contains("--models DIR") == true)
  }

  @Test func onlyWhatHasArrivedIsKept() async throws {
    func hint() async -> String {
      do { _ = try await pull(); return "fetched" } catch { return (error as? any Explained)?.hint ?? "" }
    }
    server.serve(
      "/api/models/org/net/revision/main", Array("<html>".utf8), .status(503), .status(503), .status(503), .status(503), .status(503),
      .status(503))
    #expect(await !hint().contains("kept"))
    list([("diffusion_pytorch_model.safetensors", weights, true), ("config.json", config, false)])
    server.serve(weightsPath, weights, .cut(after: 120_000), .status(503), .status(503), .status(503), .status(503), .status(503))
    #expect(await hint().contains("what has arrived is kept"))
  }

  /// As `huggingface_hub.constants` 2.4 has them (HF_HUB_CACHE printed in an environment of these variables alone).
  @Test(
    arguments: [
      ([:], "/home/u/.cache/huggingface/hub"), (["HF_HOME": "/h"], "/h/hub"), (["XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
      (["HF_HOME": "/h", "XDG_CACHE_HOME": "/x"], "/h/hub"), (["HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/h"], "/old"),
      (["HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"], "/new"), (["HF_HUB_CACHE": "~/c"], "/home/u/c"),
      (["HF_HUB_CACHE": "~"], "/home/u"),
      (["HF_HUB_CACHE": "$BIG/c", "BIG": "/b"], "/b/c"), (["HF_HUB_CACHE": "${BIG}c", "BIG": "/b"], "/bc"),
      (["HUGGINGFACE_HUB_CACHE": "~/$BIG", "BIG": "b"], "/home/u/b"),
      (["HF_HOME": "$BIG", "BIG": "/b"], "/b/hub"), (["HF_HUB_CACHE": "/a/$NONE/c"], "/a/$NONE/c"),
      (["XDG_CACHE_HOME": "~/x"], "/home/u/x/huggingface/hub"),
    ] as [([String: String], String)]) func theCacheIsWhereHuggingFaceHubHasIt(_ variables: [String: String], _ folder: String)
  {
    #expect(HubCache.folder(variables.merging(["HOME": "/home/u"]) { $1 })?.path == folder)
  }

  @Test func selections() throws {
    func listing(_ paths: [String]) throws -> HubListing {
      let siblings = paths.map { "{\"rfilename\":\"\($0)\",\"size\":1,\"blobId\":\"\(String(repeating: "a", count: 40))\"}" }
      return try HubListing(
        Data("{\"sha\":\"\(commit)\",\"siblings\":[\(siblings.joined(separator: ","))]}".utf8), from: URL(fileURLWithPath: "/l"))
    }
    let model = try listing([
      "model_index.json", "README.md", "v1-5-pruned.ckpt", "unet/config.json", "unet/diffusion_pytorch_model.bin",
      "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.non_ema.safetensors",
      "unet/diffusion_pytorch_model.fp16.safetensors",
      "vae/config.json", "vae/diffusion_pytorch_model.fp16.safetensors", "vae/diffusion_pytorch_model.bin",
      "safety_checker/model.safetensors",
      "tokenizer/merges.txt", "tokenizer/vocab.json", "text_encoder/pytorch_model.bin", "scheduler/scheduler_config.json",
    ])
    #expect(
      try Set(model.selection(named: []).map(\.path)) == [
        "model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "vae/config.json",
        "vae/diffusion_pytorch_model.fp16.safetensors", "tokenizer/merges.txt", "tokenizer/vocab.json", "text_encoder/pytorch_model.bin",
        "scheduler/scheduler_config.json",
      ])
    let files = try listing(["control_v11p_sd15_seg.pth", "control_v11p_sd15_scribble.pth"])
    #expect(throws: CoreError.self) { try files.selection(named: []) }
    #expect(try files.selection(named: ["control_v11p_sd15_seg.pth"]).count == 1)
    #expect(throws: CoreError.self) { try files.selection(named: ["absent.pth"]) }
  }
}
