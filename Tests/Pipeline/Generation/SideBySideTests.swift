import Core
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SideBySideTests {
  struct Failure: Error, Equatable { let item: Int }

  @Test(arguments: [1, 2, 3, 64]) func endsAreToldInOrder(jobs: Int) throws {
    var told: [Int] = []
    try SideBySide.each(20, jobs: jobs) { (item, turn: SideBySide.Turn<Int>) in
      turn.tell(item)
      return item * item
    } news: { item, news in
      #expect(item == news)
    } ended: { item, output in
      #expect(output == item * item)
      told.append(item)
    }
    #expect(told == Array(0..<20))
  }

  @Test func nothingToDo() throws {
    try SideBySide.each(0, jobs: 4) { (_, _: SideBySide.Turn<Int>) in
      Issue.record("there is no item")
    } news: { _, _ in
    } ended: { _, _ in
    }
  }

  @Test func atMostSoManyAtATimeAndAllOfThem() throws {
    let under = Mutex((now: 0, most: 0)), meeting = DispatchSemaphore(value: 0)
    try SideBySide.each(9, jobs: 3) { (item, _: SideBySide.Turn<Int>) in
      under.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      // The first three meet.
      if item < 3 {
        if under.withLock({ $0.most }) == 3 { for _ in 0..<3 { meeting.signal() } }
        try meeting.wait(within: patience)
      }
      under.withLock { $0.now -= 1 }
    } news: { _, _ in
    } ended: { _, _ in
    }
    #expect(under.withLock { $0.most } == 3)
  }

  /// What had ended is told of, what had not begun is not begun, and what is under way hears of it.
  @Test func theFirstErrorEndsIt() throws {
    let begun = Mutex<[Int]>([]), hasFailed = DispatchSemaphore(value: 0)
    var told: [Int] = []
    #expect(throws: Failure(item: 1)) {
      try SideBySide.each(50, jobs: 2) { (item, turn: SideBySide.Turn<Int>) in
        begun.withLock { $0.append(item) }
        if item == 1 {
          hasFailed.signal()
          throw Failure(item: 1)
        }
        if item == 0 {
          try hasFailed.wait(within: patience)
          let deadline = Date().addingTimeInterval(patience)
          while !turn.isOver, Date() < deadline {}
        }
      } news: { _, _ in
      } ended: { item, _ in
        told.append(item)
      }
    }
    #expect(begun.withLock { $0.sorted() } == [0, 1] && told == [0])
  }

  @Test func anErrorOfTheListenerEndsItToo() {
    #expect(throws: Failure(item: 2)) {
      try SideBySide.each(1000, jobs: 2) { (item, _: SideBySide.Turn<Int>) in
        item
      } news: { _, _ in
      } ended: { item, _ in
        if item == 2 { throw Failure(item: 2) }
      }
    }
  }

  @Test func theKernelsOfTheCallerRun() throws {
    for set in KernelSet.available {
      try KernelSet.$current.withValue(set) {
        try SideBySide.each(4, jobs: 2) { (_, _: SideBySide.Turn<Int>) in
          KernelSet.current
        } news: { _, _ in
        } ended: { _, found in
          #expect(found == set)
        }
      }
    }
  }

  @Test func aKeyIsLockedForOneAtATime() throws {
    let lock = KeyedLock<Int>(), inside = Mutex([0, 0])
    try SideBySide.each(200, jobs: 8) { (item, _: SideBySide.Turn<Int>) in
      lock.withLock(item % 2) {
        #expect(
          inside.withLock {
            $0[item % 2] += 1; return $0[item % 2]
          } == 1)
        inside.withLock { $0[item % 2] -= 1 }
      }
    } news: { _, _ in
    } ended: { _, _ in
    }
  }
}
