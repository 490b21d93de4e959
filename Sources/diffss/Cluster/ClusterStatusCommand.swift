import ArgumentParser
import Cluster
import Core
import Foundation

struct ClusterStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How far a run is: tasks by state, images, pace, time left, and what failed ones said last.",
    discussion: "Exit status 0 when all is done, 1 while it is not.")

  @OptionGroup var choice: RunChoice

  @Flag(help: "Again every five seconds until nothing of it is in the queue.")
  var watch = false

  @Flag(help: "Print one JSON document; with --watch one a line.")
  var json = false

  @Option(help: "Lines of a failed task's output.")
  var lines: Int = 5

  func validate() throws {
    if !(0...1000).contains(lines) { throw ValidationError("--lines must be 0...1000") }
  }

  func run() async throws {
    let run = try choice.chosen(), isTerminal = isatty(STDOUT_FILENO) == 1
    while true {
      let status = ClusterStatus(run, lines: lines)
      if json {
        print(try CanonicalJSON.text(status))
      } else {
        if watch && isTerminal { print("\u{1B}[H\u{1B}[J", terminator: "") }
        print(status.text.joined(separator: "\n"))
      }
      fflush(nil)
      if !watch || status.isOver { throw status.isComplete ? ExitStatus.done : ExitStatus.someFailed }
      for _ in 0..<50 where !Interrupt.shared.isRequested { try await Task.sleep(for: .milliseconds(100)) }
      if Interrupt.shared.isRequested { throw ExitStatus.interrupted }
    }
  }
}
