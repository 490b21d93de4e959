import Core
import Render

extension Digest {
  /// Of an image and a mask: their sizes as little-endian 32-bit numbers, then their bytes.
  public static func hex(image: Image, mask: LabelMask) -> String {
    let hasher = SHA()
    for size in [image.width, image.height, image.channels, mask.width, mask.height] {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: size).littleEndian) { hasher.update(bufferPointer: $0) }
    }
    image.pixels.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    mask.labels.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return hex(of: hasher.finalize())
  }
}
