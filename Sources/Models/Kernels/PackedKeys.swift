/// Keys and values of an attention layer, laid out for the product kernel: for each image and head the keys as a weight of `size`
/// inputs and the values as one of `count` inputs, in panels of 16 columns; the values' last may have 8.
public struct PackedKeys: Sendable {
  let images: Int
  let heads: Int
  /// Number of keys of an image.
  let count: Int
  /// Channels of a head.
  let size: Int
  /// `[images * heads, panels * size * 16]`
  let keys: Tensor
  /// `[images * heads, valueWidth * count]`
  let values: Tensor

  /// - Parameters:
  ///   - k: `[n, t, heads * d]`; `v`: the same.
  public init(_ k: Tensor, _ v: Tensor, heads: Int) {
    let (images, count, channels) = (k.shape[0], k.shape[1], k.shape[2])
    precondition(channels % heads == 0 && v.shape == k.shape, "\(k.shape) \(v.shape) in \(heads) heads")
    let span = Profile.begin()
    defer { span?.end(.elementwise, "packing keys and values \(k.shape)") }
    let size = channels / heads
    let (keyCount, valueCount) = ((count + 15) / 16 * 16 * size, Self.valueWidth(size) * count)
    var keys = Tensor(uninitialized: [images * heads, keyCount])
    var values = Tensor(uninitialized: [images * heads, valueCount])
    keys.withUnsafeMutable { keys in
      values.withUnsafeMutable { values in
        k.withUnsafe { k in
          v.withUnsafe { v in
            Compute.parallel(over: images * heads, grain: max(1, Kernels.elementGrain / 2 / max(1, keyCount))) { range in
              for item in range {
                let start = item / heads * count * channels + item % heads * size
                Self.packKeys(k + start, keys: count, size: size, stride: channels, to: keys + item * keyCount)
                Self.packValues(v + start, keys: count, size: size, stride: channels, to: values + item * valueCount)
              }
            }
          }
        }
      }
    }
    (self.images, self.heads, self.count, self.size) = (images, heads, count, size)
    (self.keys, self.values) = (keys, values)
  }

  /// `[keys, stride]` to panels of 16 keys, `[panel][size][16]`, the last padded with zeros.
  private static func packKeys(
    _ source: UnsafePointer<Float>, keys: Int, size: Int, stride: Int, to target: UnsafeMutablePointer<Float>
  ) {
    for first in Swift.stride(from: 0, to: keys, by: 16) {
      let panel = target + first * size
      for lane in 0..<16 {
        if first + lane < keys {
          let key = source + (first + lane) * stride
          for index in 0..<size { panel[index * 16 + lane] = key[index] }
        } else {
          for index in 0..<size { panel[index * 16 + lane] = 0 }
        }
      }
    }
  }

  /// Channels of a head with the padding of its last panel.
  static func valueWidth(_ size: Int) -> Int { (size + 7) / 8 * 8 }

  /// `[keys, stride]` to panels of 16 channels, `[panel][keys][16]`, the last of 8 or 16 and padded with zeros.
  private static func packValues(
    _ source: UnsafePointer<Float>, keys: Int, size: Int, stride: Int, to target: UnsafeMutablePointer<Float>
  ) {
    for first in Swift.stride(from: 0, to: size, by: 16) {
      let used = min(16, size - first), width = min(16, valueWidth(size) - first)
      for key in 0..<keys {
        let row = target + first * keys + key * width
        for lane in 0..<used { row[lane] = source[key * stride + first + lane] }
        for lane in used..<width { row[lane] = 0 }
      }
    }
  }
}
