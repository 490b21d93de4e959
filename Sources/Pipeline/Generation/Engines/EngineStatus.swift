/// What an engine is at, for whoever looks on.
public struct EngineStatus: Hashable, Sendable {
  /// As the user named it.
  public let name: String
  /// What it says of itself; nil before it was started.
  public let facts: EngineFacts?
  /// Of its device, as it last said; nil where it does not say.
  public let memory: EngineMemory?
  /// Of the last ones; nil before the first.
  public let imagesPerMinute: Double?
  /// Why it is of no more use; nil while it is.
  public let trouble: String?

  public init(name: String, facts: EngineFacts?, memory: EngineMemory?, imagesPerMinute: Double?, trouble: String?) {
    (self.name, self.facts, self.memory) = (name, facts, memory)
    (self.imagesPerMinute, self.trouble) = (imagesPerMinute, trouble)
  }
}

/// Memory of a device, in bytes.
public struct EngineMemory: Hashable, Sendable {
  /// What the engine may still take.
  public let free: Int
  public let total: Int

  public init(free: Int, total: Int) { (self.free, self.total) = (free, total) }

  public var used: Int { max(0, total - free) }
}

/// What engines tell those who watch them.
public enum EngineNews: Sendable {
  /// The status of one of them is another.
  case changed
  /// A sentence for the user.
  case said(String)
}
