import Core
import MicroKernels

/// Rows of numbers that become the columns of a panel: `count` rows of `size` numbers, `stride` apart.
struct PanelRows {
  let start: UnsafePointer<Float>
  let count: Int
  let size: Int
  let stride: Int

  /// Writes `[units][width]` numbers, or pairs of them in bfloat16, zeros beyond the rows and beyond their numbers.
  func pack(
    _ precision: Precision, units: Int, width: Int, to target: UnsafeMutablePointer<Float>, _ loops: UnsafePointer<mk_set>
  ) {
    guard precision == .bfloat16 else {
      turn(start, stride: stride, units: size, width: width, to: target)
      return
    }
    let used = precision.units(size), roundedCount = count * used
    let rounded = MemoryPool.shared.borrow(roundedCount)
    defer { MemoryPool.shared.giveBack(rounded, roundedCount) }
    for row in 0..<count { loops.pointee.round_pairs(start + row * stride, size, rounded + row * used) }
    turn(rounded, stride: used, units: used, width: width, to: target)
    (target + used * width).update(repeating: 0, count: (units - used) * width)
  }

  /// Turns `[count][units]` into `[units][width]`, a cache line of every row at a time: rows a multiple of 4 KiB apart share the few lines
  /// that a cache has for them.
  private func turn(
    _ source: UnsafePointer<Float>, stride: Int, units: Int, width: Int, to target: UnsafeMutablePointer<Float>
  ) {
    for first in Swift.stride(from: 0, to: units, by: 16) {
      let (block, length) = (target + first * width, min(16, units - first))
      for lane in 0..<width {
        let place = block + lane
        if lane < count {
          let row = source + lane * stride + first
          for index in 0..<length { place[index &* width] = row[index] }
        } else {
          for index in 0..<length { place[index &* width] = 0 }
        }
      }
    }
  }
}
