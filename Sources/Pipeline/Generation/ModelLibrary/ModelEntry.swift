import Foundation
import Models

/// What a model is for.
public enum ModelKind: Hashable, Sendable {
  /// A diffusers folder or a single file of the Stable Diffusion 1.5 family.
  case diffusion
  /// A ControlNet trained for a condition (`pidinet` uses the one for `hed`); nil where its name does not say for which: it is used where
  /// it is named, for the condition that is asked for.
  case controlNet(ConditionType?)
  case detector(EdgeDetectorKind)
  /// TAESD's decoder, for previews and images that ask for it.
  case smallDecoder
  /// An autoencoder that may take the place of a diffusion model's own.
  case autoencoder
  /// Low-rank changes to a diffusion model's weights.
  case lora
  /// A few-shot segmentation network, trained without the novel classes of its fold.
  case segmentation(SegmentationNetwork, fold: Int)

  /// In words.
  public var title: String {
    switch self {
    case .diffusion: "Stable Diffusion"
    case .controlNet(let condition?): "ControlNet for \(condition.rawValue)"
    case .controlNet(nil): "ControlNet, its name does not say for what"
    case .detector(let kind): "\(kind.rawValue) edge detector"
    case .smallDecoder: "small decoder (TAESD)"
    case .autoencoder: "autoencoder"
    case .lora: "LoRA"
    case .segmentation(let network, let fold): "\(network.rawValue) for fold \(fold)"
    }
  }

  /// With its article, as what one is.
  var noun: String {
    switch self {
    case .diffusion: "a \(title) model"
    case .controlNet(nil): "a ControlNet"
    case .autoencoder: "an \(title)"
    case .controlNet, .detector, .smallDecoder, .lora: "a \(title)"
    case .segmentation: title
    }
  }

  /// The option that names one; nil for those that are found by themselves.
  var option: String? {
    switch self {
    case .diffusion: "--model"
    case .controlNet: "--controlnet"
    case .autoencoder: "--vae"
    case .lora: "--lora"
    case .detector, .smallDecoder, .segmentation: nil
    }
  }
}

/// A model found on disk.
public struct ModelEntry: Hashable, Sendable, Identifiable {
  /// Its path below the place where it was found, or `owner/name` in the Hugging Face cache.
  public let id: String
  public let kind: ModelKind
  /// A folder in diffusers' layout, or a file.
  public let url: URL
  /// Where it was found.
  public let origin: Origin
  /// What the headers of its weights say, where it is one file or a ControlNet's folder.
  let summary: WeightSummary?

  /// The places that are searched, in their order.
  public enum Origin: String, CaseIterable, Codable, Sendable {
    /// `--models`.
    case option
    /// `$DIFFSS_MODELS`.
    case environment
    /// The cache of huggingface_hub.
    case huggingFace
    /// The weights that come with the program.
    case demo
  }

  init(id: String, kind: ModelKind, url: URL, origin: Origin, summary: WeightSummary? = nil) {
    self.id = id
    self.kind = kind
    self.url = url
    self.origin = origin
    self.summary = summary
  }
}
