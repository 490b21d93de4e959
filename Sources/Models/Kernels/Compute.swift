import COpenBLAS
import Foundation
import Synchronization

/// Where kernels run: the number of threads, and the loops that are split over them.
///
/// Work is cut by shape alone and every output element is computed by one piece, so results do not depend on who computes what.
public enum Compute {
  /// Threads a kernel uses, 1 to 64: the process's, or the part of them that the calling job has (`sideBySide`). Set for the process.
  /// At start: the processors this process may run on.
  public static var threads: Int {
    get { WorkerPool.current.threads }
    set { WorkerPool.deal(max(1, min(64, newValue))) }
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
    let pool = WorkerPool.current, threads = pool.threads
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
