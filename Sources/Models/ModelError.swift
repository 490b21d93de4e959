import Core
import Foundation

/// Everything that can go wrong between a weight file and a network's output; the cases carry the facts.
public enum ModelError: Explained, Equatable, Sendable {
  /// A file or folder that has to be there is not.
  case missingFile(path: String, what: String)
  /// The system would not open, map or read a file.
  case unreadable(path: String, reason: String)
  /// A weight file whose content contradicts itself or its format.
  case badWeights(path: String, reason: String)
  /// A weight file that ends before what it announces.
  case cutShort(path: String, reason: String)
  /// A weight file with more bytes than it announces.
  case overlong(path: String, announced: Int, found: Int)
  /// A sound weight file of a number format that is not read.
  case unsupportedFormat(path: String, reason: String)
  /// Something else in a weight file's place.
  case notWeights(path: String, found: ForeignContent)
  /// Something else in the place of a configuration's or a tokenizer's file.
  case notText(path: String, found: ForeignContent)
  /// A link to a file that is not there; `partial` is how much of it is, in bytes, where a download was broken off.
  case brokenLink(path: String, target: String, partial: Int?)
  /// A sound file of `torch.save` without a weight in it; `reason` says what is there.
  case noTensors(path: String, reason: String)
  /// A folder without weights under a name that is known; `there` are the files that may be some.
  case noWeights(path: String, there: [String])
  /// A configuration, scheduler or tokenizer file that cannot be used.
  case badConfig(path: String, reason: String)
  /// A weight that is no tensor, or one of a form that is not read; `name` is that of its class in Python or of what makes it. Nothing was run.
  case foreignWeight(path: String, weight: String, name: String)
  /// A model's file without the weights of one of its parts, or a folder without the part's.
  case missingPart(path: String, part: String)
  /// A network's folder without the file that says how it is built.
  case missingConfiguration(path: String)
  /// A single file whose networks are not those that its configuration speaks of.
  case otherConfiguration(path: String, reason: String)
  /// A ControlNet that was made for other models than the one it is to steer.
  case unfitControlNet(path: String, reason: String)
  /// A sound file of another model than the one that is needed.
  case wrongModel(path: String, found: CheckpointFamily, wanted: String)
  /// Changes to a model's weights by another method than the one that is known here.
  case unsupportedAdapter(path: String, method: String)
  /// A LoRA made for another family, known by what its layers read; `width` is that of the model's own text states.
  case foreignAdapter(path: String, family: String, width: Int)
  /// A LoRA with keys of which the model has no layer: the first of them, and their number.
  case adapterDoesNotFit(path: String, keys: [String], count: Int)
  /// A few-shot network's weights without its backbone's, which are in a file of their own.
  case missingBackbone(path: String, network: String)
  /// A single tensor that was asked for by name is not in the file.
  case missingTensor(name: String, path: String)
  /// A checkpoint and a network that do not belong together; every list is complete and sorted.
  case weightsDoNotFit(path: String, missing: [String], unused: [String], wrongShape: [ShapeMismatch])
  /// A tensor handed to a network has a shape it cannot take.
  case badInput(what: String, reason: String)
  /// A setting outside what the named part can do.
  case badSetting(name: String, value: String, allowed: String)
  /// An image was to be decoded by TAESD's decoder, and the model was given none that reads its latents.
  case noSmallDecoder(path: String)
  /// A network produced NaN or infinity.
  case notFinite(what: String)
  /// The first layer of a network to give NaN or infinity, by its place in the checkpoint.
  case notFiniteLayer(network: String, layer: String, cause: Overflow)
  /// Work that needs more bytes of memory than are left; `fits` names what would do.
  case notEnoughMemory(what: String, need: Int, available: Int, fits: [String])
  /// A file could not be written; nothing is left behind.
  case writeFailed(path: String, reason: String)
  /// The caller asked to stop.
  case cancelled

  /// What happened, in one line (several for a list of keys).
  public var message: String {
    switch self {
    case .missingFile(let path, let what): "\(what) not found: \(path)"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .badWeights(let path, let reason): "\(path) is not a sound weight file: \(reason)"
    case .badConfig(let path, let reason): "\(path) cannot be used: \(reason)"
    case .cutShort(let path, let reason): "\(path) was cut short: \(reason)"
    case .overlong(let path, let announced, let found):
      "\(path) has \(found - announced) bytes behind the last tensor: its header announces \(announced) bytes, \(found) are there"
    case .unsupportedFormat(let path, let reason): "\(path) cannot be used: \(reason)"
    case .notWeights(let path, let found): "\(path) is \(found.title)"
    case .notText(let path, let found): "\(path) is \(found.titleOfText)"
    case .brokenLink(let path, let target, let partial):
      "\(path) is a link to \(target), \(partial.map { "of which \($0) bytes have arrived" } ?? "which is not there")"
    case .noWeights(let path, let there):
      "there are no weights in \(path)"
        + (there.isEmpty ? "" : " under a name that is read, only \(there.prefix(8).joined(separator: ", "))")
    case .noTensors(let path, let reason): "\(path) holds no weights: \(reason)"
    case .foreignWeight(let path, let weight, let name):
      if let what = Self.described(name) {
        "\(path) holds \(what) (\(name)) in the place of its weight \(weight)"
      } else {
        "\(path) needs \(name) of Python for its weight \(weight), which diffss neither knows nor runs"
      }
    case .missingPart(let path, let part): "\(path) holds no \(part)"
    case .missingConfiguration(let path): "\(path) holds no config.json, which says how its network is built"
    case .otherConfiguration(let path, let reason): "\(path) is built otherwise than Stable Diffusion 1.5 or what --config names: \(reason)"
    case .unfitControlNet(let path, let reason): "\(path) is a ControlNet for another model: \(reason)"
    case .wrongModel(let path, .unknown, Self.anyModel): "\(path) is \(CheckpointFamily.unknown.noun)"
    case .wrongModel(let path, .unknown, let wanted): "\(path) is not \(wanted): it is \(CheckpointFamily.unknown.noun)"
    case .wrongModel(let path, let found, let wanted): "\(path) is \(found.noun), not \(wanted)"
    case .unsupportedAdapter(let path, let method): "\(path) is a \(method) file: only LoRA and LoCon are merged"
    case .foreignAdapter(let path, let family, let width):
      "\(path) is a LoRA for \(family), not for this model, whose text states are \(width) wide"
    case .adapterDoesNotFit(let path, let keys, let count):
      "\(path) is not a LoRA for this model, which has no layer for \(count) of its keys: \(keys.joined(separator: ", "))\(count > keys.count ? ", ..." : "")"
    case .missingBackbone(let path, let network): "\(path) holds no backbone, \(network) needs one"
    case .missingTensor(let name, let path): "\(path) holds no tensor named \(name)"
    case .weightsDoNotFit(let path, let missing, let unused, let wrongShape):
      Self.fitReport(path: path, missing: missing, unused: unused, wrongShape: wrongShape)
    case .badInput(let what, let reason): "\(what): \(reason)"
    case .badSetting(let name, let value, let allowed): "\(name) cannot be \(value): \(allowed)"
    case .noSmallDecoder(let path): "no small decoder reads the latents of \(path)"
    case .notFinite(let what): "\(what) holds NaN or infinity"
    case .notFiniteLayer(let network, let layer, .weights): "\(network), \(layer): its weights hold NaN or infinity"
    case .notFiniteLayer(let network, let layer, .values): "\(network), \(layer): what it computes is NaN or infinity"
    case .notFiniteLayer(let network, let layer, .input): "\(network), \(layer): what it is given is NaN or infinity"
    case .notEnoughMemory(let what, let need, let available, _):
      "\(what) needs about \(Self.gigabytes(need)) of memory, \(Self.gigabytes(available)) are available"
    case .writeFailed(let path, let reason): "cannot write \(path): \(reason)"
    case .cancelled: "cancelled"
    }
  }

  public var ownReason: String {
    switch self {
    case .unreadable(_, let reason), .badWeights(_, let reason), .badConfig(_, let reason), .writeFailed(_, let reason),
      .cutShort(_, let reason),
      .unsupportedFormat(_, let reason), .unfitControlNet(_, let reason):
      reason
    default: message
    }
  }

  /// What to do about it, where there is something to do.
  public var hint: String? {
    switch self {
    case .missingFile: "check the path; `diffss doctor` lists the models that were found and where it looks for them"
    case .unreadable: "check that the file exists and may be read"
    case .badWeights: "the file is damaged: fetch it again"
    case .cutShort: "a download or a copy was broken off: fetch the file again (`diffss models pull` goes on where it was)"
    case .overlong: "two downloads ran into one file, or something was appended: fetch the file again"
    case .unsupportedFormat: "the file may be sound: take a version of the model in F32, F16, BF16 or F8"
    case .notWeights(_, let found), .notText(_, let found): found.hint
    case .brokenLink: "a download was not finished: `diffss models pull ORG/NAME` fetches what is missing"
    case .noTensors:
      "weights are what torch.save(network.state_dict(), FILE) writes: tensors by their names, not arrays, and not the network itself"
    case .noWeights(_, let there) where !there.isEmpty:
      "name one of them by its own path; in a folder diffusion_pytorch_model or model is read, as .safetensors or .bin, whole or in shards with their index"
    case .noWeights: "diffusion_pytorch_model or model belongs there, as .safetensors or .bin, whole or in shards with their index"
    case .missingPart(_, let part) where part.contains("/"):
      "take the complete model: text_encoder/, tokenizer/ (vocab.json, merges.txt), unet/, vae/ and scheduler/; `diffss models pull ORG/NAME` fetches what is missing"
    case .missingPart(_, SingleFile.Part.autoencoder.name): "give an autoencoder with --vae, or take the complete model"
    case .missingConfiguration: "take the config.json that is published beside the weights"
    case .missingPart: "take the complete model: Stable Diffusion 1.5 is a UNet, an autoencoder and a CLIP text encoder with its tokenizer"
    case .otherConfiguration:
      "give the diffusers folder whose networks it holds with --config DIR; for a data set convert it first: diffss models convert"
    case .unfitControlNet:
      "name a ControlNet that was made for this model; those of Stable Diffusion 1.5 are published as control_v11p_sd15_*"
    case .badConfig: "compare the file with the one published beside the weights"
    case .foreignWeight(_, _, let name) where name.hasPrefix("numpy."):
      "make a tensor of it (torch.from_numpy) and save the file again, or take a safetensors version of the model"
    case .foreignWeight(_, _, let name) where Self.described(name) != nil:
      "take a version of the model with plain tensors in F32, F16, BF16 or F8"
    case .foreignWeight:
      "a pickle can run anything when Python loads it: do not load it there either, and take a safetensors version of the model"
    case .unsupportedAdapter: "take the file's LoRA form, or a model into which its author has merged it"
    case .adapterDoesNotFit, .foreignAdapter: "take one that was trained on Stable Diffusion 1.5 or a model made of it"
    case .missingBackbone:
      "put the published file beside it as backbone.pth or backbone.safetensors; `diffss forward` takes --backbone FILE"
    case .wrongModel(_, .bam, _), .wrongModel(_, .hdmnet, _), .wrongModel(_, .hsnet, _), .wrongModel(_, .dcama, _):
      "name the network that the file is of; a model folder keeps each network's weights below its name: hsnet/fold0.pth"
    case .wrongModel(_, let found, _) where found.use != nil: found.use
    case .wrongModel: "diffss runs Stable Diffusion 1.5, what was fine-tuned from it, and its ControlNets"
    case .missingTensor: "check the name against the table in docs/forward.md"
    case .weightsDoNotFit: "the configuration, the weights or a backbone's file are of different models: take all from the same place"
    case .badInput, .badSetting, .cancelled: nil
    case .noSmallDecoder:
      "put TAESD's decoder for this family (taesd_decoder.safetensors) into a folder of models, or take the full decoder"
    case .notFinite: "the weights are damaged, or the input holds values far outside what the network was trained on"
    case .notFiniteLayer(_, _, .values(.bfloat16)), .notFiniteLayer(_, _, .input(.bfloat16)):
      "take float32 (--precision float32); if that ends likewise, the checkpoint is damaged"
    case .notFiniteLayer(_, _, .weights(.bfloat16)):
      "the checkpoint is damaged, or holds numbers at the end of what bfloat16 does: fetch it again, or take float32 (--precision float32)"
    case .notFiniteLayer(_, _, .input):
      "the input, or what is computed before this layer, holds values far outside what the network was trained on"
    case .notFiniteLayer:
      "the checkpoint is damaged, or its half precision, which ends at 65504, has overflowed: fetch it again, or take it in F32"
    case .notEnoughMemory(_, _, _, let fits):
      fits.isEmpty ? "end other programs, or use a machine with more memory" : "what would fit: \(fits.joined(separator: ", or "))"
    case .writeFailed: "check the folder's permissions and the free space"
    }
  }

  /// Where a layer's NaN or infinity comes from.
  public enum Overflow: Equatable, Sendable {
    /// Its own weights.
    case weights(Precision)
    /// The products and sums of sound weights and numbers.
    case values(Precision)
    /// What no layer computes: the network's input, or what is between the layers, such as attention.
    case input(Precision)
  }

  /// What is wanted where any model will do.
  static let anyModel = "a model that diffss runs"

  /// What is in a weight's place, by the name of its class in Python or of what makes it; nil for names that nothing is known of.
  static func described(_ name: String) -> String? {
    let last = name.split(separator: ".").last ?? ""
    if name.hasPrefix("numpy.") { return last == "scalar" ? "a NumPy number" : "a NumPy array" }
    if name == "builtins.NoneType" { return "nothing (None)" }
    if name.hasPrefix("builtins.") || name.hasPrefix("__builtin__.") { return "a Python \(last)" }
    guard name.hasPrefix("torch.") else { return nil }
    if last == "_rebuild_qtensor" || last.hasPrefix("Q") && last.hasSuffix("Storage") { return "a quantised tensor" }
    if last.hasPrefix("_rebuild_sparse") { return "a sparse tensor" }
    if last.hasPrefix("Complex") || last.hasPrefix("complex") { return "a tensor of complex numbers" }
    return nil
  }

  private static func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }

  private static func fitReport(
    path: String, missing: [String], unused: [String], wrongShape: [ShapeMismatch]
  ) -> String {
    var lines = ["\(path) does not fit this network"]
    func list(_ title: String, _ items: [String]) {
      guard !items.isEmpty else { return }
      lines.append("  \(title) (\(items.count)):")
      lines += items.map { "    \($0)" }
    }
    list("missing", missing)
    list("wrong shape", wrongShape.map(\.description))
    list("unused", unused)
    return lines.joined(separator: "\n")
  }
}

/// A weight whose stored shape is not the one the network needs.
public struct ShapeMismatch: Equatable, Sendable, CustomStringConvertible {
  /// The weight's key.
  public let name: String
  /// The shape the network asked for.
  public let expected: [Int]
  /// The shape in the file.
  public let found: [Int]

  public init(name: String, expected: [Int], found: [Int]) {
    self.name = name
    self.expected = expected
    self.found = found
  }

  public var description: String { "\(name): \(found) in the file, \(expected) needed" }
}
