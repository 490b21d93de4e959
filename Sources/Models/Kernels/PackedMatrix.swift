/// A weight laid out for the product kernel: `columns` outputs, each a sum over `taps` times `depth` inputs.
///
/// Columns are in panels of 16, the last one padded to 8 or 16 with zeros; within a panel the order is [tap][input][column],
/// so that the kernel reads it front to back. A linear layer has one tap, a 3x3 convolution nine. Elements keep the precision
/// they are stored in: two bytes stay two bytes, and a block of a panel is widened just before it is used on many rows. Widening
/// all of them when loading takes twice the memory and, measured on the demo's widths, no less time.
public struct PackedMatrix: Sendable {
  public let taps: Int
  public let depth: Int
  public let columns: Int
  let element: ElementType
  private let storage: PackedStorage

  /// Lays out a weight `[columns, depth]` or `[columns, depth, kernel height, kernel width]`.
  ///
  /// A parameter of another size, which a loader gives for a missing one, makes a matrix that must not be multiplied with;
  /// the loader's report says so before it can be.
  public init(_ parameter: Parameter, columns: Int, depth: Int, taps: Int = 1) {
    self.columns = columns
    self.depth = depth
    self.taps = taps
    let parameter = Self.elements.contains(parameter.dtype) ? parameter : Parameter(parameter.widened())
    element = parameter.dtype
    let (plain, overflow) = columns.multipliedReportingOverflow(by: depth * taps)
    guard !overflow, parameter.count == plain else {
      storage = PackedStorage(bytes: 0)
      return
    }
    storage = PackedStorage(bytes: (columns + 7) / 8 * 8 * taps * depth * element.size)
    parameter.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      if element == .f32 { pack(source, as: UInt32.self) } else { pack(source, as: UInt16.self) }
    }
    parameter.forget()
  }

  /// Formats a matrix keeps; any other is widened when loaded.
  private static let elements: Set<ElementType> = [.f32, .f16, .bf16]

  /// The same for copies of one matrix only.
  var identity: ObjectIdentifier { ObjectIdentifier(storage) }

  var panels: Int { (columns + 15) / 16 }

  /// First column and padded width (8 or 16) of a panel.
  func panel(_ index: Int) -> (column: Int, width: Int) { (index * 16, columns - index * 16 > 8 ? 16 : 8) }

  /// Elements `rows` (counted as tap * depth + input) of a panel as Float32: where they are, or widened into `scratch`.
  @inline(__always)
  func widened(panel index: Int, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    let width = panel(index).width
    let start = index * 16 * taps * depth + rows.lowerBound * width
    let count = rows.count * width
    guard element != .f32 else { return UnsafePointer(storage.base.assumingMemoryBound(to: Float.self) + start) }
    element.widen(storage.base + start * element.size, count: count, to: scratch)
    return UnsafePointer(scratch)
  }

  private func pack<Bits: FixedWidthInteger>(_ source: UnsafeRawPointer, as type: Bits.Type) {
    nonisolated(unsafe) let source = source
    Compute.parallel(panels) { index in
      let (first, width) = panel(index)
      let used = min(width, columns - first)
      let target = storage.base.assumingMemoryBound(to: Bits.self) + first * taps * depth
      for tap in 0..<taps {
        for input in 0..<depth {
          let row = target + (tap * depth + input) * width
          for column in 0..<used {
            let position = ((first + column) * depth + input) * taps + tap
            row[column] = source.loadUnaligned(fromByteOffset: position * MemoryLayout<Bits>.size, as: Bits.self)
          }
          for column in used..<width { row[column] = 0 }
        }
      }
    }
  }
}

/// 64-byte aligned memory that is written once, while its owner is made.
private final class PackedStorage: @unchecked Sendable {
  let base: UnsafeMutableRawPointer

  init(bytes: Int) { base = AlignedMemory.allocate(byteCount: bytes) }

  deinit { base.deallocate() }
}
