/// A selected row in a list, kept inside it.
package struct ListCursor: Hashable, Sendable {
  package private(set) var index = 0

  package init(_ index: Int = 0) { self.index = max(0, index) }

  /// Moves by `steps` rows without leaving a list of `count`.
  package mutating func move(_ steps: Int, count: Int) {
    index = min(max(0, count - 1), max(0, index &+ min(max(steps, -count), count)))
  }

  /// The first row in sight so that the selected one is, a third of the page from the edges where the list allows.
  package func first(visible: Int, count: Int) -> Int {
    guard visible > 0, count > visible else { return 0 }
    let index = min(index, count - 1)
    return min(count - visible, max(0, index - visible / 2))
  }
}
