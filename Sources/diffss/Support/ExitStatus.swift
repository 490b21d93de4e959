import ArgumentParser
import Core
import Foundation
import Generation

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

/// Ends the process, and the engines with it.
///
/// Not by `exit`: a thread may be inside a network or a digest, and what runs at exit would take OpenBLAS or OpenSSL away under it.
func endProcess(_ status: Int32) -> Never {
  fflush(nil)
  EnginePool.endAll()
  _exit(status)
}

/// Writes `text` and a line end to standard error.
func printError(_ text: String) { writeError(text + "\n") }

/// Writes `text` to standard error. What that has no room for is let go, as where it is a file on a full disk: the work's own end says more.
func writeError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

/// Prints one failure as every command prints it: what happened, then what to do.
func report(message: String, hint: String?) {
  Log.program.error("\(message)")
  printError("error: \(message)")
  if let hint { printError("hint: \(hint)") }
}

/// The same of an error; behind one that tells of a model that is missing, the way to real weights.
func report(_ error: any Explained) {
  let isClash = if case GenerationError.optionsClash = error { true } else { false }
  report(message: PlainText.cleanLines(error.message), hint: isClash ? CommandAtHand.ofProcess.help : error.hint.map(PlainText.cleanLines))
  if case GenerationError.modelMissing = error { WeightRecipe.tell() }
}
