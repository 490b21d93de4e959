import Synchronization

/// Keeps the memory of dead tensors for the next ones of about their size, so that a sampling step, which makes the same
/// tensors as the step before, neither calls the allocator nor touches fresh pages.
final class MemoryPool: Sendable {
  static let shared = MemoryPool(limit: 1 << 30)

  private struct Shelves {
    /// Addresses of free blocks, by size class.
    var free: [[UInt]] = Array(repeating: [], count: 4 * 64)
    var bytes = 0
    /// Size classes of lent blocks that are larger than asked for, by address.
    var larger: [UInt: Int] = [:]
  }

  /// From here on a block of up to twice the size is lent rather than a fresh one, whose pages the system would have to clear.
  private static let largeShelf = sizeClass(1 << 18).shelf

  private let shelves = Mutex(Shelves())
  /// Free bytes kept at most; what is given back beyond it goes to the allocator.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// 64-byte aligned memory for at least `count` elements of unspecified value.
  func borrow(_ count: Int) -> UnsafeMutablePointer<Float> {
    let (shelf, capacity) = Self.sizeClass(count)
    let bytes = capacity * MemoryLayout<Float>.stride
    let kept = shelves.withLock { state -> UInt? in
      let most = shelf < Self.largeShelf ? shelf : min(shelf + 4, state.free.count - 1)
      for found in shelf...most {
        guard let address = state.free[found].popLast() else { continue }
        state.bytes -= Self.capacity(of: found) * MemoryLayout<Float>.stride
        if found > shelf { state.larger[address] = found }
        return address
      }
      return nil
    }
    if let kept, let memory = UnsafeMutablePointer<Float>(bitPattern: kept) { return memory }
    return AlignedMemory.allocate(byteCount: bytes).bindMemory(to: Float.self, capacity: capacity)
  }

  /// Ends the loan of memory borrowed for `count` elements.
  func giveBack(_ memory: UnsafeMutablePointer<Float>, _ count: Int) {
    let address = UInt(bitPattern: memory)
    let isKept = shelves.withLock { state in
      let shelf = state.larger.removeValue(forKey: address) ?? Self.sizeClass(count).shelf
      let bytes = Self.capacity(of: shelf) * MemoryLayout<Float>.stride
      guard state.bytes + bytes <= limit else { return false }
      state.free[shelf].append(address)
      state.bytes += bytes
      return true
    }
    if !isKept { UnsafeMutableRawPointer(memory).deallocate() }
  }

  /// Hands all free blocks back to the allocator, where they are more than `most` bytes.
  func empty(beyond most: Int = 0) {
    let blocks = shelves.withLock { state in
      guard state.bytes > most else { return [UInt]() }
      defer { (state.free, state.bytes) = (Shelves().free, 0) }
      return state.free.flatMap { $0 }
    }
    for address in blocks { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
  }

  /// Four classes an octave from 64 elements on: at most a fifth of a block stays unused.
  static func sizeClass(_ count: Int) -> (shelf: Int, capacity: Int) {
    guard count > 64 else { return (0, 64) }
    let octave = Int.bitWidth - 1 - (count - 1).leadingZeroBitCount
    let shelf = (octave - 6) * 4 + (count - 1 - (1 << octave)) / (1 << (octave - 2)) + 1
    return (shelf, capacity(of: shelf))
  }

  /// Elements of a block of a size class.
  private static func capacity(of shelf: Int) -> Int {
    guard shelf > 0 else { return 64 }
    let octave = (shelf - 1) / 4 + 6, quarter = (shelf - 1) % 4
    return (1 << octave) + (quarter + 1) * (1 << (octave - 2))
  }
}
