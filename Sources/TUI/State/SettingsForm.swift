import Foundation
import Models
import Pipeline

/// What the settings panel edits.
package struct SettingsForm: Hashable, Sendable {
  package var options = GenerationOptions() {
    didSet { if !fields.contains(field) { field = .condition } }
  }
  /// The models there are.
  package var menu = ModelMenu()
  /// What segments the queries.
  package private(set) var network = SegmentationNetwork.dcama
  /// Generated supports an episode, K.
  package var supports = 4
  /// Episodes of an evaluation over the fold.
  package var episodes = 10
  /// The row under the cursor.
  package private(set) var field = SettingsField.condition
  /// Its place among the rows, when it was last moved to.
  private var cursor = ListCursor()

  package init() {}

  /// What an earlier session says beside the options, kept to what is allowed.
  mutating func restore(supports: Int, episodes: Int, network: SegmentationNetwork?) {
    self.supports = min(16, max(1, supports))
    self.episodes = min(10_000, max(1, episodes))
    if let network, menu.networks.contains(network) { self.network = network }
  }

  /// The rows there are: of the knobs only those that change the condition.
  package var fields: [SettingsField] {
    SettingsField.allCases.filter { field in
      if let knob = field.knob { return options.condition.knobs.contains(knob) }
      if field == .spacing { return SamplerName(rawValue: options.sampler)?.isSpaced == true }
      return options.condition != .none || ![.controlNet, .controlScale, .controlStart, .controlEnd, .guessMode].contains(field)
    }
  }

  /// The place of the row under the cursor.
  package var row: Int { fields.firstIndex(of: field) ?? 0 }

  /// Moves the cursor by `rows` without leaving the form, of which `visible` rows are in sight.
  package mutating func move(_ rows: Int, visible: Int? = nil) {
    let fields = fields
    cursor.move(rows + row - cursor.index, count: fields.count, visible: visible)
    field = fields[cursor.index]
  }

  /// Puts the cursor on a row in sight.
  package mutating func point(at row: Int, visible: Int?) {
    let fields = fields
    cursor.point(at: row, count: fields.count, visible: visible)
    field = fields[cursor.index]
  }

  /// The first row in sight.
  package func first(visible: Int) -> Int {
    var cursor = cursor
    // Rows come and go with the condition.
    if cursor.index != row { cursor.point(at: row, count: fields.count, visible: visible) }
    return cursor.first(visible: visible, count: fields.count)
  }

  /// A field's value as shown and as a number entry starts from.
  package func value(_ field: SettingsField) -> String {
    let condition = options.conditionSettings
    return switch field {
    case .condition: options.condition.rawValue
    case .detector: condition.detector.rawValue
    case .threshold: "\(condition.threshold)"
    case .thinning: condition.thinning ? "on" : "off"
    case .cannyLow: "\(condition.cannyLow)"
    case .cannyHigh: "\(condition.cannyHigh)"
    case .dilation: "\(condition.dilation)"
    case .blur: Self.decimal(condition.blur)
    case .supports: "\(supports)"
    case .sampler: options.sampler
    case .steps: "\(options.steps)"
    case .guidance: Self.decimal(options.guidance)
    case .controlScale: Self.decimal(options.controlScale)
    case .seed: "\(options.seed)"
    case .episodes: "\(episodes)"
    case .prompt: options.prompt ?? ""
    case .negativePrompt: options.negativePrompt ?? ""
    case .eta: Self.decimal(options.eta)
    case .spacing: options.timestepSpacing?.rawValue ?? Self.usual
    case .controlStart: Self.decimal(options.controlStart)
    case .controlEnd: Self.decimal(options.controlEnd)
    case .resolution: "\(condition.resolution)"
    case .network: network.rawValue
    case .guessMode: options.guessMode ? "on" : "off"
    case .diffusion: options.models?.diffusion ?? Self.usual
    case .controlNet: ownControlNet ?? Self.usual
    }
  }

  /// What stands for the models that are taken where nobody chooses.
  package static let usual = "usual"

  /// The values of a field by name; nil for numbers and text.
  package func choices(_ field: SettingsField) -> [String]? {
    switch field {
    case .condition: ConditionType.allCases.map(\.rawValue)
    case .detector: EdgeDetectorKind.allCases.map(\.rawValue)
    case .thinning, .guessMode: ["off", "on"]
    case .sampler: SamplerName.allCases.map(\.rawValue)
    case .spacing: [Self.usual] + SchedulerConfig.Spacing.allCases.map(\.rawValue)
    case .network: menu.networks.isEmpty ? SegmentationNetwork.allCases.map(\.rawValue) : menu.networks.map(\.rawValue)
    case .diffusion: [Self.usual] + menu.diffusion.map(\.id)
    case .controlNet:
      [Self.usual] + menu.controlNets(for: options.condition, of: pair?.diffusion.id).map(\.id)
    default: nil
    }
  }

  /// A field's value in the panel.
  package func shown(_ field: SettingsField) -> String {
    let value = value(field)
    switch field {
    case .diffusion where value == Self.usual: return pair.map { "\($0.diffusion.id) (\(value))" } ?? value
    case .steps: return menu.timesteps(options).flatMap { $0.isShort ? "\(value), \($0.text)" : nil } ?? value
    case .controlNet where value == Self.usual: return pair?.controlNet.map { "\($0) (\(value))" } ?? value
    default: return value.isEmpty ? Self.usual : value
    }
  }

  /// Smallest and largest value; nil for fields that are not plain numbers.
  package func range(_ field: SettingsField) -> ClosedRange<Double>? {
    func whole(_ range: ClosedRange<Int>) -> ClosedRange<Double> { Double(range.lowerBound)...Double(range.upperBound) }
    let condition = options.conditionSettings
    return switch field {
    case .condition, .detector, .thinning, .sampler, .spacing, .seed, .prompt, .negativePrompt, .network, .guessMode, .diffusion, .controlNet: nil
    case .eta: 0...1
    case .controlStart: 0...options.controlEnd
    case .controlEnd: options.controlStart...1
    case .resolution: 64...2048
    case .threshold: whole(ConditionSettings.thresholds)
    case .cannyLow: whole(ConditionSettings.cannyThresholds.lowerBound...condition.cannyHigh)
    case .cannyHigh: whole(condition.cannyLow...ConditionSettings.cannyThresholds.upperBound)
    case .dilation: whole(ConditionSettings.dilations)
    case .blur: ConditionSettings.blurs
    case .supports: 1...16
    case .steps: 1...1000
    case .guidance: 0...100
    case .controlScale: 0...10
    case .episodes: 1...10_000
    }
  }

  /// The range in words.
  package func allowed(_ field: SettingsField) -> String {
    if let choices = choices(field) { return choices.joined(separator: ", ") }
    if field.isText { return "any text, {name} stands for the class; empty for the usual one" }
    guard let range = range(field) else { return "0 to \(UInt64.max >> 1)" }
    return "\(Self.decimal(range.lowerBound)) to \(Self.decimal(range.upperBound))"
  }

  /// One step up or down, stopping at the ends of the range; choices go round.
  package mutating func step(_ field: SettingsField, by steps: Int) {
    if let choices = choices(field) {
      let index = (choices.firstIndex(of: value(field)) ?? 0) + steps
      choose(choices[((index % choices.count) + choices.count) % choices.count], in: field)
    } else if field == .seed {
      let range = UInt64.min...(UInt64.max >> 1)
      let moved = steps >= 0 ? options.seed.addingReportingOverflow(UInt64(steps)) : options.seed.subtractingReportingOverflow(UInt64(-steps))
      options.seed = moved.overflow ? options.seed : min(range.upperBound, moved.partialValue)
    } else if let range = range(field), let old = Double(value(field)) {
      // Decimals fall on the increment's multiples; whole numbers find back to where they came from.
      let next = field.isWhole
        ? old + Double(steps) * field.increment : ((old / field.increment).rounded() + Double(steps)) * field.increment
      store(min(range.upperBound, max(range.lowerBound, next)), in: field)
    }
  }

  /// Takes a typed value; nil when it was good, otherwise what is allowed.
  package mutating func enter(_ text: String, in field: SettingsField) -> String? {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let choices = choices(field) {
      guard let choice = choices.first(where: { $0.lowercased() == text.lowercased() }) else { return allowed(field) }
      choose(choice, in: field)
    } else if field.isText {
      if field == .prompt { options.prompt = text.isEmpty ? nil : text } else { options.negativePrompt = text.isEmpty ? nil : text }
    } else if field == .seed {
      guard let seed = UInt64(text), seed <= UInt64.max >> 1 else { return allowed(field) }
      options.seed = seed
    } else {
      guard let range = range(field), let value = Double(text), value.isFinite, range.contains(value) else { return allowed(field) }
      guard !field.isWhole || value == value.rounded() else { return allowed(field) }
      store(value, in: field)
    }
    return nil
  }

  /// Takes one of a field's choices.
  mutating func choose(_ name: String, in field: SettingsField) {
    switch field {
    case .condition: options.condition = ConditionType(rawValue: name) ?? options.condition
    case .detector: options.conditionSettings.detector = EdgeDetectorKind(rawValue: name) ?? options.conditionSettings.detector
    case .thinning: options.conditionSettings.thinning = name == "on"
    case .sampler: options.sampler = name
    case .spacing: options.timestepSpacing = SchedulerConfig.Spacing(rawValue: name)
    case .network: network = SegmentationNetwork(rawValue: name) ?? network
    case .guessMode: options.guessMode = name == "on"
    case .diffusion: prefer(diffusion: name == Self.usual ? nil : name)
    case .controlNet: prefer(controlNet: name == Self.usual ? nil : name)
    default: break
    }
  }

  private mutating func store(_ value: Double, in field: SettingsField) {
    switch field {
    case .threshold: options.conditionSettings.threshold = Int(value)
    case .cannyLow: options.conditionSettings.cannyLow = Int(value)
    case .cannyHigh: options.conditionSettings.cannyHigh = Int(value)
    case .dilation: options.conditionSettings.dilation = Int(value)
    case .blur: options.conditionSettings.blur = value
    case .supports: supports = Int(value)
    case .steps: options.steps = Int(value)
    case .guidance: options.guidance = value
    case .controlScale: options.controlScale = value
    case .episodes: episodes = Int(value)
    case .eta: options.eta = value
    case .controlStart: options.controlStart = value
    case .controlEnd: options.controlEnd = value
    case .resolution: options.conditionSettings.resolution = Int(value)
    case .condition, .detector, .thinning, .sampler, .spacing, .seed, .prompt, .negativePrompt, .network, .guessMode, .diffusion, .controlNet: break
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
