import Core
import Foundation
import Generation
import Models
import Pipeline
import Render
import TestSupport
import Testing

/// Engines, with one that this program's own networks answer for (`Tests/EngineDouble`): what they make is what the program makes.
@Suite(.timeLimit(.minutes(10))) struct EngineTests {
  private func bench(_ engines: [EngineChoice], batch: Int? = nil) throws -> TinyModels { try TinyModels(engines, batch: batch) }
  private static func double(_ options: String = "") throws -> EngineChoice { try EngineBench.double(options) }
  private func requests(_ tiny: TinyModels, _ count: Int) async throws -> [GenerationRequest] { try await tiny.requests(count) }
  private func images(_ tiny: TinyModels, _ requests: [GenerationRequest]) async throws -> [GeneratedImage] {
    try await tiny.images(requests)
  }
  private static let closeness = EngineBench.closeness

  @Test func generatesWhatTheProgramDoes() async throws {
    let own = try bench([]), other = try bench([Self.double()])
    let wanted = try await images(own, requests(own, 4)), found = try await images(other, requests(other, 4))
    for (image, truth) in zip(found, wanted) {
      #expect(image.key == truth.key)
      #expect(ImageQuality.psnr(image.image, truth.image) > Self.closeness)
      let metadata = try StoredImage(image.file).support()
      #expect(
        metadata.engine
          == EngineFacts(engine: "double", device: "cuda:0", deviceName: "a double", dtype: "float32", versions: ["double": "1"]))
    }
    // The program's own images say nothing of an engine.
    #expect(try StoredImage(wanted[0].file).support().engine == nil)
    #expect(try ImageText.of(Array(Data(contentsOf: wanted[0].file)))["diffss"]?.contains("engine") == false)
    // What an engine made is not called different for its rounding.
    let result = try await own.workbench.verify(StoredImage(found[0].file))
    switch result {
    case .identical, .rewritten, .close: break
    default: Issue.record("\(result)")
    }
  }

  @Test func severalEnginesShareTheImages() async throws {
    let tiny = try bench([Self.double(), Self.double()], batch: 2), own = try bench([])
    let found = try await images(tiny, requests(tiny, 8)), wanted = try await images(own, requests(own, 8))
    for (image, truth) in zip(found, wanted) { #expect(ImageQuality.psnr(image.image, truth.image) > Self.closeness) }
  }

  /// Twenty processes are killed while twenty images are generated: every image is there, each once.
  @Test func nothingIsLostWhenItIsKilled() async throws {
    let folder = try TemporaryFolder(), deaths = folder.url.appendingPathComponent("deaths")
    let tiny = try bench([Self.double("--dies '\(deaths.path)'")], batch: 2)
    let requests = try await requests(tiny, 20), found = try await images(tiny, requests)
    #expect(Set(found.map(\.key)).count == 20 && tiny.workbench.jobs.allSatisfy { $0.state == .finished })
    let own = try bench([]), wanted = try await images(own, try await self.requests(own, 20))
    for (image, truth) in zip(found, wanted) { #expect(ImageQuality.psnr(image.image, truth.image) > Self.closeness) }
    #expect(try String(contentsOf: deaths, encoding: .utf8).hasPrefix("20 "))
  }

  @Test func tooManyImagesForItsMemoryAreHalved() async throws {
    let pool = EnginePool([try Self.double("--holds 1")], batch: 4), said = EngineBench.Said(pool)
    let tiny = try TinyModels(workers: GenerationWorkers(engines: pool))
    let found = try await images(tiny, requests(tiny, 8))
    #expect(found.count == 8)
    // Once: at the first evaluation of two or more, which is where it ends at one.
    #expect(said.texts.count { $0.contains("does not hold") } <= 1 && said.texts.allSatisfy { $0.contains("1 from now on") })
  }

  @Test(arguments: [
    ("exit 3", "it has ended with exit status 3"), ("kill -9 $$", "it was ended by signal 9"),
    ("exec >&- ; sleep 100", "it has closed its output"), ("echo nobody knows >&2; exit 1", "its last words: nobody knows"),
    ("echo hello there, this is no message; sleep 5", "a message of"),
    ("/nowhere/engine", "it has ended with exit status 127"),
  ])
  func saysWhatAnEngineThatIsNoneDid(command: String, reason: String) async throws {
    let tiny = try bench([EngineChoice(command)]), request = try await requests(tiny, 1)
    tiny.workbench.enqueue(request)
    try await tiny.workbench.idle()
    guard case .failed(let text) = tiny.workbench.jobs[0].state else { throw Unexpected(state: tiny.workbench.jobs[0].state) }
    #expect(text.contains("was lost") && text.contains(reason), "\(text)")
  }

  @Test func weightsThatItDoesNotHaveAreSaid() async throws {
    let tiny = try bench([Self.double("--knows-no-weights")]), request = try await requests(tiny, 1)
    tiny.workbench.enqueue(request)
    try await tiny.workbench.idle()
    guard case .failed(let text) = tiny.workbench.jobs[0].state else { throw Unexpected(state: tiny.workbench.jobs[0].state) }
    #expect(text.contains("refuses: no file with that SHA-256"), "\(text)")
  }

  /// An answer of another shape is none.
  @Test func imagesOfAnotherSizeAreNone() async throws {
    let tiny = try bench([Self.double("--shifts-shapes")])
    tiny.workbench.enqueue(try await requests(tiny, 1))
    try await tiny.workbench.idle()
    guard case .failed(let text) = tiny.workbench.jobs[0].state else { throw Unexpected(state: tiny.workbench.jobs[0].state) }
    #expect(text.contains("was lost") && text.contains("was expected") && !text.contains("garbage("), "\(text)")
  }

  /// What cannot be loaded now may be later: nothing is taken for loaded that was refused.
  @Test func refusedWeightsAreAskedForAgain() async throws {
    let tiny = try bench([Self.double("--knows-no-weights")])
    tiny.workbench.enqueue(try await requests(tiny, 2))
    try await tiny.workbench.idle()
    for job in tiny.workbench.jobs {
      guard case .failed(let text) = job.state else { throw Unexpected(state: job.state) }
      #expect(text.contains("refuses: no file with that SHA-256"), "\(text)")
    }
  }

  /// An engine that ends before it says what it is would do so again: it is started once.
  @Test func whatNeverStartsIsStartedOnce() async throws {
    let folder = try TemporaryFolder(), starts = folder.url.appendingPathComponent("starts")
    let tiny = try bench([EngineChoice("echo started >> '\(starts.path)'; exit 1")])
    tiny.workbench.enqueue(try await requests(tiny, 3))
    try await tiny.workbench.idle()
    #expect(try String(contentsOf: starts, encoding: .utf8) == "started\n")
  }

  /// An answer that is none ends that process; the next one goes on.
  @Test func garbageCostsOneProcess() async throws {
    let tiny = try bench([Self.double("--garbage-at 7")])
    tiny.workbench.enqueue(try await requests(tiny, 1))
    try await tiny.workbench.idle()
    // Every process answers its seventh call so: after four of them it is given up.
    guard case .failed(let text) = tiny.workbench.jobs[0].state else { throw Unexpected(state: tiny.workbench.jobs[0].state) }
    #expect(text.contains("a message of"), "\(text)")
  }

  /// One that never gets as far as saying what it is, too.
  @Test(arguments: [1, 7]) func aHangingEngineCanBeCancelled(call: Int) async throws {
    let tiny = try bench([Self.double("--hangs-at \(call)")]), events = tiny.workbench.events()
    let id = tiny.workbench.enqueue(try await requests(tiny, 1))[0]
    try await within {
      for await event in events {
        if case .jobChanged(let job) = event, case .running = job.state { break }
      }
    }
    tiny.workbench.cancel(id)
    try await tiny.workbench.idle()
    guard case .cancelled = tiny.workbench.jobs[0].state else { throw Unexpected(state: tiny.workbench.jobs[0].state) }
  }

  private struct Unexpected: Error {
    let state: JobState
  }
}
