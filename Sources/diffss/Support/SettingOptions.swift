import ArgumentParser
import Core
import Foundation
import Generation

/// A value that the command line gives to a setting.
struct SettingValue: Sendable {
  let id: Setting.ID
  let text: String
}

extension Option where Value == SettingValue? {
  /// An option by its row of the table of settings.
  init(_ id: Setting.ID) { self.init(name: .customLong(id.rawValue), help: .of(id), transform: { SettingValue(id: id, text: $0) }) }
}

extension Option where Value == [SettingValue] {
  /// The same, repeated for several control images.
  init(wrappedValue: [SettingValue], _ id: Setting.ID) {
    self.init(wrappedValue: wrappedValue, name: .customLong(id.rawValue), help: .of(id), transform: { SettingValue(id: id, text: $0) })
  }
}

extension Option where Value == SettingList? {
  /// An option for several values of a setting.
  init(_ id: Setting.ID) { self.init(name: .customLong(id.rawValue), help: .of(id, isList: true), transform: { SettingList(id, $0) }) }
}

extension Flag where Value == Bool {
  /// A switch by its row of the table of settings.
  init(_ id: Setting.ID) { self.init(wrappedValue: false, name: .customLong(id.rawValue), help: .of(id)) }
}

extension ArgumentHelp {
  fileprivate static func of(_ id: Setting.ID, isList: Bool = false) -> ArgumentHelp {
    ArgumentHelp("\(Setting[id].helpText)", valueName: isList ? "list" : nil)
  }
}

/// Different values of a setting with commas between, such as `2,10,50`.
struct SettingList: Sendable {
  let id: Setting.ID
  let texts: [String]

  init(_ id: Setting.ID, _ text: String) {
    self.id = id
    texts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// Throws `ValidationError` for a text that is none of the setting's values, and for a value that comes twice.
  func validate() throws {
    try texts.map { SettingValue(id: id, text: $0) }.validate()
    if Set(texts.map { Setting[id].normal($0) }).count < texts.count {
      throw ValidationError("--\(id.rawValue) names a value twice: \(texts.joined(separator: ","))")
    }
  }
}

extension [SettingValue] {
  /// Throws `ValidationError` for the first text that is none of its setting's values.
  func validate() throws {
    for value in self where !Setting[value.id].admits(value.text) {
      let setting = Setting[value.id]
      let words = if case .choice(let values) = setting.kind { values } else { [String]() }
      let meant = NearestWord.to(value.text, in: words).map { "; did you mean \($0)?" } ?? ""
      throw ValidationError("--\(value.id.rawValue) must be \(setting.allowed()), not \"\(PlainText.clean(value.text))\"\(meant)")
    }
  }

  /// Sets them. Throws `CoreError.badSetting`.
  func apply(to options: inout GenerationOptions) throws {
    for value in self { try Setting[value.id].set(value.text, in: &options) }
  }
}
