import Core
import Data
import Foundation
import Generation
import Pipeline
import TestSupport
import Testing

/// The table of settings, from which the panel, the command line, reports and docs are made.
@Suite struct SettingTests {
  /// Those that have another value than the usual one here: a processor without products of bfloat16 has one precision alone.
  private static let changeable = Setting.ID.allCases.filter { $0 != .precision || KernelSet.current.hasBFloat16 }

  /// Options in which a setting has another value than the usual one.
  private func changed(_ setting: Setting) throws -> GenerationOptions {
    var options = GenerationOptions(DiffusionSettings { $0.condition = .scribble })
    if setting.id == .condition { options.condition = .mask }
    if setting.isOfControlImage, !setting.applies(to: options) { options.condition = .canny }
    let present = setting.text(options)
    let value: String =
      switch setting.kind {
      case .whole(let range): present == "\(range.lowerBound)" ? "\(range.upperBound)" : "\(range.lowerBound)"
      case .number(let range): present == range.lowerBound.short ? "\(range.upperBound.short)" : "\(range.lowerBound.short)"
      case .seed: "18446744073709551615"
      case .flag: "on"
      case .choice(let values): try #require(values.first { $0 != present })
      case .text: "a {name}"
      }
    try setting.set(value, in: &options)
    #expect(setting.text(options) == value)
    return options
  }

  /// A setting that is changed is in the JSON, and so in a request's key; what leaves the options as words comes back as the same options.
  @Test(arguments: changeable) func everySettingIsKept(id: Setting.ID) throws {
    let setting = Setting[id], options = try changed(setting)
    #expect(setting.id == id && Setting.all.count { $0.id == id } == 1)
    var usual = options
    setting.reset(in: &usual)
    let text = try CanonicalJSON.text(options)
    #expect(try text != CanonicalJSON.text(usual) && JSONDecoder().decode(GenerationOptions.self, from: Data(text.utf8)) == options)
    let words = setting.words(options, unlike: usual)
    #expect(words.first == "--\(id.rawValue)" && setting.words(options, unlike: options).isEmpty)
    var again = usual
    try setting.set(setting.kind == .flag ? "on" : words[1], in: &again)
    #expect(again == options)
  }

  @Test(arguments: Setting.ID.allCases) func whatIsNoValueIsRefused(id: Setting.ID) throws {
    let setting = Setting[id]
    var options = GenerationOptions()
    let bad: [String] =
      switch setting.kind {
      case .whole(let range): ["\(range.upperBound + 1)", "\(range.lowerBound - 1)", "1.5", "", "nan", "99999999999999999999"]
      case .number(let range): [(range.upperBound + 0.5).short, (range.lowerBound - 0.5).short, "", "nan", "inf"]
      case .seed: ["-1", "", "18446744073709551616", "1.5"]
      case .flag: ["yes", ""]
      case .choice: ["nothing of the kind", ""]
      case .text: []
      }
    for text in bad {
      #expect(throws: CoreError.self, "\(text)") { try setting.set(text, in: &options) }
      #expect(options == GenerationOptions(), "\(text)")
    }
  }

  /// Settings that are bounded by one another are set in any order and checked together.
  @Test func boundsOfOneAnother() throws {
    var options = GenerationOptions(DiffusionSettings { $0.condition = .canny })
    for (id, text) in [(Setting.ID.cannyLow, "300"), (.cannyHigh, "400"), (.controlEnd, "0.5"), (.controlStart, "0.25")] {
      try Setting[id].set(text, in: &options)
    }
    try options.validate()
    #expect(Setting[.cannyLow].allowed(options) == "0...400" && Setting[.cannyHigh].allowed(options) == "300...1000")
    #expect(Setting[.controlStart].allowed(options) == "0...0.5" && Setting[.controlEnd].allowed(options) == "0.25...1")
    try Setting[.cannyLow].set("401", in: &options)
    #expect(throws: CoreError.badSetting(name: "canny low", value: "401", allowed: "0...400 where canny high is 400")) {
      try options.validate()
    }
  }

  /// One value has one text, whichever way it is written: lists compare by it, and requests have one key.
  @Test func valuesAreWrittenInOneWay() throws {
    for (id, texts, normal) in [
      (Setting.ID.guidance, ["2", "2.0", "0x2", "+2", "2e0"], "2"), (.guidance, ["0", "-0", "0.0", "1e-400"], "0"),
      (.steps, ["1", "01", "+1"], "1"),
    ] {
      for text in texts { #expect(Setting[id].normal(text) == normal, "\(text)") }
    }
    #expect(Setting[.steps].normal("1.0") == nil && Setting[.guidance].normal("nan") == nil)
    var options = GenerationOptions()
    try Setting[.eta].set("-0", in: &options)
    #expect(try CanonicalJSON.text(options) == CanonicalJSON.text(GenerationOptions()))
  }

  /// Without a ControlNet nothing of it counts, and lcm lays its steps itself: the same image is the same request.
  @Test func whatDoesNotCountIsNoOtherRequest() async throws {
    let folder = try TemporaryFolder()
    let workbench = Workbench(
      dataset: try DemoDataset(),
      models: ModelLibrary(
        folders: [Golden.projectRoot.appendingPathComponent("Assets/demo")], searchesHub: false,
        environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: try Store(folder: folder.url.appendingPathComponent("data")))
    let item = try #require(workbench.dataset.items.first), index = try #require(item.classes.first)
    func request(_ change: (inout DiffusionSettings) -> Void) async throws -> GenerationRequest {
      let options = GenerationOptions(DiffusionSettings(change))
      return try #require(try await workbench.requests(item: item, classIndex: index, options: options, count: 1).first)
    }
    let plain = try await request { ($0.condition, $0.sampler) = (.none, "lcm") }
    let other = try await request {
      ($0.condition, $0.sampler, $0.timestepSpacing) = (.none, "lcm", .trailing)
      ($0.guessMode, $0.controlScale, $0.controlStart, $0.conditionSettings.threshold) = (true, 2, 0.5, 9)
    }
    #expect(plain == other)
  }

  @Test func theDocsHoldTheTable() throws {
    let page = try String(contentsOf: Golden.projectRoot.appendingPathComponent("docs/settings.md"), encoding: .utf8)
    #expect(page.contains(Setting.markdown), "docs/settings.md should hold:\n\(Setting.markdown)")
  }
}
