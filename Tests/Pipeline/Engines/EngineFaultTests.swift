import Core
import Foundation
import Generation
import Models
import Pipeline
import TestSupport
import Testing

/// What becomes of images and of the user's knowledge when engines fail, refuse or change.
@Suite(.timeLimit(.minutes(10))) struct EngineFaultTests {
  /// A job whose engine is lost waits as an interrupted one that says why, and goes on.
  @Test func aLostEnginesJobGoesBackIntoTheQueue() async throws {
    let folder = try TemporaryFolder(), file = try folder.write("wait", to: "wait")
    let tiny = try TinyModels([EngineBench.double("--waits '\(file.path)'")])
    let events = tiny.workbench.events(), requests = try await tiny.requests(1)
    tiny.workbench.enqueue(requests)
    let state = try await within(patience, "an interrupted job") { () -> (reason: String, said: [String]) in
      var said: [String] = []
      for await event in events {
        switch event {
        case .remark(let text): said.append(text)
        case .jobChanged(let job):
          if case .interrupted(let reason) = job.state { return (reason, said) }
          guard case .running = job.state, said.isEmpty else { continue }
          // Nobody takes it up again before it was seen.
          tiny.workbench.setQueuePaused(true)
          try Data("die".utf8).write(to: file)
        default: break
        }
      }
      throw CancellationError()
    }
    #expect(state.reason.contains("with exit status 7; its last words: first line / CUDA error: a made-up one / ask nobody"), "\(state)")
    #expect(state.said.contains { $0.contains("it is started again (1 of 3)") }, "\(state)")
    tiny.workbench.setQueuePaused(false)
    try await tiny.workbench.idle()
    #expect(try await tiny.workbench.generated(requests[0]) != nil && tiny.workbench.jobs[0].attempts == 2)
  }

  /// One that never lets an image become whole is started four times.
  @Test func itIsStartedAgainThreeTimes() async throws {
    let folder = try TemporaryFolder(), calls = folder.file("calls")
    let tiny = try TinyModels([EngineBench.double("--garbage-at 4 --calls '\(calls.path)'")])
    let reason = try await tiny.failures(1)[0]
    #expect(reason.contains("was lost") && reason.contains("a message of"), "\(reason)")
    #expect(try String(contentsOf: calls, encoding: .utf8).components(separatedBy: "hello").count - 1 == 4)
    #expect(tiny.workbench.jobs[0].attempts == 4 && tiny.workbench.engines[0].trouble?.contains("was lost") == true)
  }

  /// One that somebody ends while it starts is none that cannot start.
  @Test func killedWhileItStartsItIsStartedAgain() async throws {
    let folder = try TemporaryFolder(), file = folder.file("started")
    let command = "if [ -e '\(file.path)' ]; then \(try EngineBench.double()); fi; touch '\(file.path)'; kill -9 $$"
    let tiny = try TinyModels([EngineChoice(command)])
    _ = try await tiny.images(tiny.requests(2))
  }

  @Test func whatWillNotTalkIsAskedOnce() async throws {
    let folder = try TemporaryFolder(), calls = folder.file("calls")
    let tiny = try TinyModels([EngineBench.double("--refuses hello --words 'no version of mine' --calls '\(calls.path)'")])
    for reason in try await tiny.failures(3) { #expect(reason.contains("refuses: no version of mine"), "\(reason)") }
    #expect(try String(contentsOf: calls, encoding: .utf8) == "hello\n")
  }

  @Test func whatItSaysIsCutToASentence() async throws {
    let reasons = try await TinyModels([EngineBench.double("--refuses load --words 'word ' --times 1000")]).failures(1)
    #expect(reasons[0].count < 600 && reasons[0].contains("word word") && reasons[0].contains("the rest is in the log"), "\(reasons)")
    let silent = try await TinyModels([EngineBench.double("--refuses load")]).failures(1)
    #expect(silent[0].hasSuffix("refuses: it does not say why"), "\(silent)")
  }

  /// Never more at a time than the memory holds of which an evaluation told.
  @Test func batchesFitIntoItsMemory() async throws {
    let folder = try TemporaryFolder(), calls = folder.file("calls")
    let tiny = try TinyModels([EngineBench.double("--memory 10000000000,2500000000 --calls '\(calls.path)'")])
    _ = try await tiny.images(tiny.requests(12))
    let sizes = try String(contentsOf: calls, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("predict") }
      .compactMap { Int($0.split(separator: " ")[1]) }
    #expect(sizes.dropFirst().max() ?? 0 <= 3 && sizes.reduce(0, +) >= 36, "\(sizes)")
    let status = try #require(tiny.workbench.engines.first)
    #expect(status.memory == EngineMemory(free: 10_000_000_000, total: 11_000_000_000) && status.memory?.used == 1_000_000_000)
    #expect(status.facts?.device == "cuda:0" && status.trouble == nil && status.imagesPerMinute ?? 0 > 0)
    // What earlier images took is by engine.
    #expect(try tiny.store.imageTimes().isEmpty && tiny.store.imageTimes(engines: ["another"]).isEmpty)
    #expect(try tiny.store.imageTimes(engines: ["another", status.name]).count == 12)
  }

  /// A run of four ControlNets keeps them all, though three are kept of those that follow one another.
  @Test func aRunsControlNetsStay() throws {
    let folder = try TemporaryFolder(), calls = folder.file("calls")
    let places = (0..<4).map { folder.file("controlnet-\($0)") }
    for (number, place) in places.enumerated() { try TinyModels.writeControlNet(number, to: place) }
    let pool = EnginePool([try EngineBench.double("--calls '\(calls.path)'")])
    let model = try StableDiffusion.load(model: TinyModels.diffusion, controlNets: places, engine: pool.session(.float32))
    let image = Tensor([Float](repeating: 0.5, count: 24 * 24 * 3), shape: [1, 24, 24, 3])
    let run = DiffusionRun(
      prompt: "a photo", steps: 2, width: 24, height: 24,
      controls: places.indices.map { ControlInput(image: image, network: $0, scale: 0.5) })
    for _ in 0..<2 { _ = try model.generate(run) }
    let lines = try String(contentsOf: calls, encoding: .utf8).split(separator: "\n")
    #expect(lines.count { $0 == "load" } == 7 && !lines.contains("unload"), "\(lines)")
  }

  /// A file of weights that is replaced is read again: by the engine, and by this program.
  @Test(arguments: [false, true]) func replacedWeightsAreReadAgain(isEngine: Bool) async throws {
    let engines = isEngine ? [try EngineBench.double()] : []
    let tiny = try TinyModels(engines), first = try await tiny.images(tiny.requests(1))[0]
    let place = tiny.folder.file("models/tiny-controlnet-seg"), other = tiny.folder.file("other")
    try TinyModels.writeControlNet(40, to: other)
    let name = "diffusion_pytorch_model.safetensors"
    try FileManager.default.removeItem(at: place.appendingPathComponent(name))
    try FileManager.default.moveItem(at: other.appendingPathComponent(name), to: place.appendingPathComponent(name))
    let second = try await tiny.images(tiny.requests(1))[0]
    #expect(first.key != second.key)
    let fresh = try TinyModels(engines)
    try FileManager.default.removeItem(at: fresh.folder.file("models/tiny-controlnet-seg"))
    try FileManager.default.copyItem(at: place, to: fresh.folder.file("models/tiny-controlnet-seg"))
    let truth = try await fresh.images(fresh.requests(1))[0]
    #expect(truth.key == second.key)
    #expect(ImageQuality.psnr(second.image, truth.image) > EngineBench.closeness)
    #expect(ImageQuality.psnr(first.image, truth.image) < EngineBench.closeness)
  }

  @Test func aProcessThatDoesNotListenIsEnded() throws {
    let folder = try TemporaryFolder(), file = folder.file("pid")
    let stubborn = try EngineChoice("trap '' TERM HUP; echo $$ > '\(file.path)'; while :; do sleep 1; done")
    let error = #expect(throws: GenerationError.self) { try stubborn.status(patience: 5) }
    #expect(error?.message.contains(/it has not answered for [0-9]+ s/) == true, "\(error.debugDescription)")
    let text = try String(contentsOf: file, encoding: .utf8)
    let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    let deadline = Date().addingTimeInterval(patience)
    while kill(process, 0) == 0, Date() < deadline { usleep(10_000) }
    #expect(kill(process, 0) != 0)
  }

  /// What `diffss doctor` says of engines.
  @Test func theDoctorAsksThem() throws {
    let double = try EngineBench.double("--memory 38000000000,1")
    let findings = Diagnosis.engines(
      [("cpu", "here"), ("\(double)", "--engine"), ("exit 4", "entry 2"), ("torch:models=/nowhere", "entry 3")], patience: patience)
    #expect(findings.map(\.state) == [.fine, .broken, .broken])
    #expect(findings[0].text.contains("double on a double (cuda:0), 38.0 GB of 39.0 GB free, double 1"), "\(findings[0])")
    #expect(findings[1].text.hasPrefix("entry 2: ") && findings[1].text.contains("exit status 4"), "\(findings[1])")
    #expect(findings[2].text.contains("there is no folder /nowhere"), "\(findings[2])")
    #expect(Diagnosis.engines([("cpu", "")]).map(\.text) == ["cpu, this program itself"])
    let little = try Diagnosis.engines([("\(EngineBench.double("--memory 1000000000,1"))", "--engine")], patience: patience)
    #expect(little.map(\.state) == [.limited])
    let slow = Diagnosis.engines([("sleep 100", "entry 1")], patience: 1)
    #expect(slow[0].state == .broken && slow[0].text.contains(/it has not answered for [0-9]+ s/), "\(slow)")
  }
}
