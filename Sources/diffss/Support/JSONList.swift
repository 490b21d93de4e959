import Core

/// Prints one JSON array on standard output, an element when it comes: a benchmark's worth of them is not kept.
struct JSONList {
  private var isEmpty = true

  /// Throws `EncodingError`.
  mutating func print(_ element: some Encodable) throws {
    Swift.print(isEmpty ? "[" : ",", try CanonicalJSON.text(element), separator: "", terminator: "")
    isEmpty = false
  }

  func end() { Swift.print(isEmpty ? "[]" : "]") }
}
