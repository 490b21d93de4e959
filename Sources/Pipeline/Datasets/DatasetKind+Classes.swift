extension DatasetKind {
  /// Class `index` by the numbering of this data set's masks; nil when there is none, and for FSS-1000, whose masks are all labelled 1.
  ///
  /// Throws `PipelineError` when the class table is missing or broken.
  public func classInfo(_ index: Int) throws -> ClassInfo? {
    guard self != .fss else { return nil }
    let classes = try AssetTable.load(rawValue, as: ClassTable.self).classes(table: rawValue)
    return classes.first { $0.index == index }
  }
}
