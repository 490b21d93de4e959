import Core
import Data
import Foundation

/// The models that researchers usually take, by short names for `diffss models pull`, and where the authors of few-shot networks publish theirs:
/// `Assets/tables/models.json`.
public struct ModelCatalogue: Decodable, Sendable {
  /// A model of a public repository.
  public struct Model: Decodable, Hashable, Sendable {
    public let name: String
    /// In words.
    public let what: String
    /// What it is found as (`ModelKind.service`).
    public let serves: String
    /// `ORG/NAME`.
    public let repository: String
    /// Paths in the repository; nil for what a model needs of it (`HubListing.selection`).
    public let files: [String]?
    /// Of what is fetched, in 10⁶ bytes, as the repository's pages round it; nil where nobody looked.
    public let megabytes: Double?
    /// The licence's name on the repository's page; nil where that names none.
    public let licence: String?

    /// `4.27 GB`; nil where the size is not known.
    public var size: String? { megabytes.map { ByteText.decimal(Int($0 * 1e6)) } }
  }

  /// A few-shot network and where its authors publish checkpoints.
  public struct Network: Decodable, Hashable, Sendable {
    public let network: String
    /// Without the scheme.
    public let page: String
  }

  public let models: [Model]
  public let networks: [Network]
  private let recipe: [Pull]

  /// Names that the recipe fetches in one command, and what for.
  private struct Pull: Decodable, Sendable {
    let names: [String]
    let purpose: String

    enum CodingKeys: String, CodingKey {
      case names = "pull"
      case purpose = "for"
    }
  }

  /// Read once; an error where the table is missing or broken.
  public static let standard = Result { try AssetTable.load("models", as: ModelCatalogue.self) }

  /// What a word of `diffss models pull` names: a model of the catalogue, or any repository as `ORG/NAME`, of which nothing else is known.
  ///
  /// Throws `GenerationError.unknownModelName` for a word that is neither.
  public func model(_ word: String) throws -> Model {
    if let known = models.first(where: { $0.name == word.lowercased() }) { return known }
    guard word.contains("/") else {
      let names = models.map(\.name)
      throw GenerationError.unknownModelName(name: word, nearest: NearestWord.to(word, in: names), names: names)
    }
    return Model(name: word, what: word, serves: "", repository: word, files: nil, megabytes: nil, licence: nil)
  }

  /// How a model of a kind is got, in one sentence without an end; nil where the catalogue has none.
  public func remedy(for kind: ModelKind) -> String? {
    if case .segmentation(let network, let fold) = kind {
      return networks.first { $0.network == network.rawValue }.map {
        "its authors publish checkpoints at \($0.page): put it into a folder of models as \(network.rawValue)/fold\(fold).pth"
      }
    }
    guard let service = kind.service, let model = models.first(where: { $0.serves == service }) else { return nil }
    return "fetch it with: diffss models pull \(model.name)" + (model.size.map { " (\($0))" } ?? "")
  }

  /// What to do for figures with real weights, in five lines at most: commands, and what is to be known for them behind `#`.
  public var recipeLines: [String] {
    let pulls = recipe.map { pull -> (command: String, remark: String) in
      let sizes = pull.names.compactMap { name in models.first { $0.name == name }?.megabytes }
      let size = sizes.count == pull.names.count ? ": \(ByteText.decimal(Int(sizes.reduce(0, +) * 1e6)))" : ""
      return ("diffss models pull \(pull.names.joined(separator: " "))", pull.purpose + size)
    }
    let lines =
      pulls + [
        ("export DIFFSS_MODELS=~/fss", "NETWORK/foldN.pth (docs/few-shot-networks.md), from"),
        ("", networks.map(\.page).joined(separator: ", ")),
        ("diffss doctor", "says what was found"),
      ]
    let width = lines.map(\.command.count).max() ?? 0
    return lines.map { command, remark in
      command.isEmpty ? "# \(remark)" : command + String(repeating: " ", count: width - command.count) + "  # \(remark)"
    }
  }
}

extension ModelLibrary {
  /// Whether there is a model here that serves as one of the catalogue does; the demo's do not count.
  public func has(_ model: ModelCatalogue.Model) -> Bool { entries.contains { !$0.isDemo && $0.kind.service == model.serves } }
}

extension ModelKind {
  /// The word for it in the catalogue; nil for what that cannot have.
  var service: String? {
    switch self {
    case .diffusion: "diffusion"
    case .controlNet(let condition?): "controlnet \(condition.rawValue)"
    case .detector(let kind): "detector \(kind.rawValue)"
    case .smallDecoder: "small decoder"
    case .controlNet(nil), .autoencoder, .lora, .segmentation: nil
    }
  }
}
