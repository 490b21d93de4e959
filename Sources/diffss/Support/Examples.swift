extension String {
  /// Command lines below a command's discussion, as they are typed; `alone` where there is no other discussion.
  static func examples(alone: Bool = false, _ lines: String...) -> String {
    (alone ? "" : "\n\n") + "EXAMPLES:\n" + lines.map { "  \($0)" }.joined(separator: "\n")
  }
}
