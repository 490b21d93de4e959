/// A generated support by what it was made from: the real one, and its number among those made from it.
public struct GeneratedSupport: Hashable, Sendable {
  public let support: Support
  public let number: Int

  public init(_ support: Support, number: Int) {
    self.support = support
    self.number = number
  }

  public var item: DatasetItem { support.item }
  public var classIndex: Int { support.classIndex }

  /// Its file's name in a folder of pre-generated supports, without the extension.
  public var name: String { "\(item.id)_\(classIndex)_\(number)" }
}
