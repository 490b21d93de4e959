import ArgumentParser
import Core
import Foundation

/// The command line: one file a subcommand, no logic of its own.
struct Diffss: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diffss",
    abstract: "Diffusion-generated support images for few-shot segmentation, in a terminal.", version: ProgramVersion.current,
    subcommands: [
      ExploreCommand.self, ConditionCommand.self, GenerateCommand.self, EvaluateCommand.self, SweepCommand.self, DatasetCommand.self, ModelsCommand.self,
      ForwardCommand.self, QueueCommand.self, VerifyCommand.self, ReportCommand.self, RenderCommand.self, ClusterCommand.self,
      DoctorCommand.self,
    ],
    defaultSubcommand: ExploreCommand.self)
}
