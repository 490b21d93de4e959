import ArgumentParser
import Foundation
import Pipeline
import Render

struct ConditionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "condition",
    abstract: "Make the control image of one picture and its class mask.")

  @OptionGroup var own: OwnPictureOptions
  @OptionGroup var turning: OrientationOptions
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var demo: DemoWeightsOption

  @Option(help: "The condition: \(ConditionType.allCases.filter { $0 != .none }.map(\.rawValue).joined(separator: ", ")).")
  var type: ConditionType

  @OptionGroup var knobs: ConditionFlags

  @Option(help: "Target of the shorter side before both are rounded to multiples of 64, 64...4096.")
  var resolution: Int = 512

  @Option(help: ArgumentHelp("Where each stage is written as NAME.png too.", valueName: "dir"))
  var stages: String?

  @Option(help: ArgumentHelp("The control image, a PNG.", valueName: "file"))
  var out: String

  func validate() throws {
    if type == .none { throw ValidationError("the condition none has no control image") }
    if own.image == nil { throw ValidationError("--image, --mask and --class-index are needed") }
    if !(64...4096).contains(resolution) { throw ValidationError("--resolution must be 64...4096") }
  }

  func run() throws {
    try runtime.apply()
    guard let picture = try own.picture(turning.orientation ?? .auto) else { return }
    let settings = knobs.settings(resolution: resolution), models = ModelLibrary(folders: runtime.modelFolders)
    demo.warn(own.detectorFile.map { DemoWeights(at: [$0]) } ?? models.demoWeights(detecting: type, settings: settings))
    let control = try picture.condition(type, settings: settings, models: models, detector: own.detectorFile)
    try stages.map { try control.writeStages(to: URL(fileURLWithPath: $0, isDirectory: true)) }
    try control.image.writePNG(to: URL(fileURLWithPath: out))
    print("\(out): \(control.image.width)x\(control.image.height)")
  }
}
