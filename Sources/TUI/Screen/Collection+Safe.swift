extension Collection {
  /// The element at an index, nil outside.
  public subscript(safe index: Index) -> Element? { indices.contains(index) ? self[index] : nil }
}
