import Core

/// Keys and values of an attention layer: in Float32 as they are; in bfloat16 for each image and head the keys as rows of pairs of channels
/// and the values as rows of pairs of two keys' numbers. For matrix registers, the keys are a weight of `size` inputs and the values one of
/// `count` inputs, in panels of 16 columns.
public struct PackedKeys: Sendable {
  let images: Int
  let heads: Int
  /// Number of keys of an image.
  let count: Int
  /// Channels of a head.
  let size: Int
  let precision: Precision
  /// Whether they are padded to whole tiles of matrix registers.
  let isMatrix: Bool
  /// Elements of a key and of a channel's values.
  let keyUnits, valueUnits: Int
  /// Channels of a head, with the padding of its last panel on matrix registers.
  let valueWidth: Int
  /// `[images, count, heads * size]`, or in bfloat16 `[images * heads, count * keyUnits]`, on matrix registers in panels of 16 keys.
  let keys: Tensor
  /// `[images, count, heads * size]`, or in bfloat16 `[images * heads, valueWidth * valueUnits]`.
  let values: Tensor

  /// - Parameters:
  ///   - k: `[n, t, heads * d]`; `v`: the same.
  ///   - precision: of the products with them.
  public init(_ k: Tensor, _ v: Tensor, heads: Int, precision: Precision = .float32) {
    let (images, count, channels) = (k.shape[0], k.shape[1], k.shape[2])
    precondition(channels % heads == 0 && v.shape == k.shape, "\(k.shape) \(v.shape) in \(heads) heads")
    let size = channels / heads
    (self.images, self.heads, self.count, self.size, self.precision) = (images, heads, count, size, precision)
    let isMatrix = precision == .bfloat16 && KernelSet.current.loops.pointee.matrix != nil
    func whole(_ units: Int) -> Int { isMatrix ? (units + Kernels.matrixUnits - 1) / Kernels.matrixUnits * Kernels.matrixUnits : units }
    let (keyUnits, valueUnits) = (whole(precision.units(size)), whole(precision.units(count)))
    let valueWidth = isMatrix ? (size + 15) / 16 * 16 : size
    (self.isMatrix, self.keyUnits, self.valueUnits, self.valueWidth) = (isMatrix, keyUnits, valueUnits, valueWidth)
    guard precision == .bfloat16 else {
      (keys, values) = (k, v)
      return
    }
    let span = Profile.begin()
    defer { span?.end(.elementwise, "packing keys and values \(k.shape)") }
    keys =
      isMatrix
      ? Self.keys(k, heads: heads, precision, units: keyUnits)
      : Self.each(k, heads: heads, units: keyUnits, width: size, count: count * keyUnits) { $0.roundKeys(to: $1) }
    values = Self.each(v, heads: heads, units: valueUnits, width: valueWidth, count: valueWidth * valueUnits) {
      if isMatrix { $0.packValuePairs(to: $1) } else { $0.joinValues(to: $1) }
    }
  }

  /// Keys alone, `[n, t, heads * d]` to `[n * heads, panels * units * 16]`; `units` are the elements of a key, at least those of d numbers.
  static func keys(_ k: Tensor, heads: Int, _ precision: Precision, units: Int) -> Tensor {
    each(k, heads: heads, units: units, width: k.channels / heads, count: (k.shape[1] + 15) / 16 * 16 * units) {
      $0.packKeys(precision, to: $1)
    }
  }

  /// `count` numbers of each head of each image.
  private static func each(
    _ x: Tensor, heads: Int, units: Int, width: Int, count: Int, _ pack: (Source, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let (images, rows, channels) = (x.shape[0], x.shape[1], x.channels), size = x.channels / heads
    var packed = Tensor(uninitialized: [images * heads, count])
    x.withUnsafe { start in
      packed.withUnsafeMutable { target in
        Compute.parallel(over: images * heads, grain: max(1, Kernels.elementGrain / max(1, count))) { range in
          for item in range {
            let first = start + item / heads * rows * channels + item % heads * size
            let source = Source(start: first, keys: rows, size: size, stride: channels, units: units, width: width)
            pack(source, target + item * count)
          }
        }
      }
    }
    return packed
  }
}

/// One head's keys or values: `[keys]` rows of `size` numbers, `stride` apart.
private struct Source {
  let start: UnsafePointer<Float>
  let keys: Int
  let size: Int
  let stride: Int
  /// Elements of a packed column, and columns with their padding.
  let units, width: Int

  /// Panels of 16 keys, `[panel][units][16]`, the last padded with zeros.
  func packKeys(_ precision: Precision, to target: UnsafeMutablePointer<Float>) {
    let loops = KernelSet.current.loops
    for first in Swift.stride(from: 0, to: keys, by: 16) {
      let rows = PanelRows(start: start + first * stride, count: min(16, keys - first), size: size, stride: stride)
      rows.pack(precision, units: units, width: 16, to: target + first * units, loops)
    }
  }

  /// `[keys][units]` pairs of channels.
  func roundKeys(to target: UnsafeMutablePointer<Float>) {
    let loops = KernelSet.current.loops
    for key in 0..<keys { loops.pointee.round_pairs(start + key * stride, size, target + key * units) }
  }

  /// `[units][size]` pairs of keys, the last one beside zeros where their number is odd.
  func joinValues(to target: UnsafeMutablePointer<Float>) {
    let loops = KernelSet.current.loops
    for unit in 0..<units {
      let even = start + 2 * unit * stride
      loops.pointee.join_pairs(even, 2 * unit + 1 < keys ? even + stride : nil, size, target + unit * size)
    }
  }

  /// Panels of 16 channels, `[panel][units][16]` pairs of keys, the last padded with zeros.
  func packValuePairs(to target: UnsafeMutablePointer<Float>) {
    for first in Swift.stride(from: 0, to: size, by: 16) {
      let used = min(16, size - first), width = 16
      for unit in 0..<units {
        let row = UnsafeMutableRawPointer(target + first * units + unit * width).assumingMemoryBound(to: UInt32.self)
        guard 2 * unit < keys else {
          row.update(repeating: 0, count: width)
          continue
        }
        let even = start + 2 * unit * stride + first, isWhole = 2 * unit + 1 < keys
        for lane in 0..<used { row[lane] = pair(even[lane], isWhole ? even[stride + lane] : 0) }
        for lane in used..<width { row[lane] = 0 }
      }
    }
  }

  /// The first number in the lower half.
  @inline(__always)
  private func pair(_ first: Float, _ second: Float) -> UInt32 { UInt32(BFloat16.bits(first)) | UInt32(BFloat16.bits(second)) << 16 }
}
