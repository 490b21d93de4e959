import COpenBLAS
import Foundation
import Synchronization

/// Where kernels run: the number of threads, and the loops that are split over them.
///
/// Work is cut by shape alone and every output element is computed by one piece, so results do not depend on who computes what.
public enum Compute {
  private static let threadCount = Atomic<Int>(max(1, min(64, ProcessInfo.processInfo.activeProcessorCount)))
  private static let pool = WorkerPool()

  /// Threads a kernel uses, 1 to 64. At start: the processors this process may run on.
  public static var threads: Int {
    get { threadCount.load(ordering: .relaxed) }
    set { threadCount.store(max(1, min(64, newValue)), ordering: .relaxed) }
  }

  /// OpenBLAS splits its products worse than our own loops split the work, and its threads would compete with ours.
  static let singleThreadedBLAS: Void = openblas_set_num_threads(1)

  /// Calls `body` once for every index below `count`, several at a time. Returns when all calls have.
  ///
  /// May be called from several threads at once and from inside a body: a caller that finds the workers taken does its calls itself.
  static func parallel(_ count: Int, _ body: (Int) -> Void) {
    guard count < WorkerPool.mostCalls else {
      parallel(over: count, grain: 1) { range in for index in range { body(index) } }
      return
    }
    let threads = self.threads
    guard threads > 1, count > 1, pool.run(count, threads: threads, body) else {
      for index in 0..<count { body(index) }
      return
    }
  }

  /// Cuts `0..<count` into ranges of at least `grain` elements and calls `body` for each, several at a time.
  static func parallel(over count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let pieces = max(1, min(count / max(grain, 1), threads * 4))
    guard pieces > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    parallel(pieces) { piece in body(piece * count / pieces..<(piece + 1) * count / pieces) }
  }
}
