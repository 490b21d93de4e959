import ArgumentParser

struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Cut a generation, an evaluation or a sweep into tasks for a Slurm cluster, and put together what they make.",
    discussion: """
      A run is one folder that every node reads: its plan, what each task says of itself, and what it has made. Tasks that are killed, pre-empted \
      or at their time limit go on where they were. docs/cluster.md tells the whole.
      """
        + String.examples(
          "diffss cluster submit generate --tasks 100 --cpus 16 --out aux/", "diffss cluster status --watch", "diffss cluster collect"),
    subcommands: [
      ClusterSubmitCommand.self, ClusterStatusCommand.self, ClusterCollectCommand.self, ClusterCancelCommand.self, ClusterRunCommand.self,
    ])
}
