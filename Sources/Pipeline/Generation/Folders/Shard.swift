/// One of `count` equal parts of a list, for as many processes or machines: parts are disjoint and together the whole.
public struct Shard: Hashable, Sendable {
  /// 1...count.
  public let number: Int
  public let count: Int

  /// All of it.
  public static let whole = Shard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  /// Nil unless 1 <= number <= count <= 1000000.
  public init?(_ number: Int, of count: Int) {
    guard (1...1_000_000).contains(count), (1...count).contains(number) else { return nil }
    self.init(number: number, count: count)
  }

  /// From `NUMBER/COUNT`; nil unless 1 <= NUMBER <= COUNT <= 1000000.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
      part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
    }
    guard parts.count == 2, let number = parts[0], let count = parts[1], (1...1_000_000).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  /// Whether the element at a position, counted from 0, is in this part: every `count`-th one, so that parts take equally long.
  public func contains(position: Int) -> Bool { position % count == number - 1 }
}
