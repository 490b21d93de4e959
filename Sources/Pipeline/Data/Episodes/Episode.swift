/// One few-shot task: segment `classIndex` in the query, given the supports.
public struct Episode: Codable, Hashable, Sendable {
  /// Position in its list, 0....
  public let index: Int
  public let fold: Int
  /// 1..., as in the masks.
  public let classIndex: Int
  public let query: DatasetItem
  /// In the order drawn; with the published protocols one image may occur twice.
  public let supports: [DatasetItem]

  public init(index: Int, fold: Int, classIndex: Int, query: DatasetItem, supports: [DatasetItem]) {
    self.index = index
    self.fold = fold
    self.classIndex = classIndex
    self.query = query
    self.supports = supports
  }
}

extension Episode {
  /// Whether its query is among its supports: it cannot be measured.
  public var isOwnSupport: Bool { supports.contains { $0.id == query.id } }
}

/// Whose random draws make the episodes.
public enum EpisodeProtocol: String, CaseIterable, Codable, Sendable {
  /// HSNet's, NumPy's legacy generator.
  case hsnet
  /// BAM's and DifFSS-BAM's, Python's generator.
  case bam
}
