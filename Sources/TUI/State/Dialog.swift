import Pipeline

/// What lies over the panels and takes the keys.
package enum Dialog: Hashable, Sendable {
  /// Keys and their meaning, from row `top` on.
  case help(top: Int)
  /// Everything that was said, from row `top` on.
  case messages(top: Int)
  case confirm(Confirmation)
  /// A value being typed.
  case entry(SettingsField, text: String, complaint: String?)
}

/// A question whose answer is yes or no.
package enum Confirmation: Hashable, Sendable {
  case quit(status: Int32)
  case evaluate(EvaluationPlan)
}
