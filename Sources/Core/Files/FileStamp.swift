import Foundation

/// A file's size in bytes and time of change in nanoseconds since 1970: what tells whether it is still the same.
public struct FileStamp: Hashable, Sendable {
  public let size: Int
  public let time: Int

  public init(size: Int, time: Int) {
    self.size = size
    self.time = time
  }

  /// Of a file that is not there: a size of -1.
  public init(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self.init(size: -1, time: 0)
      return
    }
    self.init(size: Int(status.st_size), time: Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec))
  }

  /// Whether the file was there.
  public var isThere: Bool { size >= 0 }
}
