extension DatasetKind {
  /// Class `index` by the numbering of this data set's masks; nil when there is none, as for FSS-1000, whose masks are all
  /// labelled 1, and for folders, whose names are their own.
  ///
  /// Throws `PipelineError` when the class table is missing or broken.
  public func classInfo(_ index: Int) throws -> ClassInfo? {
    guard self != .fss, self != .folder else { return nil }
    let classes = try AssetTable.load(rawValue, as: ClassTable.self).classes(table: rawValue)
    return classes.first { $0.index == index }
  }
}
