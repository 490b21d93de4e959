/// A network's answer for one query.
public struct Segmentation: Sendable {
  /// Background and object scores, `[1, S, S, 2]`; `[K, S, S, 2]` of a network whose K supports vote.
  public let logits: Tensor
  /// 1 where the object is, else 0; S x S, row by row.
  public let mask: [UInt8]
  /// How many supports see the object at each pixel, of a network whose supports vote.
  public let votes: [UInt8]?
  /// What every mask is made from, `[1, h, w, 2]` or `[K, h, w, 2]`: the scores before the last resize.
  private let scores: Tensor

  /// The class of the higher score. Throws `ModelError.notFinite`: NaN would count as background and pass for a bad prediction.
  public init(logits: Tensor, network: String) throws {
    self.logits = try logits.finite("\(network)'s prediction")
    scores = logits
    mask = Self.argmax(logits)
    votes = nil
  }

  /// From the scores `[K, h, w, 2]` of K supports that vote on each of `side` x `side` pixels. Throws as `init(logits:network:)`.
  public init(votes scores: Tensor, side: Int, network: String) throws {
    self.scores = try scores.finite("\(network)'s prediction")
    logits = Kernels.bilinear(scores, height: side, width: side, alignCorners: true)
    let votes = Self.votes(logits)
    mask = Self.winners(votes)
    self.votes = votes
  }

  /// The mask at another size, `height` x `width` values row by row: scores are resized, corners aligned, then compared.
  public func mask(height: Int, width: Int) -> [UInt8] {
    let resized = Kernels.bilinear(scores, height: height, width: width, alignCorners: true)
    return votes == nil ? Self.argmax(resized) : Self.winners(Self.votes(resized))
  }

  private static func votes(_ logits: Tensor) -> [UInt8] {
    let masks = (0..<logits.shape[0]).map { argmax(logits.slice($0..<$0 + 1)) }
    return masks[0].indices.map { pixel in masks.reduce(0) { $0 + $1[pixel] } }
  }

  /// Where at least half as many supports see the object as at the pixel where the most do (HSNet's rule); one support decides alone.
  private static func winners(_ votes: [UInt8]) -> [UInt8] {
    let most = max(votes.max() ?? 1, 1)
    return votes.map { 2 * Int($0) >= Int(most) ? 1 : 0 }
  }

  private static func argmax(_ logits: Tensor) -> [UInt8] {
    let scores = logits.values
    return stride(from: 0, to: scores.count, by: 2).map { scores[$0 + 1] > scores[$0] ? 1 : 0 }
  }
}
