/// A network of a model: in memory for good, or read from disk each time it is wanted and given up when its user drops it.
public struct ModelPart<Network: Sendable, Config: Sendable>: Sendable {
  public let config: Config
  /// Of its weights.
  let bytes: Int
  private let kept: Network?
  private let read: @Sendable () throws -> Network

  /// - Parameters:
  ///   - isKept: whether the network is read now, once.
  ///   - growth: bytes by which the weights are more in memory than in their file.
  init(
    _ checkpoint: Checkpoint, _ config: Config, isKept: Bool, growth: Int = 0, read: @escaping @Sendable (Checkpoint, Config) throws -> Network
  ) throws {
    self.config = config
    bytes = checkpoint.byteCount + growth
    self.read = { try read(checkpoint, config) }
    kept = isKept ? try self.read() : nil
  }

  /// Throws what reading throws.
  public func callAsFunction() throws -> Network { try kept ?? read() }
}
