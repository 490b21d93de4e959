/// The version of this program, as its records and `--version` tell it.
public enum ProgramVersion {
  public static let current = "0.6.0"
}

/// How a picture was made, beside what it says of itself.
public struct Provenance: Hashable, Sendable {
  /// Seconds of painting; 0 where they are not known.
  public let seconds: Double
  /// Version of the program, and threads used; nil where they are not known.
  public let version: String?
  public let threads: Int?
}
