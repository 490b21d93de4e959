import Models
import Pipeline
import Render

extension Notice {
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
