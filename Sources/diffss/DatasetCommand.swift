import ArgumentParser
import Foundation
import Pipeline

/// `diffss dataset`: what a data set holds, and making it ready for use.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Data sets: what they hold, and making them ready.",
    subcommands: [Info.self, List.self, Prepare.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Folds, classes and how many pictures hold each.")

    @OptionGroup var data: DatasetOptions

    func run() throws {
      let dataset = try Datasets.open(data.dataset, root: data.rootURL)
      var pictures: [Int: Int] = [:]
      for item in dataset.items { for index in item.classes { pictures[index, default: 0] += 1 } }
      var rows = [["class", "index", "fold", "ADE20K", "pictures"]]
      for fold in 0..<dataset.folds {
        for index in dataset.classes(inFold: fold) {
          guard let info = dataset.classInfo(index), pictures[index] != nil || dataset.classes.count <= 100 else { continue }
          rows.append([PlainText.clean(info.name), "\(index)", "\(fold)", "\(info.adeIndex)", "\(pictures[index] ?? 0)"])
        }
      }
      print("\(dataset.name): \(dataset.items.count) pictures, \(dataset.classes.count) classes, \(dataset.folds) folds\n")
      print(TextTable.markdown(rows))
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The episodes of a fold, in their order.")

    @OptionGroup var data: DatasetOptions
    @Option(help: "Real supports an episode.")
    var shots = 1
    @Option(help: "Number of episodes.")
    var episodes = 20
    @Option(name: .customLong("protocol"), help: "Whose episode order: \(EpisodeProtocol.allCases.map(\.rawValue).joined(separator: ", ")).")
    var episodeProtocol: EpisodeProtocol = .hsnet
    @Option(help: "Seed of the draws.")
    var seed: UInt64 = 0
    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
      if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
      if !(1...1_000_000).contains(episodes) { throw ValidationError("--episodes must be 1...1000000") }
    }

    func run() async throws {
      let dataset = try Datasets.open(data.dataset, root: data.rootURL)
      let list = try EpisodeSampler(dataset, fold: data.fold, shots: shots, episodeProtocol: episodeProtocol, seed: seed)
        .prefix(episodes)
      if json { return print(try CanonicalJSON.text(Array(list))) }
      for episode in list {
        let name = dataset.classInfo(episode.classIndex)?.name ?? "\(episode.classIndex)"
        print(PlainText.clean("\(episode.index)\t\(name)\t\(episode.query.id)\t\(episode.supports.map(\.id).joined(separator: " "))"))
      }
    }
  }

  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw the demo data set into arrays: images.npy, masks.npy, items.json.")

    @Option(help: "Data set to prepare: demo.")
    var dataset = "demo"
    @Option(help: "Seed of the scenes; 0 is the evaluation set.")
    var seed: UInt64 = 0
    @Option(help: "Number of scenes.")
    var count = 800
    @Option(help: "Folder to write to.")
    var out: String

    func validate() throws {
      guard dataset == DatasetKind.demo.rawValue else {
        throw ValidationError("only --dataset demo is drawn; the others are read where they are")
      }
      guard (1...1_000_000).contains(count) else { throw ValidationError("--count must be between 1 and 1000000") }
    }

    func run() throws {
      let line = ProgressLine("drawing", unit: "scenes")
      let complete = try DemoExport.write(seed: seed, count: count, to: URL(fileURLWithPath: out)) { done in
        line.update(Double(done), of: Double(count))
        return !Interrupt.shared.isRequested
      }
      line.finish()
      if !complete { throw ExitStatus.interrupted }
      print("\(out): images.npy, masks.npy, items.json")
    }
  }
}
