import Foundation

/// Memory for tensors and packed weights, given back with `deallocate()`.
enum AlignedMemory {
  private static let hugePage = 1 << 21

  /// At least 64-byte aligned, its content unspecified. Large blocks are on pages of 2 MiB where the system has them: a product's
  /// rows are on many pages, of which the processor remembers few, and fresh memory costs one fault in place of 512.
  static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= 2 * hugePage else { return .allocate(byteCount: max(byteCount, 64), alignment: 64) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: hugePage)
    #if os(Linux)
      // Advice only: without it the pages are small ones.
      _ = madvise(memory, byteCount, MADV_HUGEPAGE)
    #endif
    return memory
  }
}
