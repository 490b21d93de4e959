import Foundation
import Pipeline
import TestSupport
import Testing

/// The table of settings, from which the panel, the command line, reports and docs are made.
@Suite struct SettingTests {
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
  @Test(arguments: Setting.ID.allCases) func everySettingIsKept(id: Setting.ID) throws {
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
      #expect(throws: PipelineError.self, "\(text)") { try setting.set(text, in: &options) }
      #expect(options == GenerationOptions(), "\(text)")
    }
  }

  /// Settings that are bounded by one another are set in any order and checked together.
  @Test func boundsOfOneAnother() throws {
    var options = GenerationOptions(DiffusionSettings { $0.condition = .canny })
    for (id, text) in [(Setting.ID.cannyLow, "300"), (.cannyHigh, "400"), (.controlEnd, "0.5"), (.controlStart, "0.25")] { try Setting[id].set(text, in: &options) }
    try options.validate()
    #expect(Setting[.cannyLow].allowed(options) == "0...400" && Setting[.cannyHigh].allowed(options) == "300...1000")
    #expect(Setting[.controlStart].allowed(options) == "0...0.5" && Setting[.controlEnd].allowed(options) == "0.25...1")
    try Setting[.cannyLow].set("401", in: &options)
    #expect(throws: PipelineError.badSetting(name: "canny low", value: "401", allowed: "0...400")) { try options.validate() }
  }

  @Test func theDocsHoldTheTable() throws {
    let page = try String(contentsOf: Golden.projectRoot.appendingPathComponent("docs/settings.md"), encoding: .utf8)
    #expect(page.contains(Setting.markdown), "docs/settings.md should hold:\n\(Setting.markdown)")
  }
}
