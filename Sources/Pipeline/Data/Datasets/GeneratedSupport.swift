/// A generated support by what it was made from: the real one, its class, and its number among those of both.
public struct GeneratedSupport: Hashable, Sendable {
  public let item: DatasetItem
  public let classIndex: Int
  public let number: Int

  public init(item: DatasetItem, classIndex: Int, number: Int) {
    self.item = item
    self.classIndex = classIndex
    self.number = number
  }

  /// Its file's name in a folder of pre-generated supports, without the extension.
  public var name: String { "\(item.id)_\(classIndex)_\(number)" }
}
