import Synchronization

/// Set once, from any thread, to ask long work to end: at once, or when what is under way is done.
public final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  private let last = Atomic<Bool>(false)

  public init() {}

  /// Whether the work is to end at once.
  public var isSet: Bool { flag.load(ordering: .relaxed) }

  /// Whether nothing more is to be begun.
  public var beginsNothing: Bool { isSet || last.load(ordering: .relaxed) }

  public func set() { flag.store(true, ordering: .relaxed) }

  /// Lets what is under way come to its end, and begins nothing more.
  public func setAfterThis() { last.store(true, ordering: .relaxed) }
}
