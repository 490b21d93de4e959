import ArgumentParser
import Core
import Foundation
import Generation
import Render

struct ConditionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "condition",
    abstract: "Make the control image of one image and its class mask.",
    discussion: .examples(
      alone: true, "diffss condition --image dog.jpg --mask dog.png --class-index 17 \\\n    --type mask --out control.png",
      "diffss condition --image dog.jpg --mask dog.png --class-index 17 \\\n    --type scribble --threshold 90 --stages stages/ --out control.png",
      "diffss condition --image cup.jpg --mask cup.png --class-index 1 \\\n    --classes folder --type canny --out control.png"))

  @OptionGroup(title: "Data") var own: OwnImageOptions
  @OptionGroup(title: "Data") var turning: OrientationOptions
  @OptionGroup(title: "Condition") var choice: Choice
  @OptionGroup(title: "Condition") var flags: ConditionFlags
  @OptionGroup(title: "Models") var demo: DemoWeightsOption
  @OptionGroup(title: "Output") var output: Output
  @OptionGroup(title: "Machine") var runtime: RuntimeOptions

  /// Which condition, and in which size.
  struct Choice: ParsableArguments {
    @Option(help: "The condition: \(ConditionType.allCases.filter { $0 != .none }.map(\.rawValue).joined(separator: ", ")).")
    var type: ConditionType

    @Option(.resolution) var resolution: SettingValue?
  }

  /// What is written.
  struct Output: ParsableArguments {
    @Option(help: ArgumentHelp("Where each stage is written as NAME.png too.", valueName: "dir"))
    var stages: String?

    @Option(help: ArgumentHelp("The control image, a PNG.", valueName: "file"))
    var out: String
  }

  private var type: ConditionType { choice.type }
  private var resolution: SettingValue? { choice.resolution }
  private var out: String { output.out }

  func validate() throws {
    if type == .none { throw ValidationError("the condition none has no control image") }
    if own.image == nil { throw ValidationError("--image, --mask and --class-index or --class-name are needed") }
    try resolution.map { try [$0].validate() }
  }

  func run() throws {
    try runtime.apply()
    try OutputPath.check(out)
    guard let image = try own.image(turning.orientation ?? .auto) else { return }
    var options = GenerationOptions()
    try (flags.given + [resolution].compactMap { $0 }).apply(to: &options)
    let settings = options.conditionSettings, models = ModelLibrary(folders: runtime.modelFolders)
    demo.warn(own.detectorFile.map { DemoWeights(at: [$0]) } ?? models.demoWeights(detecting: type, settings: settings))
    let control = try image.condition(type, settings: settings, models: models, detector: own.detectorFile)
    try output.stages.map { try control.writeStages(to: URL(fileURLWithPath: $0, isDirectory: true)) }
    try control.image.writePNG(to: URL(fileURLWithPath: out))
    print("\(out): \(control.image.width)x\(control.image.height)")
  }
}
