import Core
import Render
import Synchronization

/// The raw edge maps made last: after them another threshold, dilation or thinning runs no detector.
///
/// Safe from any thread.
public final class EdgeMaps: Sendable {
  private struct Key: Hashable {
    let detector: EdgeDetectorKind
    let picture: Image
  }

  private let kept = Mutex(BoundedCache<Key, Image>(limit: 4))

  public init() {}

  /// The edges that `detector` finds in `picture`, byte for byte the network's input; `find` is called where they are not at hand.
  func edges(of picture: Image, by detector: EdgeDetectorKind, find: () throws -> Image) rethrows -> Image {
    let key = Key(detector: detector, picture: picture)
    if let known = kept.withLock({ $0.use(key) }) { return known }
    let edges = try find()
    kept.withLock { $0.store(edges, for: key) }
    return edges
  }
}
