/// The number that COCO's names end with. COCO 2014 and 2017 are the same images under other names:
/// `val2014/COCO_val2014_000000000009` is `train2017/000000000009`.
struct COCONumber: Hashable, Sendable {
  private let digits: String

  /// Nil for a name that does not end with twelve digits.
  init?(_ id: String) {
    let tail = id.utf8.suffix(12)
    guard tail.count == 12, tail.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    digits = String(decoding: tail, as: UTF8.self)
  }

  /// Where each number is among items; the first of equal ones counts.
  static func places(of items: [DatasetItem]) -> [COCONumber: Int] {
    var places: [COCONumber: Int] = [:]
    places.reserveCapacity(items.count)
    for (place, item) in items.enumerated() {
      if let number = COCONumber(item.id), places[number] == nil { places[number] = place }
    }
    return places
  }
}
