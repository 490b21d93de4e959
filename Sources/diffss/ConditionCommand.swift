import ArgumentParser
import Foundation
import Generation
import Render

struct ConditionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "condition",
    abstract: "Make the control image of one image and its class mask.")

  @OptionGroup var own: OwnImageOptions
  @OptionGroup var turning: OrientationOptions
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var demo: DemoWeightsOption

  @Option(help: "The condition: \(ConditionType.allCases.filter { $0 != .none }.map(\.rawValue).joined(separator: ", ")).")
  var type: ConditionType

  @OptionGroup var flags: ConditionFlags
  @Option(.resolution) var resolution: SettingValue?

  @Option(help: ArgumentHelp("Where each stage is written as NAME.png too.", valueName: "dir"))
  var stages: String?

  @Option(help: ArgumentHelp("The control image, a PNG.", valueName: "file"))
  var out: String

  func validate() throws {
    if type == .none { throw ValidationError("the condition none has no control image") }
    if own.image == nil { throw ValidationError("--image, --mask and --class-index are needed") }
    try resolution.map { try [$0].validate() }
  }

  func run() throws {
    try runtime.apply()
    guard let image = try own.image(turning.orientation ?? .auto) else { return }
    var options = GenerationOptions()
    try (flags.given + [resolution].compactMap { $0 }).apply(to: &options)
    let settings = options.conditionSettings, models = ModelLibrary(folders: runtime.modelFolders)
    demo.warn(own.detectorFile.map { DemoWeights(at: [$0]) } ?? models.demoWeights(detecting: type, settings: settings))
    let control = try image.condition(type, settings: settings, models: models, detector: own.detectorFile)
    try stages.map { try control.writeStages(to: URL(fileURLWithPath: $0, isDirectory: true)) }
    try control.image.writePNG(to: URL(fileURLWithPath: out))
    print("\(out): \(control.image.width)x\(control.image.height)")
  }
}
