import Pipeline

/// What lies over the panels and takes the keys.
package enum Dialog: Hashable, Sendable {
  /// Help and palette.
  case commands(CommandList)
  case picker(Picker)
  /// Everything that was said, from row `top` on.
  case messages(top: Int)
  case confirm(Confirmation)
  /// A setting being typed.
  case entry(SettingsField, LineInput, complaint: String?)
  /// A path being typed.
  case path(PathPurpose, LineInput)
  /// The filter of the episodes being typed; the list follows.
  case filter(LineInput, before: String)
}

/// A question whose answer is yes or no.
package enum Confirmation: Hashable, Sendable {
  case quit(status: Int32)
  case evaluate(EvaluationPlan)
}

/// What a typed path is for.
package enum PathPurpose: Hashable, Sendable, CaseIterable {
  /// Settings are taken over from a picture that this program painted.
  case recall
  /// A folder for the kept pictures.
  case exportKept
  /// An HTML report.
  case report

  package var title: String {
    switch self {
    case .recall: "Settings from a picture"
    case .exportKept: "Export kept pictures to a folder"
    case .report: "HTML report"
    }
  }

  package var hint: String {
    switch self {
    case .recall: "PNG or JPEG that this program painted"
    case .exportKept: "kept and starred ones, named as the loaders read them"
    case .report: "a file to write: figures, pictures, requests"
    }
  }

  /// What stands there to begin with.
  package var proposal: String {
    switch self {
    case .recall: ""
    case .exportKept: "kept"
    case .report: "report.html"
    }
  }
}
