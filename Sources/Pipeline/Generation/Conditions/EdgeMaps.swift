import Core
import Render
import Synchronization

/// The raw edge maps made last: after them another threshold, dilation or thinning runs no detector.
///
/// Safe from any thread.
public final class EdgeMaps: Sendable {
  private struct Key: Hashable {
    let detector: EdgeDetectorKind
    let image: Image
  }

  private let kept = Mutex(BoundedCache<Key, Image>(limit: 4))

  public init() {}

  /// The edges that `detector` finds in `image`, byte for byte the network's input; `find` is called where they are not at hand.
  func edges(of image: Image, by detector: EdgeDetectorKind, find: () throws -> Image) rethrows -> Image {
    let key = Key(detector: detector, image: image)
    if let known = kept.withLock({ $0.use(key) }) { return known }
    let edges = try find()
    kept.withLock { $0.store(edges, for: key) }
    return edges
  }
}
