import ArgumentParser
import CProcessor
import Core
import Foundation

/// Parses and runs, and turns whatever is thrown into `error:` + `hint:` and an `ExitStatus`.
@main
enum Main {
  static func main() async {
    #if NEEDS_AVX2
      // Nothing but C here: other code may share functions with modules that are compiled with those instructions.
      if processor_has_avx2_fma_f16c() == 0 {
        let text: StaticString = """
          error: this program was built for processors with AVX2, FMA and F16C, and this one lacks them
          hint: build it on this machine, or anywhere with DIFFSS_PORTABLE=1

          """
        write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        _exit(2)
      }
    #endif
    do {
      var command = try Diffss.parseAsRoot()
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
