import ArgumentParser
import CMalloc
import Core
import Foundation
import Models

/// Parses and runs, and turns whatever is thrown into `error:` + `hint:` and an `ExitStatus`.
@main
enum Main {
  @MainActor static func main() async {
    // Each image has a thread of its own: with glibc's eight heaps a core, each of them grows to the most that any image ever took.
    mallopt(M_ARENA_MAX, 2)
    OutputText.reserveClosedStreams()
    let status = await finished(run)
    endProcess(await finished { try OutputText.finish() } == .done ? status.rawValue : ExitStatus.nothingDone.rawValue)
  }

  /// On the main thread, as all of this: other threads block the signals that a command raises to end itself.
  @MainActor private static func run() async throws {
    try EmptyPath.check(Array(CommandLine.arguments.dropFirst()))
    var command = try Diffss.parseAsRoot()
    _ = try KernelSet.requested()
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
  }

  @MainActor private static func finished(_ work: @MainActor () async throws -> Void) async -> ExitStatus {
    do {
      try await work()
      return .done
    } catch let status as ExitStatus {
      return status
    } catch let error as any Explained {
      report(error)
      return .nothingDone
    } catch {
      return describe(error)
    }
  }

  /// Prints an error and says which exit status it means.
  private static func describe(_ error: any Error) -> ExitStatus {
    let message = Diffss.message(for: error), command = CommandAtHand.ofProcess
    // Help that is asked for a command that there is not would be the general one.
    if Diffss.exitCode(for: error) == .success, command.stray == nil {
      print(Diffss.fullMessage(for: error))
      return .done
    }
    if let stray = command.stray {
      report(message: "there is no command `\(command.name) \(PlainText.clean(stray))`", hint: PlainText.clean(command.hint(for: stray)))
    } else if let unknown = UnknownOption(Array(CommandLine.arguments.dropFirst()), options: command.options) {
      // Else what the misspelt option leaves out is said in its place.
      let owners = unknown.meant == nil ? command.owners(of: unknown.word) : []
      let elsewhere = owners.isEmpty ? nil : "it is an option of \(owners.map { "`\($0)`" }.joined(separator: ", "));"
      report(message: unknown.message, hint: [elsewhere, command.help].compactMap { $0 }.joined(separator: " "))
    } else {
      report(
        message: message,
        hint: PlainText.clean([ValueHint.of(message, options: command.options), command.help].compactMap { $0 }.joined(separator: " ")))
    }
    return .nothingDone
  }
}
