import Foundation
import Generation
import Models

/// What the settings panel edits, and what the user has kept of it.
public struct SettingsForm: Hashable, Sendable {
  public var options = GenerationOptions() {
    didSet {
      fields = rows
      if !fields.contains(field) { field = .setting(.condition) }
    }
  }
  /// The rows in sight: the main ones, then `more`, then those of the others that are not as usual, or all.
  public private(set) var fields: [SettingsField] = []
  /// Whether all rows are in sight.
  private var isUnfolded = false
  /// The models there are.
  public private(set) var menu = ModelMenu()
  /// What segments the queries.
  public private(set) var network = SegmentationNetwork.dcama
  /// The network in the precision of the form.
  public var segmenter: SegmenterChoice { SegmenterChoice(network, precision: options.precision) }
  /// Generated supports an episode, K.
  public private(set) var supports = 4
  /// Episodes of an evaluation over the fold.
  public private(set) var episodes = 10
  /// The user's presets by name.
  public private(set) var presets: [OwnPreset] = []
  /// The row under the cursor.
  public private(set) var field = SettingsField.setting(.condition)
  /// Its place among the rows, when it was last moved to.
  private var cursor = ListCursor()

  public init() { fields = rows }

  /// Begins with the models of a data set and with what they recommend.
  mutating func open(_ menu: ModelMenu) {
    self.menu = menu
    options = menu.defaults()
  }

  /// What an earlier session says, kept to what is allowed here; `options` are nil where it says nothing of them.
  mutating func restore(_ options: GenerationOptions?, supports: Int, episodes: Int, network: SegmentationNetwork?) {
    guard var options else { return }
    options.models = known(options.models)
    // The size belongs to the model.
    options.conditionSettings.resolution = menu.defaults(for: options.condition, preferring: options.models).conditionSettings.resolution
    if (try? options.validate()) != nil { self.options = options }
    self.supports = min(16, max(1, supports))
    self.episodes = min(10_000, max(1, episodes))
    if let network, menu.networks.contains(network) { self.network = network }
  }

  /// Takes other options over; without a `seed` the present one stays.
  mutating func take(_ options: GenerationOptions, seed: UInt64?) {
    let before = self.options.seed
    self.options = options
    self.options.seed = seed ?? before
  }

  mutating func apply(_ preset: Preset) { preset.apply(to: &options, defaults: defaults) }

  /// Throws what is wrong with a preset that was edited by hand.
  mutating func apply(_ preset: OwnPreset) throws {
    try preset.options.validate()
    take(preset.options, seed: nil)
  }

  public mutating func take(_ presets: [OwnPreset]) { self.presets = presets }

  /// All rows but `more`: of the settings those that change an image.
  var allFields: [SettingsField] {
    SettingsField.all.filter { field in
      switch field {
      case .setting(let id): Setting[id].applies(to: options)
      case .controlNet: options.condition != .none
      case .supports, .speed, .network, .episodes, .diffusion, .more: true
      }
    }
  }

  /// A row that becomes usual stays as long as the cursor is on it.
  private var rows: [SettingsField] {
    let all = allFields
    return all.filter(\.isMain) + [.more] + all.filter { !$0.isMain && (isUnfolded || $0 == field || !isUsual($0)) }
  }

  /// Whether a row that may be folded is as it is where nobody chose.
  private func isUsual(_ field: SettingsField) -> Bool {
    switch field {
    // The size belongs to the model.
    case .setting(.resolution): true
    case .setting(let id): Setting[id].isUsual(options)
    case .diffusion: options.models?.diffusion == nil
    case .controlNet: ownControlNet == nil
    case .supports, .speed, .network, .episodes, .more: true
    }
  }

  /// The place of the row under the cursor.
  public var row: Int { fields.firstIndex(of: field) ?? 0 }

  /// Moves the cursor by `rows` without leaving the form, of which `visible` rows are in sight.
  public mutating func move(_ rows: Int, visible: Int? = nil) {
    let fields = fields
    cursor.move(rows + row - cursor.index, count: fields.count, visible: visible)
    field = fields[cursor.index]
  }

  /// Puts the cursor on a row in sight.
  public mutating func point(at row: Int, visible: Int?) {
    let fields = fields
    cursor.point(at: row, count: fields.count, visible: visible)
    field = fields[cursor.index]
  }

  /// The first row in sight.
  public func first(visible: Int) -> Int {
    var cursor = cursor
    // Rows come and go with the condition.
    if cursor.index != row { cursor.point(at: row, count: fields.count, visible: visible) }
    return cursor.first(visible: visible, count: fields.count)
  }

  /// A field's value as shown and as a number entry starts from.
  public func value(_ field: SettingsField) -> String {
    switch field {
    case .setting(let id):
      let setting = Setting[id], text = setting.text(options)
      if case .number = setting.kind { return text.flatMap(Double.init).map(Self.decimal) ?? "" }
      return text ?? (setting.kind == .text ? "" : Self.usual)
    case .supports: return "\(supports)"
    case .speed: return speed?.rawValue ?? Self.custom
    case .episodes: return "\(episodes)"
    case .network: return network.rawValue
    case .diffusion: return options.models?.diffusion ?? Self.usual
    case .controlNet: return ownControlNet ?? Self.usual
    case .more: return Self.folds[isUnfolded ? 1 : 0]
    }
  }

  /// What stands for settings that no place of the dial has.
  public static let custom = "custom"

  /// Whether the rows that few runs change are in sight.
  private static let folds = ["folded", "in sight"]

  /// What stands for a value that is absent.
  public static let usual = "usual"

  /// The values of a field by name; nil for numbers and text.
  public func choices(_ field: SettingsField) -> [String]? {
    switch field {
    case .setting(let id):
      switch Setting[id].kind {
      case .flag: ["off", "on"]
      case .choice(let values): (Setting[id].isOptional ? [Self.usual] : []) + values
      case .whole, .number, .seed, .text: nil
      }
    case .network: menu.networks.isEmpty ? SegmentationNetwork.allCases.map(\.rawValue) : menu.networks.map(\.rawValue)
    case .diffusion: [Self.usual] + menu.diffusion.map(\.id)
    case .controlNet:
      [Self.usual] + menu.controlNets(for: options.condition, of: pair?.diffusion.id).map(\.id)
    case .speed: SpeedPreset.allCases.map(\.rawValue)
    case .supports, .episodes: nil
    case .more: Self.folds
    }
  }

  /// A field's value in the panel.
  public func shown(_ field: SettingsField) -> String {
    let value = value(field)
    switch field {
    case .diffusion where value == Self.usual: return pair.map { "\($0.diffusion.id) (\(value))" } ?? value
    case .setting(.steps): return menu.timesteps(options).flatMap { $0.isShort ? "\(value), \($0.text)" : nil } ?? value
    case .controlNet where value == Self.usual: return pair?.controlNet.map { "\($0) (\(value))" } ?? value
    case .more where !isUnfolded: return "\(allFields.count + 1 - fields.count) usual"
    default: return value.isEmpty ? Self.usual : value
    }
  }

  /// Smallest and largest value; nil for fields that are not plain numbers.
  public func range(_ field: SettingsField) -> ClosedRange<Double>? {
    switch field {
    case .setting(let id): Setting[id].range(options)
    case .supports: 1...16
    case .episodes: 1...10_000
    case .speed, .network, .diffusion, .controlNet, .more: nil
    }
  }

  /// The range in words.
  public func allowed(_ field: SettingsField) -> String {
    if let choices = choices(field) { return choices.joined(separator: ", ") }
    if field.isText { return "any text, {name} stands for the class; empty for the usual one" }
    guard let range = range(field) else { return "0 to \(UInt64.max >> 1)" }
    return "\(Self.decimal(range.lowerBound)) to \(Self.decimal(range.upperBound))" + (field.setting?.isOptional == true ? ", empty for the usual one" : "")
  }

  /// One step up or down, stopping at the ends of the range; choices go round.
  public mutating func step(_ field: SettingsField, by steps: Int) {
    if let choices = choices(field) {
      let index = (choices.firstIndex(of: value(field)) ?? 0) + steps
      choose(choices[((index % choices.count) + choices.count) % choices.count], in: field)
    } else if field == .setting(.seed) {
      let range = UInt64.min...(UInt64.max >> 1)
      let moved = steps >= 0 ? options.seed.addingReportingOverflow(UInt64(steps)) : options.seed.subtractingReportingOverflow(UInt64(-steps))
      options.seed = moved.overflow ? options.seed : min(range.upperBound, moved.partialValue)
    } else if let range = range(field), let old = Double(value(field)) ?? absent(field) {
      let increment = field.setting?.increment ?? 1
      // Decimals fall on the increment's multiples; whole numbers find back to where they came from.
      let next = isWhole(field) ? old + Double(steps) * increment : ((old / increment).rounded() + Double(steps)) * increment
      store(min(range.upperBound, max(range.lowerBound, next)), in: field)
    }
  }

  /// What an absent number comes to: edges are looked for at the image's own size.
  private func absent(_ field: SettingsField) -> Double? {
    field == .setting(.detectResolution) ? Double(options.conditionSettings.resolution) : nil
  }

  /// Whether a typed value must be a whole number.
  private func isWhole(_ field: SettingsField) -> Bool { if case .number = field.setting?.kind { false } else { true } }

  /// Takes a typed value; nil when it was good, otherwise what is allowed.
  public mutating func enter(_ text: String, in field: SettingsField) -> String? {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let choices = choices(field) {
      guard let choice = choices.first(where: { $0.lowercased() == text.lowercased() }) else { return allowed(field) }
      choose(choice, in: field)
    } else if let setting = field.setting, setting.isOptional, text.isEmpty {
      setting.reset(in: &options)
    } else if let setting = field.setting, setting.kind == .text {
      try? setting.set(text, in: &options)
    } else if field == .setting(.seed) {
      guard let seed = UInt64(text), seed <= UInt64.max >> 1 else { return allowed(field) }
      options.seed = seed
    } else {
      guard let range = range(field), let value = Double(text), value.isFinite, range.contains(value) else { return allowed(field) }
      guard !isWhole(field) || value == value.rounded() else { return allowed(field) }
      store(value, in: field)
    }
    return nil
  }

  /// Takes one of a field's choices.
  mutating func choose(_ name: String, in field: SettingsField) {
    switch field {
    case .setting(let id):
      if name == Self.usual, Setting[id].isOptional { Setting[id].reset(in: &options) } else { try? Setting[id].set(name, in: &options) }
    case .speed: if let preset = SpeedPreset(rawValue: name) { options = options(at: preset) }
    case .network: network = SegmentationNetwork(rawValue: name) ?? network
    case .diffusion: prefer(diffusion: name == Self.usual ? nil : name)
    case .controlNet: prefer(controlNet: name == Self.usual ? nil : name)
    case .more:
      isUnfolded = name == Self.folds[1]
      fields = rows
    case .supports, .episodes: break
    }
  }

  /// A number inside the field's range.
  private mutating func store(_ value: Double, in field: SettingsField) {
    switch field {
    case .setting(let id): try? Setting[id].set(value.short, in: &options)
    case .supports: supports = Int(value)
    case .episodes: episodes = Int(value)
    case .speed, .network, .diffusion, .controlNet, .more: break
    }
  }

  /// At most two decimals, none that are zero.
  static func decimal(_ value: Double) -> String {
    let text = String(format: "%.2f", value)
    var end = Substring(text)
    while end.last == "0" { end.removeLast() }
    if end.last == "." { end.removeLast() }
    return String(end)
  }
}
