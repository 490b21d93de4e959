/// How an image was made, beside what it says of itself.
public struct Provenance: Hashable, Sendable {
  /// Seconds of generating; 0 where they are not known.
  public let seconds: Double
  /// Version of the program, and threads used; nil where they are not known.
  public let version: String?
  public let threads: Int?
}
