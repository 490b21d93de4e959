import Foundation
import Models
import Pipeline

/// What the settings panel edits.
package struct SettingsForm: Hashable, Sendable {
  package var options = GenerationOptions()
  /// Generated supports an episode, K.
  package var supports = 4
  /// Episodes of an evaluation over the fold.
  package var episodes = 10
  /// The row under the cursor.
  package var field = SettingsField.condition

  package init() {}

  /// A field's value as shown and as a number entry starts from.
  package func value(_ field: SettingsField) -> String {
    switch field {
    case .condition: options.condition.rawValue
    case .supports: "\(supports)"
    case .sampler: options.sampler
    case .steps: "\(options.steps)"
    case .guidance: Self.decimal(options.guidance)
    case .controlScale: Self.decimal(options.controlScale)
    case .seed: "\(options.seed)"
    case .episodes: "\(episodes)"
    }
  }

  /// One step up or down, stopping at the ends of the range; conditions and samplers go round.
  package mutating func step(_ field: SettingsField, by steps: Int) {
    switch field {
    case .condition:
      let all = ConditionType.allCases
      let index = (all.firstIndex(of: options.condition) ?? 0) + steps
      options.condition = all[((index % all.count) + all.count) % all.count]
    case .sampler:
      let all = SamplerName.allCases
      let index = (all.firstIndex { $0.rawValue == options.sampler } ?? 0) + steps
      options.sampler = all[((index % all.count) + all.count) % all.count].rawValue
    case .seed:
      let range = UInt64.min...(UInt64.max >> 1)
      let moved = steps >= 0 ? options.seed.addingReportingOverflow(UInt64(steps)) : options.seed.subtractingReportingOverflow(UInt64(-steps))
      options.seed = moved.overflow ? options.seed : min(range.upperBound, moved.partialValue)
    default:
      guard let range = field.range, let old = Double(value(field)) else { return }
      let next = ((old / field.increment).rounded() + Double(steps)) * field.increment
      store(min(range.upperBound, max(range.lowerBound, next)), in: field)
    }
  }

  /// Takes a typed value; nil when it was good, otherwise what is allowed.
  package mutating func enter(_ text: String, in field: SettingsField) -> String? {
    let text = text.trimmingCharacters(in: .whitespaces)
    switch field {
    case .condition:
      guard let type = ConditionType(rawValue: text.lowercased()) else { return field.allowed }
      options.condition = type
    case .sampler:
      guard let name = SamplerName(rawValue: text.lowercased()) else { return field.allowed }
      options.sampler = name.rawValue
    case .seed:
      guard let seed = UInt64(text), seed <= UInt64.max >> 1 else { return field.allowed }
      options.seed = seed
    default:
      guard let range = field.range, let value = Double(text), value.isFinite, range.contains(value) else { return field.allowed }
      guard !field.isWhole || value == value.rounded() else { return field.allowed }
      store(value, in: field)
    }
    return nil
  }

  private mutating func store(_ value: Double, in field: SettingsField) {
    switch field {
    case .supports: supports = Int(value)
    case .steps: options.steps = Int(value)
    case .guidance: options.guidance = value
    case .controlScale: options.controlScale = value
    case .episodes: episodes = Int(value)
    case .condition, .sampler, .seed: break
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

/// The rows of the settings panel.
package enum SettingsField: Int, CaseIterable, Hashable, Sendable {
  case condition, supports, steps, guidance, controlScale, sampler, seed, episodes

  package var title: String {
    switch self {
    case .condition: "Condition"
    case .supports: "Supports"
    case .sampler: "Sampler"
    case .steps: "Steps"
    case .guidance: "Guidance"
    case .controlScale: "Control"
    case .seed: "Seed"
    case .episodes: "Episodes"
    }
  }

  /// What is meant, for the panel's lower edge and the help.
  package var explanation: String {
    switch self {
    case .condition: "what steers the painting"
    case .supports: "generated per episode"
    case .sampler: "how noise is taken away"
    case .steps: "denoising steps"
    case .guidance: "pull of the prompt, 1 = off"
    case .controlScale: "pull of the condition"
    case .seed: "same seed, same pictures"
    case .episodes: "per evaluation (E)"
    }
  }

  /// Smallest and largest value; nil for fields that are not plain numbers.
  package var range: ClosedRange<Double>? {
    switch self {
    case .condition, .sampler, .seed: nil
    case .supports: 1...16
    case .steps: 1...1000
    case .guidance: 0...100
    case .controlScale: 0...10
    case .episodes: 1...10_000
    }
  }

  /// What one key press changes.
  package var increment: Double {
    switch self {
    case .guidance: 0.5
    case .controlScale: 0.1
    default: 1
    }
  }

  /// Whether a typed value must be a whole number.
  package var isWhole: Bool { self != .guidance && self != .controlScale }

  /// The range in words.
  package var allowed: String {
    switch self {
    case .condition: ConditionType.allCases.map(\.rawValue).joined(separator: ", ")
    case .sampler: SamplerName.allCases.map(\.rawValue).joined(separator: ", ")
    case .seed: "0 to \(UInt64.max >> 1)"
    default: range.map { "\(SettingsForm.decimal($0.lowerBound)) to \(SettingsForm.decimal($0.upperBound))" } ?? ""
    }
  }

  /// The row `steps` further, without leaving the form.
  package func moved(_ steps: Int) -> SettingsField {
    SettingsField(rawValue: min(SettingsField.allCases.count - 1, max(0, rawValue + steps))) ?? self
  }
}
