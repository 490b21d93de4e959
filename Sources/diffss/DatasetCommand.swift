import ArgumentParser
import Foundation
import Pipeline

/// `diffss dataset`: what a data set holds, and making it ready for use.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Data sets: what they hold, and making them ready.",
    subcommands: [Prepare.self])

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
