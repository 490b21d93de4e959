import Generation

/// Which conditions can generate with the models that there are.
extension SettingsForm {
  /// What a condition lacks to generate with the present models; nil where it lacks nothing, and where no condition has what it needs.
  func lack(_ condition: ConditionType) -> String? {
    guard ConditionType.allCases.contains(where: { reason($0) == nil }) else { return nil }
    return reason(condition)
  }

  private func reason(_ condition: ConditionType) -> String? {
    guard menu.pair(for: condition, preferring: options.models) != nil else { return "no ControlNet here" }
    guard let detector = condition.detector(options.conditionSettings), let detectors = menu.detectors, !detectors.contains(detector) else {
      return nil
    }
    return "no \(detector.rawValue) weights here"
  }

  /// The next condition that can generate, or the one before; the present one where there is no other.
  mutating func stepCondition(by step: Int) {
    let all = ConditionType.allCases
    guard let place = all.firstIndex(of: options.condition) else { return }
    for steps in 1...all.count {
      let condition = all[((place + step * steps) % all.count + all.count) % all.count]
      if lack(condition) == nil { return choose(condition.rawValue, in: .setting(.condition)) }
    }
  }

  /// How to come by what the grey conditions of a list lack.
  static let lackHint = "grey ones lack weights: `diffss models pull` fetches them from Hugging Face, --models names a folder"
}
