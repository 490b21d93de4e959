import Core
import Foundation
import Generation
import TUI
import TestSupport
import Testing

@Suite("Presets")
struct PresetTests {
  @Test func ownOnesAreKeptUsedAndForgotten() throws {
    let folder = try TemporaryFolder(), file = PresetFile(folder.url)
    #expect(try file.read().isEmpty)
    var screen = FakeScreen.open(120, 40) { $0.presets = file }
    screen.state.settings.options.steps = 33
    screen.state.settings.options.prompt = "a {name} in fog"
    screen.state.settings.options.seed = 5
    screen.type("Pkeep")
    screen.press(.enter)
    screen.type("foggy mornings")
    screen.press(.enter)
    #expect(screen.text().contains("preset foggy mornings is kept"))
    let kept = try file.read()
    #expect(kept.map(\.name) == ["foggy mornings"])
    // All but the seed comes back.
    screen.state.settings.options = GenerationOptions(seed: 9)
    screen.type("P")
    #expect(screen.text().contains("ddim 33"))
    screen.type("foggy")
    screen.press(.enter)
    var expected = kept[0].options
    expected.seed = 9
    #expect(screen.state.settings.options == expected)
    // Another explorer's are there too; one of the same name is replaced.
    _ = try file.add(OwnPreset("a", GenerationOptions(DiffusionSettings { $0.steps = 2 })))
    #expect(try file.add(OwnPreset("a", GenerationOptions(DiffusionSettings { $0.steps = 3 }))).map(\.options.steps) == [3, 33])
    screen.type("Pforget")
    screen.press(.enter, .enter)
    #expect(try file.read().map(\.name) == ["a"])
    #expect(screen.state.settings.presets.map(\.name) == ["a"])
  }

  @Test func oneThatIsOutOfRangeIsNotTaken() {
    var screen = FakeScreen.open(120, 40)
    screen.state.settings.take([OwnPreset("edited", GenerationOptions(DiffusionSettings { $0.steps = 0 }))])
    screen.type("Pedited")
    screen.press(.enter)
    #expect(screen.state.settings.options == GenerationOptions())
    #expect(screen.state.dialogs.messages.last?.message.contains("steps") == true, "\(screen.state.dialogs.messages)")
  }

  @Test func aFileThatIsNoneIsSaidAndLeftAlone() throws {
    let folder = try TemporaryFolder(), file = PresetFile(folder.url)
    for text in ["{", "[1]", #"[{"name": "a"}]"#] {
      try text.write(to: folder.url.appendingPathComponent("presets.json"), atomically: true, encoding: .utf8)
      #expect(throws: CoreError.self) { try file.read() }
      #expect(throws: CoreError.self) { try file.add(OwnPreset("a", GenerationOptions())) }
      #expect(try String(contentsOf: folder.url.appendingPathComponent("presets.json"), encoding: .utf8) == text)
    }
  }
}
