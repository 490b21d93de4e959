import Foundation

/// JSON with sorted keys and no spaces: the same value gives the same bytes on every run and machine.
public enum CanonicalJSON {
  /// Throws `EncodingError` for a number that JSON has no word for (NaN, infinity).
  public static func data(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  /// The same as text.
  public static func text(_ value: some Encodable) throws -> String {
    String(decoding: try data(value), as: UTF8.self)
  }
}
