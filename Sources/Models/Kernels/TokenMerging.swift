import Foundation

/// Which tokens of each image of a feature map go into which others (Bolya and Hoffman 2023, after Bolya et al. 2023), as `tomesd` finds
/// them without chance: the top left of every square of four takes, the others give, those first that are most like a taker.
public struct TokenMerging: Sendable {
  /// One image's: where each of its tokens is in the shorter sequence.
  private let places: [[Int32]]
  /// Tokens of the shorter sequence.
  public let count: Int
  private let tokens: Int

  /// Finds them by the cosines between tokens.
  ///
  /// - Parameters:
  ///   - x: `[n, height * width, c]`.
  ///   - ratio: the part of the tokens that is merged away, at most all that give.
  /// - Returns: nil where nothing is to be merged.
  public init?(_ x: Tensor, height: Int, width: Int, ratio: Double) {
    precondition(x.shape.count == 3 && x.shape[1] == height * width, "\(x.shape) is not \(height)x\(width) tokens")
    let (images, tokens, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let (takers, givers) = Self.parts(height: height, width: width)
    let merged = min(givers.count, Int(Double(tokens) * ratio))
    guard merged > 0, !takers.isEmpty else { return nil }
    let norms = Kernels.rowNorms(x).values
    places = (0..<images).map { image in
      let tokensOfImage = x.slice(image..<image + 1).reshaped([tokens, channels])
      let units = Kernels.scaleRows(tokensOfImage, by: norms[image * tokens..<(image + 1) * tokens].map { $0 > 0 ? 1 / $0 : 0 })
      let cosines = Kernels.gemm(units.picked(givers), units.picked(takers), transposeB: true)
      let best = Kernels.rowMaximumPlaces(cosines)
      // Equal ones in the order of their places: the same everywhere.
      let order = givers.indices.sorted { (best[$0].value, -$0) > (best[$1].value, -$1) }
      var places = [Int32](repeating: 0, count: tokens)
      let kept = order.dropFirst(merged).sorted(), firstTaker = kept.count
      for (place, giver) in kept.enumerated() { places[givers[giver]] = Int32(place) }
      for (place, taker) in takers.enumerated() { places[taker] = Int32(firstTaker + place) }
      for giver in order.prefix(merged) { places[givers[giver]] = Int32(firstTaker + best[giver].place) }
      return places
    }
    count = tokens - merged
    self.tokens = tokens
  }

  /// Places of the tokens that take, row by row, and of those that give.
  private static func parts(height: Int, width: Int) -> (takers: [Int], givers: [Int]) {
    var takers: [Int] = [], givers: [Int] = []
    for row in 0..<height {
      for column in 0..<width {
        // A last odd row or column has no square.
        let takes = row % 2 == 0 && column % 2 == 0 && row + 1 < height && column + 1 < width
        if takes { takers.append(row * width + column) } else { givers.append(row * width + column) }
      }
    }
    return (takers, givers)
  }

  /// `[n, tokens, c]` to `[n, count, c]`: each token of the shorter sequence is the mean of those that went into it.
  public func merged(_ x: Tensor) -> Tensor { Kernels.meanOfGroups(x, places, count: count) }

  /// `[n, count, c]` to `[n, tokens, c]`: each token gets what came of the one it went into.
  public func unmerged(_ x: Tensor) -> Tensor { Kernels.spread(x, places, tokens: tokens) }
}

extension Tensor {
  /// Rows `[n, c]` by their places.
  fileprivate func picked(_ rows: [Int]) -> Tensor {
    Kernels.spread(reshaped([1] + shape), [rows.map(Int32.init)], tokens: rows.count).reshaped([rows.count, channels])
  }
}
