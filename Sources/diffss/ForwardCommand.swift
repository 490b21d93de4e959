import ArgumentParser
import Core
import Foundation
import Models
import Pipeline

struct ForwardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forward",
    abstract: "Run one network on tensors from a file (docs/forward.md).",
    discussion: .examples(
      alone: true, "diffss forward --network unet --weights sd15/ \\\n    --input in.safetensors --output out.safetensors",
      "diffss forward --network hed --weights ControlNetHED.pth \\\n    --input in.safetensors --output edges.safetensors",
      "diffss forward --network bam --weights bam/fold0.pth \\\n    --input in.safetensors --output out.safetensors --repeat 5 --profile"))

  @Option(help: "The network: \(ForwardNetwork.allCases.map(\.rawValue).joined(separator: ", ")).")
  var network: ForwardNetwork

  @Option(help: ArgumentHelp("The network's folder, a whole model folder, or a file of weights.", valueName: "path"))
  var weights: String

  @Option(help: ArgumentHelp("A few-shot network's backbone, where it was published in a file of its own.", valueName: "file"))
  var backbone: String?

  @OptionGroup var singleFile: SingleFileOptions

  @Option(help: ArgumentHelp("Input tensors, safetensors.", valueName: "file"))
  var input: String

  @Option(help: ArgumentHelp("Where the output tensors are written, safetensors.", valueName: "file"))
  var output: String

  @Option(help: "What the network's products are made of: float32 or bfloat16.")
  var precision: Precision = .float32

  @Option(help: "Runs; each one's seconds are printed on standard error.")
  var `repeat`: Int = 1

  @Flag(help: "Say on standard error where the last run's time went: seconds, share and GFLOP/s of each kind and shape of layer.")
  var profile = false

  @Option(help: "Threads; all cores when absent.")
  var threads: Int?

  func validate() throws {
    if !(1...100_000).contains(`repeat`) { throw ValidationError("--repeat must be 1...100000") }
    if let threads, !(1...64).contains(threads) { throw ValidationError("--threads must be 1...64") }
  }

  func run() throws {
    if let threads = threads ?? UserSettings.ofUser.threads { Compute.threads = threads }
    try OutputPath.check(output)
    let runner = try ForwardRunner(
      network, weights: URL(fileURLWithPath: weights), backbone: backbone.map { URL(fileURLWithPath: $0) }, config: singleFile.folder,
      precision: precision)
    let inputs = try Checkpoint(file: URL(fileURLWithPath: input))
    var outputs: [(name: String, tensor: Tensor)] = []
    for number in 1...`repeat` {
      let start = ContinuousClock.now
      if profile, number == `repeat` {
        let (result, lines) = try Profile.of { try runner(inputs) }
        outputs = result
        printError(ProfileTable(lines).text)
      } else {
        outputs = try runner(inputs)
      }
      printError(String(format: "run %d: %.4f s", number, (ContinuousClock.now - start) / .seconds(1)))
    }
    try Safetensors.write(outputs, to: URL(fileURLWithPath: output))
    for (name, tensor) in outputs { print("\(name) \(tensor.shape)") }
  }
}

extension ForwardNetwork: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
