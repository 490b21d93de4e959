import Core

/// Says what becomes of prompts that text encoders do not read as they are.
enum PromptRemarks {
  private static let most = 3

  /// Prints the first few of some remarks as warnings.
  static func say(_ remarks: [String]) {
    for remark in remarks.prefix(most) { printError("warning: \(PlainText.clean(remark))") }
    if remarks.count > most { printError("warning: and \(remarks.count - most) more of this kind, each in the metadata of its image") }
  }
}
