import Core
import Foundation
import Synchronization

/// The table of positions DCAMA adds to its tokens (Vaswani et al. 2017, section 3.5), in the precision PyTorch makes it in.
enum PositionTable {
  /// Those of the three scales of two sizes of images.
  private static let kept = Mutex(BoundedCache<[Int], Tensor>(limit: 6))

  /// `[count, channels]`: sin(p f) in even channels, cos(p f) in odd ones, f = exp(-ln(10000) c / channels) for even c.
  static func sinusoids(count: Int, channels: Int) -> Tensor {
    if let known = kept.withLock({ $0.use([count, channels]) }) { return known }
    let made = made(count: count, channels: channels)
    kept.withLock { $0.store(made, for: [count, channels]) }
    return made
  }

  private static func made(count: Int, channels: Int) -> Tensor {
    let step = Float(-log(10_000.0) / Double(channels))
    let frequencies = stride(from: 0, to: channels, by: 2).map { exp(Float($0) * step) }
    var table = Tensor(uninitialized: [count, channels])
    table.withUnsafeMutable { target in
      Compute.parallel(over: count, grain: max(1, 2048 / max(channels, 1))) { positions in
        for position in positions {
          for channel in 0..<channels {
            let angle = Float(position) * frequencies[channel / 2]
            target[position * channels + channel] = channel % 2 == 0 ? sin(angle) : cos(angle)
          }
        }
      }
    }
    return table
  }
}
