import Core

/// Looks at every file of a data set.
public enum DatasetCheck {
  /// What was found at opening and what each image's files tell, sorted by kind. Throws `CancellationError` when `progress` says so.
  public static func problems(of dataset: any Dataset, progress: DatasetProgress = { _, _ in true }) throws -> [DatasetProblem] {
    let items = dataset.items
    let all = dataset.problems + (try ParallelWork.map(items.count, progress: progress) { dataset.check(items[$0]) }.flatMap { $0 })
    return DatasetProblem.Kind.allCases.flatMap { kind in all.filter { $0.kind == kind } }
  }
}
