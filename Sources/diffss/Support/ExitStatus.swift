import ArgumentParser
import Core
import Foundation

/// What the process tells its caller; scripts use the numbers.
enum ExitStatus: Int32, Error {
  /// Everything asked for was done.
  case done = 0
  /// Some items failed; the others were done and kept.
  case someFailed = 1
  /// Nothing was done, or the command line could not be understood.
  case nothingDone = 2
  /// Ctrl-C or SIGTERM; what was finished is kept.
  case interrupted = 130
}

/// Writes `text` and a line end to standard error.
func printError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Prints one failure as every command prints it: what happened, then what to do.
func report(message: String, hint: String?) {
  Log.program.error("\(message)")
  printError("error: \(message)")
  if let hint { printError("hint: \(hint)") }
}
