import Generation
import TUI
import Testing

/// What the header says of engines.
@Suite("Engines") struct EngineTextTests {
  private func status(
    _ device: String? = "cuda:0", used: Int? = 12_300_000_000, rate: Double? = 31.2, trouble: String? = nil
  ) -> EngineStatus {
    EngineStatus(
      name: "torch",
      facts: device.map { EngineFacts(engine: "torch", device: $0, deviceName: "A100", dtype: "float16", versions: [:]) },
      memory: used.map { EngineMemory(free: 40_000_000_000 - $0, total: 40_000_000_000) }, imagesPerMinute: rate, trouble: trouble)
  }

  private func header(_ width: Int, _ engines: [EngineStatus]) -> String {
    var screen = FakeScreen.open(width, 24)
    screen.send(.work(.engines(engines)))
    return String(screen.text().split(separator: "\n", omittingEmptySubsequences: false)[0])
  }

  @Test func saysWhoWorksAndHowFast() {
    #expect(header(160, [status()]).hasSuffix("torch cuda:0 · 12.3 of 40.0 GB · 31 images/min"))
    // Less where there is less room.
    #expect(header(80, [status()]).hasSuffix("torch cuda:0 · 12.3 of 40.0 GB · 31/min"))
    #expect(header(62, [status()]).hasSuffix("torch cuda:0 · 31/min"))
    #expect(header(160, [status(used: nil, rate: nil)]).hasSuffix("  torch cuda:0"))
    #expect(header(160, [status(rate: 0.52)]).hasSuffix("0.5 images/min"))
    #expect(header(160, [status(nil, used: nil, rate: nil)]).hasSuffix("engine not started"))
    #expect(!header(160, []).contains("engine"))
  }

  @Test func severalAreSummedUp() {
    #expect(header(160, [status(), status("cuda:1", rate: nil)]).hasSuffix("torch cuda:0 cuda:1 · 24.6 of 80.0 GB · 31 images/min"))
    #expect(header(160, [status(), status("cuda:1", used: nil)]).hasSuffix("torch cuda:0 cuda:1 · 62 images/min"))
    #expect(header(160, [status(), status(trouble: "it has ended")]).hasSuffix("torch cuda:0, 1 lost · 12.3 of 40.0 GB · 31 images/min"))
    #expect(header(160, [status(trouble: "it has ended")]).hasSuffix("the engine is lost"))
    #expect(header(160, Array(repeating: status(), count: 8)).contains("8 engines · 98.4 of 320.0 GB · 250 images/min"))
    #expect(header(160, [status(), status(nil)]).contains("1 of 2 engines started"))
  }

  @Test func standsBesideWhatIsToBeDone() {
    var screen = FakeScreen.open(100, 24)
    screen.send(.work(.engines([status()])))
    for job in screen.jobs() { screen.send(.work(.jobChanged(job))) }
    #expect(screen.text().split(separator: "\n")[0].contains("torch cuda:0 · 12.3 of 40.0 GB · 31 images/min, 4 to go"))
  }
}
