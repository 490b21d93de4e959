import ArgumentParser
import Core
import Foundation
import Models

/// Parses and runs, and turns whatever is thrown into `error:` + `hint:` and an `ExitStatus`.
@main
enum Main {
  static func main() async {
    do {
      var command = try Diffss.parseAsRoot()
      _ = try KernelSet.requested()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let status as ExitStatus {
      exit(status.rawValue)
    } catch let error as any Explained {
      report(message: PlainText.cleanLines(error.message), hint: error.hint.map(PlainText.cleanLines))
      exit(ExitStatus.nothingDone.rawValue)
    } catch {
      exit(describe(error))
    }
  }

  /// Prints an error and says which exit status it means.
  private static func describe(_ error: any Error) -> Int32 {
    if Diffss.exitCode(for: error) == .success {
      print(Diffss.fullMessage(for: error))
      return ExitStatus.done.rawValue
    }
    report(message: Diffss.message(for: error), hint: "see `diffss --help` and `diffss help SUBCOMMAND`")
    return ExitStatus.nothingDone.rawValue
  }
}
