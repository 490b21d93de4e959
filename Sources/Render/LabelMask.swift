/// A class index for each pixel: 0 background, 1... the data set's classes, 255 ignored.
public struct LabelMask: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// `height * width` labels, rows top to bottom.
  public var labels: [UInt8]

  /// A mask from its labels; their number must be `width * height`.
  public init(width: Int, height: Int, labels: [UInt8]) {
    precondition(width > 0 && height > 0 && labels.count == width * height)
    self.width = width
    self.height = height
    self.labels = labels
  }

  public subscript(x: Int, y: Int) -> UInt8 {
    get { labels[y * width + x] }
    set { labels[y * width + x] = newValue }
  }

  /// 1 where the label is `classIndex`, 0 elsewhere; 255 is kept when `keepIgnore`.
  public func binary(of classIndex: Int, keepIgnore: Bool = false) -> LabelMask {
    LabelMask(
      width: width, height: height,
      labels: labels.map { Int($0) == classIndex ? 1 : (keepIgnore && $0 == 255 ? 255 : 0) })
  }

  /// Number of pixels of each label, 0...255.
  public var histogram: [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }
}
