/// Names that files give of files.
public enum RelativePath {
  /// Whether a name is relative and has no `..` in it.
  public static func staysInside(_ name: String) -> Bool {
    let steps = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return !name.isEmpty && !name.hasPrefix("/") && !name.utf8.contains(0) && !steps.contains { $0.elementsEqual("..".utf8) }
  }
}
