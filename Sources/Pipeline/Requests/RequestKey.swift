import Foundation
import Render

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

extension GenerationRequest {
  /// SHA-256, in hexadecimal, of the request's canonical JSON followed by the SHA-256 of each weights folder it uses.
  ///
  /// The name of the picture's file: same request and same weights, same key. `weights` maps a model identifier to the
  /// digest of its files (`ModelLibrary.digest(of:)`).
  public func key(weights: [String: String]) throws -> String {
    struct Keyed: Encodable {
      let request: GenerationRequest
      let weights: [String: String]
    }
    let used = Set(models.all)
    return Digest.hex(try CanonicalJSON.data(Keyed(request: self, weights: weights.filter { used.contains($0.key) })))
  }
}

/// SHA-256 in hexadecimal.
public enum Digest {
  public static func hex(_ data: Data) -> String { hex(of: SHA.hash(data: data)) }

  /// Of a picture and a mask: their sizes as little-endian 32-bit numbers, then their bytes.
  public static func hex(image: Image, mask: LabelMask) -> String {
    let hasher = SHA()
    for size in [image.width, image.height, image.channels, mask.width, mask.height] {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: size).littleEndian) { hasher.update(bufferPointer: $0) }
    }
    image.pixels.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    mask.labels.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return hex(of: hasher.finalize())
  }

  package static func hex(of digest: [UInt8]) -> String {
    digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
