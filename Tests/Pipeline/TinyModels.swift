import Data
import Foundation
import Generation
import Models
import Pipeline
import TestSupport

/// The random networks of `Tests/Fixtures` as a model folder, with DCAMA as both folds' network: images of noise in milliseconds.
struct TinyModels {
  let folder: TemporaryFolder
  let workbench: Workbench
  let store: Store

  /// Stable Diffusion in diffusers' layout.
  static let diffusion = Golden.fixture("diffusion/model")

  private static let controlNet = Golden.fixture("diffusion/controlnet")

  /// Writes a ControlNet for `diffusion` into a new folder; another number gives other weights.
  static func writeControlNet(_ number: Int, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: controlNet.appendingPathComponent("config.json"), to: folder.appendingPathComponent("config.json"))
    let weights = try Checkpoint(folder: controlNet)
    let tensors = try weights.names.map { name in
      let tensor = try weights.tensor(name), isChanged = name == "controlnet_mid_block.bias"
      return (name: name, tensor: isChanged ? Tensor(tensor.values.map { $0 + Float(number) / 8 }, shape: tensor.shape) : tensor)
    }
    try Safetensors.write(tensors, to: folder.appendingPathComponent("diffusion_pytorch_model.safetensors"))
  }

  init(
    generator: (any SupportGenerator)? = nil, dataset: any Dataset = SquaresDataset(), workers: GenerationWorkers = GenerationWorkers()
  ) throws {
    folder = try TemporaryFolder()
    let models = folder.url.appendingPathComponent("models"), files = FileManager.default
    try files.createDirectory(at: models.appendingPathComponent("dcama"), withIntermediateDirectories: true)
    try files.createSymbolicLink(at: models.appendingPathComponent("tiny-sd15"), withDestinationURL: Self.diffusion)
    for (number, name) in ["seg", "hed", "scribble"].enumerated() {
      try Self.writeControlNet(number, to: models.appendingPathComponent("tiny-controlnet-\(name)"))
    }
    // A copy: behind a link it would be the demo's.
    try files.copyItem(
      at: Golden.projectRoot.appendingPathComponent("Assets/demo/hed/ControlNetHED.safetensors"),
      to: models.appendingPathComponent("ControlNetHED.safetensors"))
    // A ninth of the published 384's work.
    try Data(#"{"input_side": 128}"#.utf8).write(to: models.appendingPathComponent("dcama/recommended.json"))
    for fold in 0..<2 {
      try files.createSymbolicLink(
        at: models.appendingPathComponent("dcama/fold\(fold).safetensors"),
        withDestinationURL: Golden.fixture("networks/dcama_r101.weights.safetensors"))
    }
    store = try Store(folder: folder.url.appendingPathComponent("data"))
    workbench = Workbench(
      dataset: dataset,
      models: ModelLibrary(folders: [models], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: store, workers: workers, generator: generator)
  }

  var options: GenerationOptions {
    var options = GenerationOptions(DiffusionSettings { ($0.conditionSettings.resolution, $0.steps) = (64, 3) }, seed: 7)
    options.guidance = 3
    return options
  }
}
