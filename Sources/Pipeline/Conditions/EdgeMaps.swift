import Render
import Synchronization

/// The raw edge maps made last: after them another threshold, dilation or thinning runs no detector.
///
/// Safe from any thread.
package final class EdgeMaps: Sendable {
  private struct Kept {
    let detector: EdgeDetectorKind
    let picture: Image
    let edges: Image
  }

  private static let limit = 4
  /// Oldest first.
  private let kept = Mutex<[Kept]>([])

  package init() {}

  /// The edges that `detector` finds in `picture`, byte for byte the network's input; `find` is called where they are not at hand.
  func edges(of picture: Image, by detector: EdgeDetectorKind, find: () throws -> Image) rethrows -> Image {
    let known = kept.withLock { kept in kept.first { $0.detector == detector && $0.picture == picture }?.edges }
    if let known { return known }
    let edges = try find()
    kept.withLock { kept in
      kept.append(Kept(detector: detector, picture: picture, edges: edges))
      if kept.count > Self.limit { kept.removeFirst() }
    }
    return edges
  }
}
