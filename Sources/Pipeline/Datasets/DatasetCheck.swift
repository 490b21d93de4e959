import Dispatch
import Synchronization

/// Looks at every file of a data set.
public enum DatasetCheck {
  /// What was found at opening and what each picture's files tell, sorted by kind; nil when `progress` ended it.
  public static func problems(of dataset: any Dataset, progress: DatasetProgress = { _, _ in true }) -> [DatasetProblem]? {
    let items = dataset.items
    let found = Mutex([[DatasetProblem]](repeating: [], count: items.count))
    let state = Mutex((done: 0, goesOn: true))
    DispatchQueue.concurrentPerform(iterations: items.count) { number in
      guard state.withLock({ $0.goesOn }) else { return }
      let own = dataset.check(items[number])
      if !own.isEmpty { found.withLock { $0[number] = own } }
      state.withLock { state in
        state.done += 1
        if state.goesOn { state.goesOn = progress(state.done, items.count) }
      }
    }
    guard state.withLock({ $0.goesOn }) else { return nil }
    let all = dataset.problems + found.withLock { $0 }.flatMap { $0 }
    return DatasetProblem.Kind.allCases.flatMap { kind in all.filter { $0.kind == kind } }
  }
}
