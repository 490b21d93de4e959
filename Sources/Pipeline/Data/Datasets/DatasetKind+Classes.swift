extension DatasetKind {
  /// Class `index` by the numbering of this data set; nil when there is none, as for folders, whose names are their own.
  ///
  /// FSS-1000's classes are numbered by the published list of names, from 1; its masks are black and white. Throws `CoreError` when the
  /// class table is missing or broken.
  public func classInfo(_ index: Int) throws -> ClassInfo? {
    switch self {
    case .folder: return nil
    case .fss:
      let table = try FSSFolder.Table.load()
      guard table.names.indices.contains(index - 1) else { return nil }
      return ClassInfo(
        index: index, name: table.names[index - 1], promptName: table.spacedNames[index - 1], adeIndex: table.classToADE[index - 1])
    case .demo, .pascal, .coco: return try AssetTable.load(rawValue, as: ClassTable.self).classes(table: rawValue).first { $0.index == index }
    }
  }

  /// Number of the classes that `classInfo` knows.
  var classCount: Int {
    get throws {
      switch self {
      case .folder: 0
      case .fss: try FSSFolder.Table.load().names.count
      case .demo, .pascal, .coco: try AssetTable.load(rawValue, as: ClassTable.self).classes(table: rawValue).count
      }
    }
  }
}
