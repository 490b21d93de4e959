import Foundation

/// SHA-256 in hexadecimal.
public enum Digest {
  public static func hex(_ data: Data) -> String { hex(of: SHA.hash(data: data)) }

  public static func hex(of digest: [UInt8]) -> String {
    digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
