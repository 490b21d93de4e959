/// A network that finds in a query photograph the object that masks outline in support photographs.
public protocol FewShotSegmenter: Sendable {
  /// What the network takes from a photograph whatever the mask: compute it once, use it in many episodes.
  ///
  /// - Parameter image: `[1, S, S, 3]`, resized and normalized as the network expects.
  /// - Throws: `ModelError.badInput` for a size the network cannot take, `notFinite`.
  func features(of image: Tensor) throws -> ImageFeatures

  /// Whether the network takes a number of supports; throws `ModelError.badInput`.
  func check(shots: Int) throws

  /// Whether the network takes images of a side; throws `ModelError.badInput`.
  func check(side: Int) throws

  /// The query's object, from all supports together.
  ///
  /// - Throws: `ModelError.badInput` for sizes that differ, no support, or masks that are all empty; `notFinite`.
  func segment(query: ImageFeatures, supports: [SupportExample]) throws -> Segmentation
}

extension FewShotSegmenter {
  public func check(side: Int) throws {}
  public func check(shots: Int) throws { try EpisodeCheck.shots(shots, network: "\(Self.self)") }

  /// The same from photographs `[1, S, S, 3]` and masks `[1, S, S, 1]`.
  public func segment(query: Tensor, supports: [(image: Tensor, mask: Tensor)]) throws -> Segmentation {
    try segment(
      query: features(of: query),
      supports: supports.map { SupportExample(features: try features(of: $0.image), mask: $0.mask) })
  }
}

/// A backbone's view of one photograph.
public struct ImageFeatures: Sendable {
  /// The photograph's height and width.
  public let side: Int
  /// Feature maps `[1, h, w, c]`, shallow to deep; which ones is the network's own affair.
  public let maps: [Tensor]
}

/// A support photograph and the outline of its object.
public struct SupportExample: Sendable {
  public let features: ImageFeatures
  /// `[1, S, S, 1]`: 1 object, 0 background; what else a value may mean is the network's own affair.
  public let mask: Tensor

  public init(features: ImageFeatures, mask: Tensor) {
    self.features = features
    self.mask = mask
  }
}

/// What every network asks of an episode.
enum EpisodeCheck {
  /// Throws `ModelError.badInput` unless this is one square RGB image.
  static func image(_ image: Tensor, network: String) throws {
    guard image.shape.count == 4, image.shape[0] == 1, image.shape[3] == 3, image.shape[1] == image.shape[2], image.shape[1] > 0
    else {
      throw ModelError.badInput(what: network, reason: "one square RGB image [1, S, S, 3] is needed, not \(image.shape)")
    }
  }

  /// Throws `ModelError.badInput` for no support or more than 64.
  static func shots(_ shots: Int, network: String) throws {
    guard (1...64).contains(shots) else {
      throw ModelError.badInput(what: network, reason: shots < 1 ? "no support is given" : "\(shots) supports, at most 64 are taken")
    }
  }

  /// Throws `ModelError.badInput` unless the supports fit the query and at least one of them shows an object.
  static func supports(_ supports: [SupportExample], fit query: ImageFeatures, network: String) throws {
    try shots(supports.count, network: network)
    for (index, support) in supports.enumerated() {
      guard support.features.side == query.side, support.features.maps.map(\.shape) == query.maps.map(\.shape) else {
        throw ModelError.badInput(
          what: network, reason: "support \(index + 1) is \(support.features.side) pixels wide, the query \(query.side)")
      }
      guard support.mask.shape == [1, query.side, query.side, 1] else {
        throw ModelError.badInput(
          what: network,
          reason: "mask \(index + 1) is \(support.mask.shape), \([1, query.side, query.side, 1]) is needed")
      }
    }
    guard supports.contains(where: { $0.mask.values.contains(1) }) else {
      throw ModelError.badInput(what: network, reason: "the support masks hold no object")
    }
  }
}
