import Models
import Pipeline
import Render

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

  /// From whatever was thrown.
  package init(_ error: any Error) {
    switch error {
    case let error as PipelineError: self.init(.error, error.message, hint: error.hint)
    case let error as ModelError: self.init(.error, error.message, hint: error.hint)
    case let error as RenderError: self.init(.error, error.message, hint: error.hint)
    case let error as TUIError: self.init(.error, error.message, hint: error.hint)
    default: self.init(.error, String(describing: error))
    }
  }
}

/// A notice on the screen until its time is over.
package struct Toast: Hashable, Sendable {
  package var notice: Notice
  /// In seconds of `ExplorerState.now`.
  package var until: Double
}
