import Core
import Data
import Foundation

/// Says on standard error what a list's episodes lack: each kind's first cases, and what becomes of them.
func warn(_ problems: [DatasetProblem]) {
  let mostNamed = 10
  for kind in DatasetProblem.Kind.allCases {
    let own = problems.filter { $0.kind == kind }
    for problem in own.prefix(mostNamed) { warn(PlainText.clean("\(problem.name): \(problem.detail)")) }
    if own.count > mostNamed { warn("\(kind.title): \(own.count - mostNamed) more") }
    if !own.isEmpty { printError("hint: \(kind.advice)") }
  }
}

/// Prints one warning, and logs it.
func warn(_ text: String) {
  Log.program.warning("\(text)")
  printError("warning: \(text)")
}
