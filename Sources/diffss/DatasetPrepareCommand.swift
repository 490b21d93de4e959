import ArgumentParser
import Core
import Data
import Foundation

struct DatasetPrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Make a data set ready: read its masks once, generate COCO's, draw the demo's scenes.",
    discussion: """
      coco: reads the annotation files and generates every mask once; what the masks hold is kept in the cache, with the place of each
      annotation, so that lists are ready at once afterwards and a mask is generated in less time than its PNG could be read in. With --out
      the masks are also written as OUT/PART/NAME.png, as other programs read them. pascal, folder: reads the masks once, likewise.
      demo: draws scenes into OUT as arrays: images.npy, masks.npy, items.json. With --redrawn K its supports instead, K times each as a
      perfect painter would draw them, named for --aux: the object stays where it is, its colours, texture, light and background change.
      """
        + String.examples(
          "diffss dataset prepare coco --root /data/coco", "diffss dataset prepare coco --root /data/coco --out masks/",
          "diffss dataset prepare demo --redrawn 4 --out redrawn/"))

  @Argument(help: "The data set; the same as --dataset.")
  var name: DatasetKind?

  @OptionGroup(title: "Data") var data: DatasetOptions

  @Option(help: "Seed of the demo's scenes; 0 is the evaluation set.")
  var seed: UInt64 = 0

  @Option(help: "Number of the demo's scenes.")
  var count = 800

  @Option(help: ArgumentHelp("demo: redrawn images a support, 1...64, in place of scenes.", valueName: "k"))
  var redrawn: Int?

  @Option(help: ArgumentHelp("Folder to write masks or scenes to.", valueName: "dir"))
  var out: String?

  mutating func validate() throws {
    data.named = name ?? data.named
    guard (1...1_000_000).contains(count) else { throw ValidationError("--count must be between 1 and 1000000") }
    if let redrawn {
      guard (1...64).contains(redrawn) else { throw ValidationError("--redrawn must be between 1 and 64") }
      guard data.dataset.isDemo else { throw ValidationError("--redrawn is for the demo, whose objects can be drawn again") }
    }
    if data.dataset.isDemo && out == nil { throw ValidationError("--out is needed for the demo") }
  }

  func run() throws {
    if let redrawn, let out { return try redraw(redrawn, to: out) }
    if data.dataset.isDemo { return try drawDemo(to: out ?? "") }
    if let out {
      guard data.dataset == .coco else {
        throw CoreError.badSetting(name: "out", value: out, allowed: "only coco and demo, \(data.dataset.rawValue) has masks already")
      }
      try OutputPath.checkFolder(out)
    }
    var source = data.source
    source.split = data.split ?? .all
    let dataset = try data.open(source)
    print("\(dataset.name): \(Counted(dataset.items.count, "image")) ready")
    guard let out else { return }
    let line = ProgressLine("writing", unit: "masks")
    do {
      let done = try DatasetPreparation.writeMasks(dataset, to: URL(fileURLWithPath: out, isDirectory: true)) { done, of in
        line.update(Double(done), of: Double(of))
        return !Interrupt.shared.isRequested
      }
      line.finish()
      guard let done else { return }
      print("\(out): \(Counted(done.written, "mask")) written")
      if done.failed > 0 {
        report(
          message: "\(Counted(done.failed, "mask")) cannot be generated",
          hint: "see why with: diffss dataset info --dataset \(dataset.name)")
        throw ExitStatus.someFailed
      }
    } catch is CancellationError { throw ExitStatus.interrupted }
  }

  private func redraw(_ count: Int, to out: String) throws {
    let line = ProgressLine("drawing", unit: "images")
    do {
      let written = try DemoExport.writeRedrawn(count, to: URL(fileURLWithPath: out, isDirectory: true)) { done, of in
        line.update(Double(done), of: Double(of))
        return !Interrupt.shared.isRequested
      }
      line.finish()
      print("\(out): \(Counted(written, "image")), for --aux")
    } catch is CancellationError { throw ExitStatus.interrupted }
  }

  private func drawDemo(to out: String) throws {
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
