import Foundation
import Testing

/// What cannot be told because standard output is closed.
@Suite(.timeLimit(.minutes(5))) struct ClosedOutputTests {
  @Test(arguments: [["doctor"], ["doctor", "--json"], ["models", "list"], ["--version"], ["help", "render"]])
  func isAnErrorOfEveryCommand(arguments: [String]) throws {
    let program = try Program()
    defer { program.remove() }
    let errors = program.home.appendingPathComponent("errors"), process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exec \"$@\" >&- 2>\"$ERRORS\"", "sh", Program.path] + arguments
    process.environment = program.environment.merging(["ERRORS": errors.path]) { $1 }
    try process.runToEnd()
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(process.terminationStatus == 2 && text.contains("cannot write standard output"), "\(process.terminationStatus) \(text)")
  }
}
