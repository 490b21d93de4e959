import Foundation

/// How much each support counts, from how unlike the query it looks (`kshot_rw`).
struct ShotWeights: Sendable {
  /// The number of supports it is made for.
  let shots: Int
  private let layers: [Conv2d]  // 0 and 2, or 0 alone

  /// Nil when the weights hold none: a network trained for one support.
  init?(_ loader: WeightLoader) {
    guard let shots = loader("0").shape("weight")?.dropFirst().first, shots > 1 else { return nil }
    self.shots = shots
    let middle = loader("0").outputs
    layers =
      loader.has("2.weight")
      ? [
        Conv2d(loader("0"), in: shots, out: middle, kernel: 1), Conv2d(loader("2"), in: middle, out: shots, kernel: 1),
      ]
      : [Conv2d(loader("0"), in: shots, out: shots, kernel: 1, bias: false)]
  }

  /// Softmax weights, the one at a support's rank going to that support.
  func inSupportOrder(_ distances: [Float]) -> [Float] {
    let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    let ranked = byRank(distances)
    var scores = ranked
    for (rank, support) in order.enumerated() { scores[support] = ranked[rank] }
    return softmax(scores)
  }

  /// Softmax weights, the one of rank r going to support r: HDMNet's published slip, which its weights were trained with.
  func inRankOrder(_ distances: [Float]) -> [Float] { softmax(byRank(distances)) }

  /// The network's answer to the distances in ascending order.
  private func byRank(_ distances: [Float]) -> [Float] {
    let sorted = Tensor(distances.sorted(), shape: [1, 1, 1, shots])
    return layers.enumerated().reduce(sorted) { x, layer in
      layer.element(x, activation: layer.offset < layers.count - 1 ? .relu : .none)
    }.values
  }

  private func softmax(_ scores: [Float]) -> [Float] {
    Kernels.softmax(Tensor(scores, shape: [1, scores.count])).values
  }
}

extension ShotWeights? {
  /// Throws `ModelError.badInput` for another number of supports than the weights are made for; one support needs none.
  func check(shots: Int, network: String) throws {
    guard shots == 1 || self?.shots == shots else {
      let taken = self.map { "its weighting of supports was trained for \($0.shots): give 1 or \($0.shots)" }
        ?? "it was trained for 1 support and holds no weighting of several (kshot_rw)"
      throw ModelError.badInput(what: network, reason: "these weights take no \(shots) supports; \(taken)")
    }
  }
}

/// Puts the meta learner's and the base learner's opinions together (Lang et al. 2022, section 4.3).
struct Ensemble: Sendable {
  private let gramMerge: Conv2d  // gram_merge
  private let classMerge: Conv2d  // cls_merge

  init(_ loader: WeightLoader) {
    gramMerge = Conv2d(loader("gram_merge"), in: 2, out: 1, kernel: 1, bias: false)
    classMerge = Conv2d(loader("cls_merge"), in: 2, out: 1, kernel: 1, bias: false)
  }

  /// Logits `[1, h, w, 2]` and `[1, h, w, classes]` and the distance of query and supports to scores `[1, h, w, 2]`, which
  /// are neither probabilities nor add up to one.
  func callAsFunction(meta: Tensor, base: Tensor, estimate: Float) -> Tensor {
    let (metaShares, baseShares) = (Kernels.softmax(meta), Kernels.softmax(base))
    let (shape, classes) = (Array(meta.shape.dropLast()) + [1], base.channels)
    let distance = Tensor([Float](repeating: estimate, count: meta.rows), shape: shape)
    let known = baseShares.values
    let objects = Tensor(
      stride(from: 0, to: known.count, by: classes).map { known[$0 + 1..<$0 + classes].reduce(0, +) }, shape: shape)
    func merged(_ channel: Int) -> Tensor {
      gramMerge(.concatenated([metaShares.slicedChannels(channel..<channel + 1), distance]))
    }
    return .concatenated([classMerge(.concatenated([merged(0), objects])), merged(1)])
  }
}
