/// What evaluated an image's networks in the place of this program: absent where that was the program itself.
public struct EngineFacts: Codable, Hashable, Sendable {
  /// `torch`, or what another engine calls itself.
  public let engine: String
  /// As PyTorch names it, with the number where there are several: `cpu`, `cuda:0`.
  public let device: String
  public let deviceName: String
  /// Of the networks' numbers: `float32`, `float16`, `bfloat16`.
  public let dtype: String
  /// Of what it is made of, by name.
  public let versions: [String: String]

  public init(engine: String, device: String, deviceName: String, dtype: String, versions: [String: String]) {
    (self.engine, self.device, self.deviceName, self.dtype, self.versions) = (engine, device, deviceName, dtype, versions)
  }
}
