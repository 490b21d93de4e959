import ArgumentParser

/// `diffss dataset`: what a data set holds, and making it ready for use.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Data sets: what they hold, their episodes, and making them ready.",
    discussion: .examples(
      alone: true, "diffss dataset info --root /data/coco", "diffss dataset list --fold 1 --episodes 50 --out fold1.json",
      "diffss dataset prepare coco"),
    subcommands: [DatasetInfoCommand.self, DatasetListCommand.self, DatasetPrepareCommand.self])
}
