import Models
import Pipeline
import Render
import TUI

/// An error that says what happened and what to do.
protocol Explained: Error {
  var message: String { get }
  var hint: String? { get }
}

extension ModelError: Explained {}
extension PipelineError: Explained {}
extension RenderError: Explained {}
extension TUIError: Explained {}
