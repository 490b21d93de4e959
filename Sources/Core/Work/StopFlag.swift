import Synchronization

/// Set once, from any thread, to ask long work to end.
public final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  public var isSet: Bool { flag.load(ordering: .relaxed) }

  public func set() { flag.store(true, ordering: .relaxed) }
}
