import Foundation

/// Room on disks.
public enum DiskSpace {
  /// Bytes that this user may still write beside a file; nil where the system does not say.
  public static func free(at file: URL) -> Int? {
    var facts = statvfs()
    guard statvfs(file.deletingLastPathComponent().path, &facts) == 0 else { return nil }
    return Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
  }
}
