import Foundation

/// The same work for each item of a list, several at a time, heard of on the calling thread and in the list's order.
public enum SideBySide {
  /// How the work on one item reaches the caller.
  public struct Turn<News: Sendable>: Sendable {
    fileprivate let sayer: @Sendable (News) -> Void
    fileprivate let asker: @Sendable () -> Bool

    /// Tells the caller something; of what it has not heard yet it gets the last.
    public func tell(_ news: News) { sayer(news) }

    /// Whether the work on another item has failed, so that this one may end.
    public var isOver: Bool { asker() }
  }

  /// Works on items `0..<count`, at most `jobs` at a time, begun in their order.
  ///
  /// - Parameters:
  ///   - work: called on threads of their own. The first error ends it all: no further item is begun.
  ///   - news: what the work on an item tells before it ends. Called on the calling thread, as is `ended`.
  ///   - ended: what the work on each item came to, in the order of the items. After an error items that were finished are still told of.
  /// - Throws: the first error, of `work` or of `ended`, after the work under way has ended.
  public static func each<Output: Sendable, News: Sendable>(
    _ count: Int, jobs: Int, work: @escaping @Sendable (Int, Turn<News>) throws -> Output, news: (Int, News) -> Void,
    ended: (Int, Output) throws -> Void
  ) throws {
    let board = Board<Output, News>(count: count, threads: min(max(jobs, 1), max(count, 1)))
    for number in 0..<board.threads {
      WorkThread.start("job-\(number + 1)") {
        while let item = board.begin() {
          let turn = Turn<News>(sayer: { board.tell(item, $0) }, asker: { board.hasFailed })
          board.end(item, Result { try work(item, turn) })
        }
        board.leave()
      }
    }
    while let happening = board.next() {
      switch happening {
      case .news(let item, let what): news(item, what)
      case .ended(let item, let output): do { try ended(item, output) } catch { board.fail(error) }
      }
    }
    if let failure = board.failure { throw failure }
  }
}

/// Where the threads of a list leave what the caller is to hear.
private final class Board<Output: Sendable, News: Sendable>: @unchecked Sendable {
  enum Happening {
    case news(Int, News)
    case ended(Int, Output)
  }

  let threads: Int
  private let count: Int
  private let condition = NSCondition()
  private var begun = 0
  private var working: Int
  /// The next item whose end is told.
  private var told = 0
  private var outputs: [Int: Output] = [:]
  private var news: [Int: News] = [:]
  private var firstFailure: (any Error)?

  init(count: Int, threads: Int) {
    (self.count, self.threads, working) = (count, threads, threads)
  }

  var failure: (any Error)? { condition.withLock { firstFailure } }
  var hasFailed: Bool { failure != nil }

  // MARK: The threads

  func begin() -> Int? {
    condition.withLock {
      // Nobody runs far ahead of what the caller has heard: a run that is ended keeps little that nobody was told of.
      while begun < count, firstFailure == nil, begun - told >= 2 * threads { condition.wait() }
      guard begun < count, firstFailure == nil else { return nil }
      begun += 1
      return begun - 1
    }
  }

  func tell(_ item: Int, _ what: News) {
    condition.withLock {
      news[item] = what
      condition.broadcast()
    }
  }

  func end(_ item: Int, _ result: Result<Output, any Error>) {
    condition.withLock {
      switch result {
      case .success(let output): outputs[item] = output
      case .failure(let error): firstFailure = firstFailure ?? error
      }
      news[item] = nil
      condition.broadcast()
    }
  }

  func leave() {
    condition.withLock {
      working -= 1
      condition.broadcast()
    }
  }

  // MARK: The caller

  func fail(_ error: any Error) {
    condition.withLock {
      firstFailure = firstFailure ?? error
      condition.broadcast()
    }
  }

  /// Waits for what happens next; nil when all threads have left and everything is told.
  func next() -> Happening? {
    condition.withLock {
      while true {
        if let output = outputs.removeValue(forKey: told) {
          told += 1
          condition.broadcast()
          return .ended(told - 1, output)
        }
        if let (item, what) = news.min(by: { $0.key < $1.key }) {
          news[item] = nil
          return .news(item, what)
        }
        if working == 0 {
          // Only after a failure are there gaps.
          guard let next = outputs.keys.min() else { return nil }
          told = next
          continue
        }
        condition.wait()
      }
    }
  }
}
