import Foundation

/// Few-shot networks whose backbone was published in a file of its own.
extension Checkpoint {
  /// Names under which a backbone's file is found beside a network's.
  private static let backboneNames = ["backbone.safetensors", "backbone.pth", "backbone.pt"]

  /// The backbone's file in a folder of a network's weights; nil when there is none.
  public static func backboneFile(in folder: URL) -> URL? {
    backboneNames.map(folder.appendingPathComponent).first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// A few-shot network's weights, with the backbone's file beside theirs where they hold none. Throws `ModelError`.
  public static func fewShot(file: URL) throws -> Checkpoint {
    try Checkpoint(file: file).completed(in: file.deletingLastPathComponent())
  }

  /// Whether a few-shot network's backbone is in the same file; true for any other model.
  public var hasBackbone: Bool {
    guard let layout = BackboneLayout(family) else { return true }
    return names.contains { layout.isPart([KeyRule].parallelTraining.reduce($0) { $1.applied(to: $0) }) }
  }

  /// The weights together with the backbone's where they hold none.
  ///
  /// - Parameters:
  ///   - backbone: torchvision's file of a residual network or VGG, one with a deep stem, or a network that was trained on it (PSPNet).
  ///   - folder: where its file is looked for when none is given.
  /// - Throws: `ModelError.missingBackbone`, `badInput` for a backbone nobody needs, and as reading it does.
  func completed(backbone: URL? = nil, in folder: URL) throws -> Checkpoint {
    guard let layout = BackboneLayout(family), !hasBackbone else {
      guard let backbone else { return self }
      throw ModelError.badInput(what: backbone.path, reason: "\(path) needs no backbone, it holds all it takes")
    }
    guard let file = backbone ?? Self.backboneFile(in: folder) else {
      throw ModelError.missingBackbone(path: path, network: family.rawValue)
    }
    let apart = try Checkpoint(file: file).renamed(by: .parallelTraining + layout.rules)
    let parts = apart.selecting(apart.names.filter(layout.isPart))
    guard !parts.names.isEmpty else { throw ModelError.wrongModel(path: file.path, found: apart.family, wanted: "a backbone of \(family.rawValue)") }
    let own = try renamed(by: .parallelTraining)
    return Checkpoint(
      path: path, names: own.names + parts.names, metadata: metadata, entries: own.entries.merging(parts.entries) { own, _ in own },
      isOutline: isOutline, leftovers: own.leftovers.joined(parts.leftovers))
  }

  /// A few-shot network's weights under its layers' names. Throws `ModelError.wrongModel` for another family's, `missingBackbone`.
  func network(_ wanted: CheckpointFamily) throws -> Checkpoint {
    guard [wanted, .unknown].contains(family) else {
      throw ModelError.wrongModel(path: path, found: family, wanted: wanted.rawValue)
    }
    guard hasBackbone else { throw ModelError.missingBackbone(path: path, network: wanted.rawValue) }
    return try renamed(by: .parallelTraining)
  }
}

/// Where a few-shot network keeps its backbone's weights.
private struct BackboneLayout {
  private let prefix: String
  private let isStaged: Bool

  /// Nil for models that have no backbone.
  init?(_ family: CheckpointFamily) {
    switch family {
    case .bam, .hdmnet: (prefix, isStaged) = ("", true)
    case .hsnet: (prefix, isStaged) = ("backbone.", false)
    case .dcama: (prefix, isStaged) = ("feature_extractor.", false)
    default: return nil
    }
  }

  /// From the names of a backbone's own file.
  var rules: [KeyRule] { isStaged ? .stagedBackbone : [.add(prefix: prefix)] }

  func isPart(_ key: String) -> Bool {
    guard key.hasPrefix(prefix), let first = key.dropFirst(prefix.count).split(separator: ".").first else { return false }
    return first.hasPrefix("layer") || !isStaged && ["conv1", "bn1", "features"].contains(first)
  }
}

extension [KeyRule] {
  /// BAM and HDMNet cut their backbones into `layer0` ... `layer4`: a stem of three convolutions becomes `layer0`, and so do the
  /// `features` of VGG-16 with batch norm by its blocks.
  static var stagedBackbone: [KeyRule] {
    let stem = [("conv1", 0), ("bn1", 1), ("conv2", 3), ("bn2", 4), ("conv3", 6), ("bn3", 7)]
    let blocks = [0, 7, 14, 24, 34, 44]
    let features = zip(blocks, blocks.dropFirst()).enumerated().flatMap { block, span in
      (span.0..<span.1).map { ("features.\($0).", "layer\(block).\($0 - span.0).") }
    }
    return (stem.map { ("\($0).", "layer0.\($1).") } + features).map(KeyRule.move(prefix:to:))
  }
}
