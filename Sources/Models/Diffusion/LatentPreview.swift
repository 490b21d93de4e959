import Synchronization

/// A look at latents without noise, far cheaper than decoding them.
public protocol LatentPreview: Sendable {
  /// Latents as the network predicts them for a running image, `[1, h, w, c]`, to an image in 0...1, `[1, H, W, 3]`.
  func image(of latents: Tensor) -> Tensor
}

/// Each latent's colour as a linear function of its channels: one pixel a latent.
///
/// The function is fitted to the autoencoder at hand by least squares over flat patches of random latents, so that it suits any
/// autoencoder, not only the published one.
public struct LatentProjection: LatentPreview {
  /// `[c + 1, 3]`, the last row being the offset.
  private let weights: [[Double]]

  /// `decode` makes images of latents with an autoencoder of a configuration. Throws what it throws.
  init(_ config: AutoencoderConfig, decode: (Tensor) throws -> Tensor) throws {
    let patch = 3, grid = 8, channels = config.latentChannels, factor = config.factor
    var generator = TorchGenerator(seed: 0)
    let colours = generator.randn(grid * grid * channels)
    let side = patch * grid
    var latents: [Float] = []
    for y in 0..<side {
      for x in 0..<side {
        let start = (y / patch * grid + x / patch) * channels
        latents += colours[start..<start + channels]
      }
    }
    let decoded = try decode(Tensor(latents, shape: [1, side, side, channels]))
    // The middle latent of a patch: its neighbours are like it.
    let rows = (0..<grid * grid).map { colours[$0 * channels..<($0 + 1) * channels].map(Double.init) + [1] }
    let means = (0..<grid * grid).map { index in
      decoded.meanColour(
        top: (index / grid * patch + patch / 2) * factor, left: (index % grid * patch + patch / 2) * factor, side: factor)
    }
    weights = Self.leastSquares(rows, means)
  }

  public func image(of latents: Tensor) -> Tensor {
    let channels = latents.channels, values = latents.values
    var output: [Float] = []
    output.reserveCapacity(latents.rows * 3)
    for row in 0..<latents.rows {
      for colour in 0..<3 {
        var sum = weights[channels][colour]
        for channel in 0..<channels { sum += Double(values[row * channels + channel]) * weights[channel][colour] }
        output.append(Float(min(max(sum, 0), 1)))
      }
    }
    return Tensor(output, shape: latents.shape.dropLast() + [3])
  }

  /// The `[d, 3]` that takes rows `[n, d]` nearest to targets `[n, 3]`, by the normal equations; a touch of ridge keeps them solvable.
  private static func leastSquares(_ rows: [[Double]], _ targets: [[Double]]) -> [[Double]] {
    let size = rows[0].count
    var system = (0..<size).map { i in
      (0..<size).map { j in rows.reduce(i == j ? 1e-6 : 0) { $0 + $1[i] * $1[j] } }
        + (0..<3).map { colour in zip(rows, targets).reduce(0) { $0 + $1.0[i] * $1.1[colour] } }
    }
    for pivot in 0..<size {
      for other in 0..<size where other != pivot {
        let factor = system[other][pivot] / system[pivot][pivot]
        for column in pivot..<size + 3 { system[other][column] -= factor * system[pivot][column] }
      }
    }
    return (0..<size).map { row in (0..<3).map { system[row][size + $0] / system[row][row] } }
  }
}

/// A projection once it was fitted, for a model and those that share its autoencoder.
final class KeptProjection: Sendable {
  private let known = Mutex<LatentProjection?>(nil)

  func value(fit: () throws -> LatentProjection) rethrows -> LatentProjection {
    try known.withLock { known in
      let fitted = try known ?? fit()
      known = fitted
      return fitted
    }
  }
}

extension Tensor {
  /// The mean of a square of an image `[1, h, w, 3]`.
  fileprivate func meanColour(top: Int, left: Int, side: Int) -> [Double] {
    let width = shape[2], values = values
    return (0..<3).map { colour in
      var sum = 0.0
      for y in top..<top + side {
        for x in left..<left + side { sum += Double(values[(y * width + x) * 3 + colour]) }
      }
      return sum / Double(side * side)
    }
  }
}
