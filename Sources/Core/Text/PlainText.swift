/// Text that is safe to show: class and file names come from other people's folders.
public enum PlainText {
  /// Every control, format and line-separating character becomes a space, so that no terminal escape sequence survives.
  public static func clean(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : " " }))
  }

  /// The same for a text of several lines, such as a list of keys. Lines behind the first are indented, so that a line break
  /// in somebody's file name cannot pass for a line of ours.
  public static func cleanLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
      (number > 0 && !line.hasPrefix("  ") ? "  " : "") + clean(String(line))
    }.joined(separator: "\n")
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}
