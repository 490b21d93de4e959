import Foundation

/// A thread of its own for work that takes long: Swift's shared threads are as few as the cores and must never be held.
///
/// What is given to one lane runs in order, one after the other.
public struct WorkLane: Sendable {
  public let queue: DispatchQueue

  /// Below the thread that draws.
  public init(_ name: String) { queue = DispatchQueue(label: "diffss.\(name)", qos: .utility) }

  /// Runs `body` on the lane. When the calling task is cancelled, `stop` is set and tells `body` so; work not yet begun throws
  /// `CancellationError`.
  public func run<T: Sendable>(stop: StopFlag = StopFlag(), _ body: @escaping @Sendable (_ stop: StopFlag) throws -> T) async throws -> T {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.async {
          continuation.resume(with: Result {
            if stop.isSet { throw CancellationError() }
            return try body(stop)
          })
        }
      }
    } onCancel: {
      stop.set()
    }
  }
}
