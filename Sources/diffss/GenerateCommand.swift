import ArgumentParser
import Foundation
import Pipeline

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Paint auxiliary supports: for the supports of a fold, or for one picture of your own.",
    discussion: """
      For a data set, K pictures are painted for each support (picture and class) of the fold and written as
      NAME_CLASS_K.png. For one picture give --image, --mask and --class-index, or ready control images with --control.
      Every picture carries its request; a picture that was painted before is taken from the store.
      """)

  @OptionGroup var data: DatasetOptions
  @OptionGroup var flags: GenerationFlags
  @OptionGroup var own: OwnRunOptions
  @OptionGroup var runtime: RuntimeOptions

  @Option(help: "Pictures for each support.")
  var shots: Int = 4

  @Option(help: "Supports to work on, from the first; all of the fold when absent.")
  var limit: Int?

  @Option(help: "Seed; each picture of a data set derives its own from it.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Where the pictures are written.", valueName: "dir"))
  var out: String

  @Flag(help: "Print one JSON document on standard output.")
  var json = false

  func validate() throws {
    if !(1...64).contains(shots) { throw ValidationError("--shots must be 1...64") }
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    if own.isUsed == false && flags.controlScale.count > 1 {
      throw ValidationError("several --control-scale need several --control")
    }
  }

  func run() async throws {
    runtime.apply()
    let folder = try SupportFolder(creating: URL(fileURLWithPath: out, isDirectory: true))
    if own.isUsed {
      try OwnPictureRun(options: own, flags: flags, runtime: runtime, seed: seed).paint(into: folder, json: json)
    } else {
      try await paintFold(into: folder)
    }
  }

  private func paintFold(into folder: SupportFolder) async throws {
    let workbench = try Workbench.open(data, runtime)
    let options = try flags.options(over: workbench.defaultOptions, seed: seed)
    let supports = try workbench.dataset.supports(inFold: data.fold).prefix(limit ?? .max)
    var requests: [GenerationRequest] = []
    for support in supports {
      requests += try await workbench.requests(
        item: support.item, classIndex: support.classIndex, options: options, count: shots)
      if let control = try await workbench.condition(
        options.condition, settings: options.conditionSettings, item: support.item, classIndex: support.classIndex)
      {
        try folder.addControl(control, of: requests[requests.count - 1].source)
      }
    }
    try await GenerationWatch(workbench: workbench, folder: folder, json: json).run(requests)
  }
}
