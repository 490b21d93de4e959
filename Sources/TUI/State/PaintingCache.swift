/// Painted pictures, the least recently stored going first.
package struct PaintingCache: Sendable {
  private var paintings: [PaintKey: Painting] = [:]
  private var order: [PaintKey] = []
  private let limit = 240

  package init() {}

  package subscript(_ key: PaintKey) -> Painting? { paintings[key] }

  package mutating func store(_ painting: Painting, for key: PaintKey) {
    if paintings.updateValue(painting, forKey: key) == nil { order.append(key) }
    if order.count > limit {
      let gone = order.prefix(limit / 4)
      for key in gone { paintings[key] = nil }
      order.removeFirst(gone.count)
    }
  }
}
