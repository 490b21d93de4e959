import Core
import Data
import Foundation
import Models

/// Weights of the demo on other data: toy networks that know the program's own drawn scenes and nothing else.
public struct DemoWeights: Hashable, Sendable {
  /// Identifiers or names of the models, sorted.
  public let models: [String]

  /// What has to be said wherever figures or images are shown.
  public var remark: String { Self.remark(models) }

  public static func remark(_ models: [String]) -> String {
    """
    Demo weights (\(models.map(PlainText.clean).joined(separator: ", "))): toy networks made for the program's own drawn scenes; on other data \
    neither pictures nor figures say anything of a method.
    """
  }

  /// Those among folders and files; nil when there are none.
  public init?(at places: [URL]) {
    guard let root = AssetFolder.url("demo").map(Self.path) else { return nil }
    let own = places.map(Self.path).filter { $0.hasPrefix(root + "/") }.map { String($0.dropFirst(root.count + 1)) }
    self.init(Set(own))
  }

  /// Those among models of a library, for work on images of a data set; nil when there are none, and on the demo's own scenes: an image that
  /// the user imported is none of them.
  public init?(
    _ ids: some Sequence<String>, of library: ModelLibrary, on dataset: String, items: some Sequence<String> = EmptyCollection()
  ) {
    guard !DatasetKind.isDemo(dataset) || items.contains(where: DatasetItem.isOwn) else { return nil }
    let wanted = Set(ids)
    self.init(Set(library.entries.filter { wanted.contains($0.id) && $0.isDemo }.map(\.id)))
  }

  /// All of several; nil when there are none.
  public init?(_ parts: [DemoWeights]) { self.init(Set(parts.flatMap(\.models))) }

  private init?(_ models: Set<String>) {
    if models.isEmpty { return nil }
    self.models = models.sorted()
  }

  private static func path(_ url: URL) -> String { url.resolvingSymlinksInPath().standardizedFileURL.path }

  /// The entry of an image's file that holds the remark: PNG's own keyword for what is to be known of an image's content.
  public static let entry = "Warning"
}

extension ModelEntry {
  /// Whether it is of the weights that come with the program, wherever it was found.
  public var isDemo: Bool { origin == .demo || DemoWeights(at: [url]) != nil }
}

extension ModelLibrary {
  /// The demo's weights among those that settings would take on a data set, with a network's for a fold; nil when there are none. What is
  /// missing altogether is not told here.
  public func demoWeights(
    on dataset: String, generating options: GenerationOptions? = nil, segmenting network: SegmentationNetwork? = nil, fold: Int = 0
  ) -> DemoWeights? {
    var ids: [String] = []
    if let options, let choice = try? choice(for: options) { ids += choice.models }
    if let network, let entry = try? segmentation(network, fold: fold) { ids.append(entry.id) }
    return DemoWeights(ids, of: self, on: dataset)
  }
}

extension ModelLibrary {
  /// The demo's edge detector, where a condition of an image of the user's own would take it; nil otherwise.
  public func demoWeights(detecting condition: ConditionType, settings: ConditionSettings) -> DemoWeights? {
    guard let kind = condition.detector(settings), let entry = entries.first(where: { $0.kind == .detector(kind) }) else { return nil }
    return entry.isDemo ? DemoWeights(at: [entry.url]) : nil
  }
}

extension ModelChoice {
  /// Everything that generates an image.
  var models: [String] { [diffusion, controlNet, detector].compactMap { $0 } }
}
