import Data
import Foundation
import Generation
import Pipeline
import TestSupport

/// The tiny random models of the goldens as a model folder, with DCAMA as both folds' network.
struct TinyModels {
  let folder: TemporaryFolder
  let workbench: Workbench
  let store: Store

  init(generator: (any SupportGenerator)? = nil, dataset: any Dataset = SquaresDataset()) throws {
    folder = try TemporaryFolder()
    let models = folder.url.appendingPathComponent("models")
    try FileManager.default.createDirectory(at: models.appendingPathComponent("dcama"), withIntermediateDirectories: true)
    func link(_ name: String, _ target: URL) throws {
      try FileManager.default.createSymbolicLink(at: models.appendingPathComponent(name), withDestinationURL: target)
    }
    for name in ["tiny-sd15", "tiny-controlnet-seg", "tiny-controlnet-hed", "tiny-controlnet-scribble"] {
      try link(name, Golden.url("sd/\(name)"))
    }
    try link("ControlNetHED.safetensors", Golden.data("weights/hed-tiny/ControlNetHED_w8_f16.safetensors"))
    // A ninth of the published 384's work.
    try Data(#"{"input_side": 128}"#.utf8).write(to: models.appendingPathComponent("dcama/recommended.json"))
    for fold in 0..<2 { try link("dcama/fold\(fold).safetensors", Golden.url("fss/dcama_r50_w8.weights.safetensors")) }
    store = try Store(folder: folder.url.appendingPathComponent("data"))
    workbench = Workbench(
      dataset: dataset,
      models: ModelLibrary(folders: [models], searchesHub: false, environment: ["XDG_CACHE_HOME": folder.url.path]),
      store: store, generator: generator)
  }

  var options: GenerationOptions {
    var options = GenerationOptions(DiffusionSettings { ($0.conditionSettings.resolution, $0.steps) = (64, 3) }, seed: 7)
    options.guidance = 3
    return options
  }
}
