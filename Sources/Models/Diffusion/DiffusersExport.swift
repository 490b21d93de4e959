import Core
import Foundation

/// Writing models in diffusers layout with their weights in half precision.
public enum DiffusersExport {
  private static let weightNames = ["text_encoder": "model.safetensors"]
  private static let usualName = "diffusion_pytorch_model.safetensors"

  /// Converts a single file or a diffusers folder.
  ///
  /// A file with a UNet becomes a whole model folder (its ControlNet, if it has one, inside as `controlnet/`), a file with a
  /// ControlNet alone becomes a ControlNet's folder. Everything is written beside `folder` and renamed when complete.
  ///
  /// - Parameters:
  ///   - config: the diffusers folder whose configurations and tokenizer serve single files.
  ///   - progress: told of each network before it is written.
  /// - Throws: `ModelError` for weights that do not fit their configuration, values that F16 does not hold, a folder that is there already.
  public static func convert(_ source: URL, config: URL?, to folder: URL, progress: (String) -> Void = { _ in }) throws {
    let files = FileManager.default
    guard !files.fileExists(atPath: folder.path) else { throw ModelError.writeFailed(path: folder.path, reason: "it is there already") }
    let partial = folder.deletingLastPathComponent().appendingPathComponent(".\(folder.lastPathComponent).\(UUID().uuidString).part", isDirectory: true)
    do {
      try makeFolder(partial)
      if source.isFolder {
        try copy(source, to: partial, progress)
      } else {
        try split(source, config: config, to: partial, progress)
      }
      guard rename(partial.path, folder.path) == 0 else {
        throw ModelError.writeFailed(path: folder.path, reason: String(cString: strerror(errno)))
      }
    } catch {
      try? files.removeItem(at: partial)
      throw error
    }
  }

  // MARK: From a single file

  private static func split(_ source: URL, config: URL?, to folder: URL, _ progress: (String) -> Void) throws {
    let checkpoint = try Checkpoint(file: source)
    let file = SingleFile(checkpoint)
    guard file.isOriginal, [.stableDiffusion1, .controlNet].contains(checkpoint.family) else {
      throw ModelError.wrongModel(path: source.path, found: checkpoint.family, wanted: "a single-file checkpoint of Stable Diffusion 1.5")
    }
    guard let config else { throw ModelError.missingFile(path: source.path, what: "configuration of a single file") }
    try ModelFolder(config).checkFiles()
    let trial = SingleFile(checkpoint.outline)
    let isWhole = file.parts.contains(.unet)
    let unet = try UNetConfig(folder: config.appendingPathComponent("unet"))
    for part in file.parts.isEmpty ? [.controlNet] : file.parts {
      progress(part.folder)
      let target = isWhole ? folder.appendingPathComponent(part.folder) : folder
      try makeFolder(target)
      let weights = try file.weights(part)
      switch part {
      case .textEncoder:
        let settings = try CLIPTextConfig(folder: config.appendingPathComponent(part.folder))
        _ = try trial.textEncoder(settings)
        try write(weights.renamed(by: .textEncoder), to: target, part.folder)
      case .unet:
        _ = try trial.unet(unet)
        try write(weights.renamed(by: .originalUNet(unet)), to: target, part.folder)
      case .autoencoder:
        let settings = try AutoencoderConfig(folder: config.appendingPathComponent(part.folder))
        _ = try trial.autoencoder(settings)
        try write(weights.renamed(by: .originalAutoencoder(settings)), to: target, part.folder)
      case .controlNet:
        let settings = try ControlNet(trial.controlNet(for: unet)).config
        try write(weights.renamed(by: .originalControlNet(settings)), to: target, part.folder)
        try writeControlConfig(settings.hintChannels, from: config, to: target)
        continue
      }
      try copyFile("config.json", from: config.appendingPathComponent(part.folder), to: target)
    }
    guard isWhole else { return }
    try copyRest(of: config, to: folder)
    try writePrediction(checkpoint, to: folder.appendingPathComponent("scheduler/scheduler_config.json"))
  }

  /// What a single file says of its UNet's training, where diffusers looks for it.
  private static func writePrediction(_ checkpoint: Checkpoint, to url: URL) throws {
    guard let prediction = checkpoint.predictionType else { return }
    let data = try ConfigFile.read(url, maximumBytes: ConfigFile.maximumBytes)
    guard var values = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
      throw ModelError.badConfig(path: url.path, reason: "it is not JSON")
    }
    values["prediction_type"] = prediction.rawValue
    if let zero = checkpoint.zeroTerminalSNR { values["rescale_betas_zero_snr"] = zero }
    try JSONSerialization.data(withJSONObject: values, options: [.prettyPrinted, .sortedKeys]).writeWhole(to: url)
  }

  /// The UNet's configuration as a ControlNet's.
  private static func writeControlConfig(_ hintChannels: [Int], from config: URL, to folder: URL) throws {
    let url = config.appendingPathComponent("unet/config.json")
    let data = try ConfigFile.read(url, maximumBytes: ConfigFile.maximumBytes)
    let text = try controlConfig(hintChannels, unet: String(decoding: data, as: UTF8.self), path: url.path)
    try Data(text.utf8).writeWhole(to: folder.appendingPathComponent("config.json"))
  }

  /// The same as text.
  static func controlConfig(_ hintChannels: [Int], unet: String, path: String) throws -> String {
    guard var values = (try? JSONSerialization.jsonObject(with: Data(unet.utf8))) as? [String: Any] else {
      throw ModelError.badConfig(path: path, reason: "it is not JSON")
    }
    for key in ["up_block_types", "out_channels", "sample_size", "center_input_sample"] { values[key] = nil }
    values["_class_name"] = "ControlNetModel"
    values["conditioning_embedding_out_channels"] = hintChannels
    values["controlnet_conditioning_channel_order"] = "rgb"
    return String(decoding: try JSONSerialization.data(withJSONObject: values, options: [.prettyPrinted, .sortedKeys]), as: UTF8.self)
  }

  private static let index = """
    {
      "_class_name": "StableDiffusionPipeline",
      "feature_extractor": [null, null],
      "requires_safety_checker": false,
      "safety_checker": [null, null],
      "scheduler": ["diffusers", "PNDMScheduler"],
      "text_encoder": ["transformers", "CLIPTextModel"],
      "tokenizer": ["transformers", "CLIPTokenizer"],
      "unet": ["diffusers", "UNet2DConditionModel"],
      "vae": ["diffusers", "AutoencoderKL"]
    }

    """

  // MARK: From a folder

  private static func copy(_ source: URL, to folder: URL, _ progress: (String) -> Void) throws {
    let model = ModelFolder(source)
    guard model.isWhole else { return try copyNetwork(source, to: folder, source.lastPathComponent, progress) }
    try model.check()
    for part in ["text_encoder", "unet", "vae"] {
      try copyNetwork(source.appendingPathComponent(part), to: folder.appendingPathComponent(part), part, progress)
    }
    try copyRest(of: source, to: folder)
  }

  private static func copyNetwork(_ source: URL, to folder: URL, _ part: String, _ progress: (String) -> Void) throws {
    progress(part)
    let checkpoint = try Checkpoint(folder: source)
    guard FileManager.default.fileExists(atPath: source.appendingPathComponent("config.json").path) else {
      throw ModelError.missingConfiguration(path: source.path)
    }
    try makeFolder(folder)
    try copyFile("config.json", from: source, to: folder)
    try write(part == "vae" ? checkpoint.renamed(by: .autoencoder) : checkpoint, to: folder, part)
  }

  // MARK: Files

  /// Writes a network's weights; a 1x1 convolution in the autoencoder's attention becomes the matrix that diffusers has there.
  private static func write(_ checkpoint: Checkpoint, to folder: URL, _ part: String) throws {
    let weights = checkpoint.names.compactMap { name in checkpoint.parameter(name).map { (name: name, parameter: $0) } }
      .map { name, parameter in
        let isMatrix = part == "vae" && name.contains(".attentions.") && parameter.shape.count == 4
        return (name: name, parameter: isMatrix ? parameter.reshaped(Array(parameter.shape.prefix(2))) : parameter)
      }
    try Safetensors.write(halved: weights, metadata: ["format": "pt"], to: folder.appendingPathComponent(weightNames[part] ?? usualName))
  }

  private static func copyFile(_ name: String, from source: URL, to folder: URL) throws {
    let data = try ConfigFile.read(source.appendingPathComponent(name), maximumBytes: ConfigFile.maximumBytes)
    try data.writeWhole(to: folder.appendingPathComponent(name))
  }

  /// Tokenizer, scheduler and `model_index.json`, through the links that the Hugging Face cache is made of.
  private static func copyRest(of source: URL, to folder: URL) throws {
    for part in ["tokenizer", "scheduler"] {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: source.appendingPathComponent(part).path)) ?? []
      try makeFolder(folder.appendingPathComponent(part))
      for name in files where name.hasSuffix(".json") || name.hasSuffix(".txt") {
        try copyFile(name, from: source.appendingPathComponent(part), to: folder.appendingPathComponent(part))
      }
    }
    let given = source.appendingPathComponent("model_index.json")
    if FileManager.default.fileExists(atPath: given.path) {
      try copyFile(given.lastPathComponent, from: source, to: folder)
    } else {
      try Data(index.utf8).writeWhole(to: folder.appendingPathComponent(given.lastPathComponent))
    }
  }

  private static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ModelError.writeFailed(path: folder.path, reason: error.reason)
    }
  }
}

extension Data {
  /// Throws `ModelError.writeFailed`.
  fileprivate func writeWhole(to url: URL) throws {
    do { try write(to: url) } catch { throw ModelError.writeFailed(path: url.path, reason: error.reason) }
  }
}
