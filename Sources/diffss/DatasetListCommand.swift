import ArgumentParser
import Core
import Data
import Evaluation
import Foundation

struct DatasetListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The episodes of a fold, in their order.",
    discussion: """
      --out saves them; `evaluate` and `explore` replay the file with --episode-list. What a published list names and the data set lacks is \
      said on standard error. Exit 1 when an episode cannot be drawn because its class has too few images.
      """
        + String.examples(
          "diffss dataset list --fold 0", "diffss dataset list --protocol bam --shots 5 --episodes 1000 --out bam.json",
          "diffss dataset list --dataset coco --lists lists/ --json"))

  @OptionGroup(title: "Data") var data: DatasetOptions
  @OptionGroup(title: "Data") var draws: EpisodeOptions

  @Option(help: "Real supports an episode.")
  var shots = 1

  @Option(help: "Number of episodes.")
  var episodes = 20

  @Option(help: "Seed of the draw of the episodes, as `evaluate --seeds` and `explore --episode-seed`.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Also save the episodes, with how they were drawn.", valueName: "file"))
  var out: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if !(1...1_000_000).contains(episodes) { throw ValidationError("--episodes must be 1...1000000") }
  }

  func run() throws {
    try out.map(OutputPath.check)
    let dataset = try data.open()
    let draw = draws.draw(shots: shots, seed: seed)
    let list = try EpisodeList(dataset, fold: data.fold, draw: draw, count: episodes)
    warn(try ListCheck.problems(draw, fold: data.fold, of: dataset))
    if list.episodes.isEmpty, let first = list.undrawable.first {
      throw EvaluationError.queryIsSupport(
        name: first.query.id, ofClass: dataset.words(ofClass: first.classIndex), isOwn: first.query.isOwn)
    }
    if let out { try list.write(to: URL(fileURLWithPath: out)) }
    if json {
      print(try CanonicalJSON.text(list.episodes))
    } else {
      show(list, dataset)
    }
    if let first = list.undrawable.first {
      report(
        message:
          "\(list.undrawable.count) of \(Counted(episodes, "episode")) cannot be drawn, the first: \(PlainText.clean(first.query.id)) is drawn as its own support, \(dataset.words(ofClass: first.classIndex)) has too few images",
        hint: "choose fewer shots, or a list with more images of the class")
      throw ExitStatus.someFailed
    }
  }

  private func show(_ list: EpisodeList, _ dataset: any Dataset) {
    for episode in list.episodes {
      let name = dataset.classInfo(episode.classIndex)?.name ?? "\(episode.classIndex)"
      print(PlainText.clean("\(episode.index)\t\(name)\t\(episode.query.id)\t\(episode.supports.map(\.id).joined(separator: " "))"))
    }
  }
}
