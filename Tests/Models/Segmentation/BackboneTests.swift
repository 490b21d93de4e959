import Foundation
import Models
import TestSupport
import Testing

/// Backbones that the goldens leave out, against PyTorch's outputs for small random networks (`Fixtures/networks`,
/// drawn by `Tools/make_network_fixture.py`).
@Suite struct BackboneTests {
  private static let networks: [(name: String, kind: ForwardNetwork)] = [
    ("bam_vgg16", .bam), ("hdmnet_vgg16", .hdmnet), ("hsnet_vgg16", .hsnet), ("bam_r101", .bam), ("hsnet_r101", .hsnet), ("dcama_r101", .dcama),
  ]

  private static func weights(_ name: String) -> URL { Golden.fixture("networks/\(name).weights.safetensors") }

  private static func checkpoint(_ name: String) throws -> Checkpoint { try Checkpoint(file: weights(name)) }

  private static func input(_ name: String) throws -> Checkpoint { try Checkpoint(file: Golden.fixture("networks/\(name).case.safetensors")) }

  private static let tolerances: [String: Float] = ["final_out": 2e-4, "meta_out": 1e-3, "base_out": 2e-3, "logits": 5e-4]

  @Test(arguments: networks) func outputs(name: String, kind: ForwardNetwork) throws {
    let input = try Self.input(name)
    let expected = input.names.filter { $0.hasPrefix("out.") }
    let found = try ForwardRunner(kind, weights: Self.weights(name))(input)
    #expect(!expected.isEmpty)
    for name in expected {
      let output = String(name.dropFirst(4)), tensor = try #require(found.first { $0.name == output }?.tensor)
      #expect(tensor.shape == input.shape(of: name))
      try #expect(Difference.largest(tensor.values, input.tensor(name).values) < Self.tolerances[output] ?? 0, "\(output)")
    }
  }

  /// Writes some of a checkpoint's weights under other names.
  private func write(_ checkpoint: Checkpoint, to file: URL, _ name: (String) -> String?) throws {
    try Safetensors.write(checkpoint.names.compactMap { key in try name(key).map { ($0, try checkpoint.tensor(key)) } }, to: file)
  }

  /// `layerB.N` of a network cut as BAM's authors cut it, under the name of a whole VGG's.
  private static func feature(_ key: String) -> String {
    let parts = key.split(separator: "."), block = Int(parts[0].dropFirst(5)) ?? 0
    return "features.\([0, 7, 14, 24, 34][block] + (Int(parts[1]) ?? 0)).\(parts[2])"
  }

  /// `layer0.N` of a network with a deep stem, under the name it had before.
  private static func stem(_ key: String) -> String {
    for (index, name) in [(0, "conv1"), (1, "bn1"), (3, "conv2"), (4, "bn2"), (6, "conv3"), (7, "bn3")] where key.hasPrefix("layer0.\(index).") {
      return name + key.dropFirst("layer0.\(index)".count)
    }
    return key
  }

  @Test(arguments: [
    ("hsnet_vgg16", ForwardNetwork.hsnet), ("bam_vgg16", .bam), ("bam_r101", .bam), ("dcama_r101", .dcama), ("hsnet_r101", .hsnet),
  ]) func aBackboneMayLieInAFileOfItsOwn(name: String, kind: ForwardNetwork) throws {
    let folder = try TemporaryFolder(), checkpoint = try Self.checkpoint(name), input = try Self.input(name)
    let prefix = [.hsnet: "backbone.", .dcama: "feature_extractor."][kind] ?? "layer"
    let heads = folder.file("fold0.safetensors"), backbone = folder.file("backbone.safetensors"), other = folder.file("other.safetensors")
    try write(checkpoint, to: heads) { $0.hasPrefix(prefix) ? nil : "module." + $0 }
    try write(checkpoint, to: backbone) { key in
      guard key.hasPrefix(prefix) else { return nil }
      guard kind == .bam else { return String(key.dropFirst(prefix.count)) }
      return name == "bam_vgg16" ? Self.feature(key) : Self.stem(key)
    }
    let whole = try ForwardRunner(kind, weights: Self.weights(name))(input)
    let beside = try ForwardRunner(kind, weights: heads)(input)
    #expect(beside.map(\.tensor.values) == whole.map(\.tensor.values))

    try FileManager.default.moveItem(at: backbone, to: other)
    let named = try ForwardRunner(kind, weights: heads, backbone: other)(input)
    #expect(named.map(\.tensor.values) == whole.map(\.tensor.values))
    #expect(throws: ModelError.missingBackbone(path: heads.path, network: try Checkpoint(file: heads).family.rawValue)) {
      try ForwardRunner(kind, weights: heads)
    }
    // One that nobody needs is more likely a mistake than a wish.
    #expect(throws: ModelError.self) { try ForwardRunner(kind, weights: Self.weights(name), backbone: other) }
    // Heads in place of the backbone.
    #expect(throws: ModelError.self) { try ForwardRunner(kind, weights: heads, backbone: heads) }
  }

  /// HSNet's heads count the maps of the backbone they were made for.
  @Test func anotherBackboneDoesNotFit() throws {
    let folder = try TemporaryFolder(), heads = folder.file("heads.safetensors"), backbone = folder.file("b.safetensors")
    try write(Self.checkpoint("hsnet_vgg16"), to: heads) { $0.hasPrefix("backbone.") ? nil : $0 }
    try write(Self.checkpoint("hsnet_r101"), to: backbone) { $0.hasPrefix("backbone.") ? String($0.dropFirst(9)) : nil }
    #expect {
      try ForwardRunner(.hsnet, weights: heads, backbone: backbone)
    } throws: { error in
      guard case .weightsDoNotFit(_, let missing, _, let wrongShape)? = error as? ModelError else { return false }
      return missing.isEmpty && wrongShape.allSatisfy { $0.name.hasPrefix("hpn_learner.encoder_layer") } && !wrongShape.isEmpty
    }
  }

  @Test func anotherNetworksWeightsAreNamed() throws {
    let hsnet = try Self.checkpoint("hsnet_vgg16"), bam = try Self.checkpoint("bam_vgg16")
    let wrong = ModelError.wrongModel(path: hsnet.path, found: .hsnet, wanted: "BAM")
    #expect(throws: wrong) { try BAM(hsnet) }
    #expect(wrong.message.hasSuffix("is of the family HSNet, not BAM") && wrong.hint?.contains("hsnet/fold0.pth") == true)
    #expect(throws: ModelError.wrongModel(path: bam.path, found: .bam, wanted: "HDMNet")) { try HDMNet(bam) }
    #expect(throws: ModelError.wrongModel(path: bam.path, found: .bam, wanted: "DCAMA")) { try DCAMA(bam) }
  }

  @Test func supportsThatTheShotWeightsAreNotMadeForAreRefused() throws {
    for network in [try BAM(Self.checkpoint("bam_vgg16")), try HDMNet(Self.checkpoint("hdmnet_vgg16"))] as [any FewShotSegmenter] {
      try network.check(shots: 1)
      try network.check(shots: 2)
      #expect { try network.check(shots: 5) } throws: { ($0 as? ModelError)?.message.contains("trained for 2: give 1 or 2") == true }
    }
    let hsnet = try HSNet(Self.checkpoint("hsnet_vgg16"))
    for shots in [1, 5, 64] { try hsnet.check(shots: shots) }
    for shots in [0, 65] { #expect(throws: ModelError.self) { try hsnet.check(shots: shots) } }
  }

  @Test func sizesThatScalesDoNotMeetInAreRefused() throws {
    func image(_ side: Int) -> Tensor { Tensor(zeros: [1, side, side, 3]) }
    let hsnet = try HSNet(Self.checkpoint("hsnet_vgg16")), hdmnet = try HDMNet(Self.checkpoint("hdmnet_vgg16"))
    // 33, 16 and 8 pixels a side squeeze to 2, 1 and 1; 31 leave nothing of the last scale.
    for side in [31, 264] { #expect(throws: ModelError.self) { try hsnet.features(of: image(side)) } }
    #expect(try hsnet.features(of: image(288)).side == 288)
    #expect(throws: ModelError.self) { try hdmnet.features(of: image(48)) }
    #expect(try hdmnet.features(of: image(49)).side == 49)
  }

  /// NaN would pass for background and give an IoU of 0.
  @Test(arguments: networks) func aPredictionThatIsNoNumberIsAnError(name: String, kind: ForwardNetwork) throws {
    let input = try Self.input(name), checkpoint = try Self.checkpoint(name)
    let network: any FewShotSegmenter =
      switch kind {
      case .bam: try BAM(checkpoint)
      case .hdmnet: try HDMNet(checkpoint)
      case .hsnet: try HSNet(checkpoint)
      default: try DCAMA(checkpoint)
      }
    let query = try input.tensor("query_img").nhwc(), side = query.shape[1]
    let broken = Tensor([Float](repeating: .nan, count: query.count), shape: query.shape)
    let mask = Tensor((0..<side * side).map { Float($0 % 2) }, shape: [1, side, side, 1])
    #expect(throws: ModelError.notFinite(what: "\(type(of: network))'s prediction")) {
      try network.segment(query: broken, supports: [(query, mask)])
    }
  }
}
