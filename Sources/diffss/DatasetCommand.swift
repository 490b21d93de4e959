import ArgumentParser

/// `diffss dataset`: what a data set holds, and making it ready for use.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Data sets: what they hold, their episodes, and making them ready.",
    subcommands: [DatasetInfoCommand.self, DatasetListCommand.self, DatasetPrepareCommand.self])
}
