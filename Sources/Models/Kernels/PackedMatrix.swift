import Core
import MicroKernels

/// A weight laid out for the product kernel: `columns` outputs, each a sum over `taps` times `depth` inputs.
///
/// Columns are in panels of 16; within a panel the order is [tap][input][column], so that the kernel reads it front to back. A linear layer
/// has one tap, a 3x3 convolution nine. The last panel is padded with zeros, to 8 or 16 columns.
///
/// In Float32, elements keep the precision they are stored in: two bytes stay two bytes, and a block of a panel is widened just before it
/// is used on many rows. To widen all of them when loading takes twice the memory; the loader does it for small networks (`WeightLoader`). In
/// bfloat16, two inputs of a column are one element; where matrix registers take them, the last panel too has 16 columns.
public struct PackedMatrix: Sendable {
  public private(set) var taps: Int
  public private(set) var depth: Int
  public let columns: Int
  public let precision: Precision
  let element: ElementType
  /// Columns that a panel's are padded to a multiple of.
  private let granularity: Int
  private let storage: PackedStorage

  /// Lays out a weight `[columns, depth]` or `[columns, depth, kernel height, kernel width]`.
  ///
  /// Of a gated weight, whose second half of columns gates the first, 16 of one half are beside the 16 of the other (`GatedWeight`).
  ///
  /// A parameter of another size, which a loader gives for a missing one, makes a matrix that must not be multiplied with;
  /// the loader's report says so before it can be.
  public init(_ parameter: Parameter, columns: Int, depth: Int, taps: Int = 1, precision: Precision = .float32, isGated: Bool = false) {
    self.columns = columns
    self.depth = depth
    self.taps = taps
    self.precision = precision
    let isKept = precision == .bfloat16 || Self.kept.contains(parameter.dtype)
    let packed = isKept ? parameter : Parameter(parameter.widened())
    element = precision == .float32 ? packed.dtype : .bf16
    granularity = Self.granularity(depth: depth, precision)
    let (plain, overflow) = columns.multipliedReportingOverflow(by: depth * taps)
    guard !overflow, packed.count == plain else {
      storage = PackedStorage(bytes: 0)
      return
    }
    storage = PackedStorage(
      bytes: Self.byteCount(columns: columns, granularity: granularity, depth: depth, taps: taps, element, precision))
    packed.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      switch (precision, packed.dtype.size) {
      case (.float32, 4): pack(source, as: UInt32.self, isGated: isGated)
      case (.float32, _): pack(source, as: UInt16.self, isGated: isGated)
      case (.bfloat16, _): packPairs(source, packed.dtype, isGated: isGated)
      }
    }
    parameter.forget()
  }

  /// Another activation's rows as the columns of a product: `[columns, depth]`.
  init(rows x: Tensor, precision: Precision) {
    (columns, depth, taps, self.precision) = (x.rows, x.channels, 1, precision)
    element = precision == .float32 ? .f32 : .bf16
    granularity = Self.granularity(depth: depth, precision)
    storage = PackedStorage(
      bytes: Self.byteCount(columns: columns, granularity: granularity, depth: depth, taps: 1, element, precision))
    let loops = KernelSet.current.loops
    x.withUnsafe { source in
      Compute.parallel(panels) { index in
        let (first, width) = panel(index)
        let rows = PanelRows(start: source + first * depth, count: min(width, columns - first), size: depth, stride: depth)
        rows.pack(precision, units: units, width: width, to: storage.base.assumingMemoryBound(to: Float.self) + first * units, loops)
      }
    }
  }

  /// Formats a Float32 matrix keeps; any other is widened when loaded.
  private static let kept: Set<ElementType> = [.f32, .f16, .bf16]

  private static func granularity(depth: Int, _ precision: Precision) -> Int {
    Kernels.usesMatrix(depth: depth, precision) ? 16 : 8
  }

  private static func byteCount(
    columns: Int, granularity: Int, depth: Int, taps: Int, _ element: ElementType, _ precision: Precision
  ) -> Int {
    (columns + granularity - 1) / granularity * granularity * taps * precision.units(depth) * (precision == .float32 ? element.size : 4)
  }

  /// The same for copies of one matrix only.
  var identity: ObjectIdentifier { ObjectIdentifier(storage) }

  /// Whether none of its numbers is NaN or infinite.
  var isFinite: Bool {
    let count = Self.byteCount(columns: columns, granularity: granularity, depth: depth, taps: taps, element, precision) / element.size
    var numbers = Tensor(uninitialized: [count])
    numbers.withUnsafeMutable { element.widen(storage.base, count: count, to: $0) }
    return Kernels.isFinite(numbers)
  }

  /// Whether its numbers take two bytes and are multiplied in four.
  var isWidened: Bool { precision == .float32 && element != .f32 }

  var panels: Int { (columns + 15) / 16 }

  /// Elements of a column and tap, four bytes each in the kernel: inputs, or pairs of them.
  var units: Int { precision.units(depth) }

  /// First column and padded width (8 or 16) of a panel.
  func panel(_ index: Int) -> (column: Int, width: Int) { (index * 16, columns - index * 16 > 16 - granularity ? 16 : 8) }

  /// A range of a panel's elements, counted as tap * units + element of the tap, for the kernel: where they are, or, from stored numbers of
  /// two bytes in Float32, widened into `scratch`.
  @inline(__always)
  func columns(
    panel index: Int, _ elements: Range<Int>, scratch: UnsafeMutablePointer<Float>, _ loops: UnsafePointer<mk_set>
  ) -> UnsafePointer<Float> {
    let width = panel(index).width
    let start = index * 16 * taps * units + elements.lowerBound * width
    guard isWidened else { return UnsafePointer(storage.base.assumingMemoryBound(to: Float.self) + start) }
    element.widen(storage.base + start * element.size, count: elements.count * width, to: scratch, loops)
    return UnsafePointer(scratch)
  }

  /// Winograd's transform of the nine taps of a range of inputs of a panel, an even number of them from an even one on: `[36][inputs][width]`,
  /// the 36 `step` floats apart. `scratch` has room for the taps in Float32.
  func transformTaps(
    panel index: Int, inputs: Range<Int>, to target: UnsafeMutablePointer<Float>, step: Int, scratch: UnsafeMutablePointer<Float>,
    _ loops: UnsafePointer<mk_set>
  ) {
    let width = panel(index).width, count = inputs.count * width
    let start = storage.base + (index * 16 * taps * units + inputs.lowerBound * width) * element.size
    switch (precision, element) {
    case (.float32, .f32):
      loops.pointee.winograd_weight(start.assumingMemoryBound(to: Float.self), units * width, count, target, step)
    case (.float32, .f16):
      loops.pointee.winograd_weight_half(start.assumingMemoryBound(to: UInt16.self), units * width, count, target, step)
    default:
      for tap in 0..<taps {
        let first = tap * units + precision.units(inputs.lowerBound), elements = first..<first + precision.units(inputs.count)
        let place = scratch + tap * count
        let found = columns(panel: index, elements, scratch: place, loops)
        if precision == .bfloat16 { loops.pointee.widen_pairs(found, inputs.count / 2, width, place) }
      }
      loops.pointee.winograd_weight(scratch, count, count, target, step)
    }
  }

  /// Asks for a tap of a range of inputs of a panel before it is read.
  func fetch(tap: Int, inputs: Range<Int>, panel index: Int) {
    let first = tap * units + precision.units(inputs.lowerBound)
    fetch(first..<first + precision.units(inputs.count), panel: index)
  }

  /// Asks for a range of a panel's elements, counted as for `columns`.
  @inline(__always)
  func fetch(_ elements: Range<Int>, panel index: Int) {
    let width = panel(index).width, size = precision == .float32 ? element.size : 4
    mk_fetch_second(storage.base + (index * 16 * taps * units + elements.lowerBound * width) * size, elements.count * width * size)
  }

  /// The same numbers, each `count` taps that follow one another taken as one of as many times the inputs. Float32 alone.
  func joiningTaps(_ count: Int) -> PackedMatrix {
    var joined = self
    (joined.taps, joined.depth) = (taps / count, depth * count)
    return joined
  }

  /// The column of the parameter that a panel's first one is.
  private func source(ofPanel index: Int, isGated: Bool) -> Int { isGated ? index % 2 * (columns / 2) + index / 2 * 16 : index * 16 }

  private func pack<Bits: FixedWidthInteger>(_ source: UnsafeRawPointer, as type: Bits.Type, isGated: Bool) {
    nonisolated(unsafe) let source = source
    Compute.parallel(panels) { index in
      let (first, width) = panel(index)
      let used = min(width, columns - first)
      let target = storage.base.assumingMemoryBound(to: Bits.self) + first * taps * depth
      let origin = self.source(ofPanel: index, isGated: isGated)
      for tap in 0..<taps {
        for input in 0..<depth {
          let row = target + (tap * depth + input) * width
          for column in 0..<used {
            let position = ((origin + column) * depth + input) * taps + tap
            row[column] = source.loadUnaligned(fromByteOffset: position * MemoryLayout<Bits>.size, as: Bits.self)
          }
          for column in used..<width { row[column] = 0 }
        }
      }
    }
  }

  /// A panel at a time, so that no more than one of them is held in Float32 by each thread.
  private func packPairs(_ source: UnsafeRawPointer, _ stored: ElementType, isGated: Bool) {
    nonisolated(unsafe) let source = source
    let loops = KernelSet.current.loops, inputs = depth * taps
    Compute.parallel(panels) { index in
      let (first, width) = panel(index)
      let used = min(width, columns - first)
      let scratch = MemoryPool.shared.borrow(used * inputs)
      defer { MemoryPool.shared.giveBack(scratch, used * inputs) }
      let origin = self.source(ofPanel: index, isGated: isGated)
      stored.widen(source + origin * inputs * stored.size, count: used * inputs, to: scratch, loops)
      let target = storage.base.assumingMemoryBound(to: UInt16.self) + first * taps * units * 2
      for tap in 0..<taps {
        for input in 0..<units * 2 {
          let row = target + (tap * units + input / 2) * width * 2 + input % 2
          for column in 0..<width {
            row[column * 2] = column < used && input < depth ? BFloat16.bits(scratch[(column * depth + input) * taps + tap]) : 0
          }
        }
      }
    }
  }
}

/// Numbers with the upper half of a Float32's bits.
enum BFloat16 {
  /// The nearest one, ties to even; a NaN stays one.
  @inline(__always)
  static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    guard !value.isNaN else { return UInt16(truncatingIfNeeded: bits >> 16 | 0x40) }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  static func rounded(_ value: Float) -> Float { Float(bitPattern: UInt32(bits(value)) << 16) }
}

/// 64-byte aligned memory that is written once, while its owner is made.
private final class PackedStorage: @unchecked Sendable {
  let base: UnsafeMutableRawPointer

  init(bytes: Int) { base = AlignedMemory.allocate(byteCount: bytes) }

  deinit { base.deallocate() }
}
