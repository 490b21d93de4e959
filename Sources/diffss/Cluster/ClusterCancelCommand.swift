import ArgumentParser
import Cluster

struct ClusterCancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Take a run's tasks out of Slurm's queue. What is finished is kept, and can be collected.")

  @OptionGroup var choice: RunChoice

  func run() throws {
    let run = try choice.chosen(), count = try run.cancel()
    print("run \(run.name): cancelled \(count) task\(count == 1 ? "" : "s")")
  }
}
