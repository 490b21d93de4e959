/// Something to tell the user: what happened and, where there is something, what to do.
package struct Notice: Hashable, Sendable {
  package enum Level: Hashable, Sendable { case info, warning, error }

  package var level: Level
  package var message: String
  package var hint: String?

  package init(_ level: Level, _ message: String, hint: String? = nil) {
    self.level = level
    self.message = message
    self.hint = hint
  }
}
