import Render

/// The images that the terminal holds for us under kitty's numbers.
///
/// There are so many numbers and no more, so that one sequence frees them all, whenever and however the process ends.
struct KittyPool {
  /// Images held at once.
  static let size = 64

  private let first: UInt32
  /// Of each number the image that it has, and when that was shown last.
  private var held: [(image: Int, use: Int)?] = Array(repeating: nil, count: size)
  private var clock = 0

  /// Numbers from `first` on; other programs in the same terminal should have others.
  init(first: UInt32) { self.first = min(max(first, 1), KittyGraphics.ids.upperBound - UInt32(Self.size)) }

  /// Begins a frame: what is used from now on stays until the next one.
  mutating func begin() { clock += 1 }

  /// The number of an image that the terminal has.
  mutating func use(_ image: Int) -> UInt32? {
    guard let slot = held.firstIndex(where: { $0?.image == image }) else { return nil }
    held[slot]?.use = clock
    return first + UInt32(slot)
  }

  /// A number for an image that the terminal does not have, and whether another image has to go for it; nil where all are in use.
  mutating func take(_ image: Int) -> (id: UInt32, isTaken: Bool)? {
    let slot = held.indices.min { (held[$0]?.use ?? -1) < (held[$1]?.use ?? -1) }
    guard let slot, held[slot].map({ $0.use < clock }) ?? true else { return nil }
    let isTaken = held[slot] != nil
    held[slot] = (image, clock)
    return (first + UInt32(slot), isTaken)
  }

  /// The terminal has none of them any more.
  mutating func forget() { held = Array(repeating: nil, count: Self.size) }

  /// What frees every number, used or not.
  var removal: [UInt8] { (0..<UInt32(Self.size)).flatMap { KittyGraphics.remove(id: first + $0) } }
}
