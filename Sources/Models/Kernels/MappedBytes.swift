import Foundation

/// Read-only bytes that stay alive as long as anybody holds this object: a mapped file, or memory of our own.
final class MappedBytes: @unchecked Sendable {
  /// The first byte; page-aligned for a file, 64-byte aligned otherwise.
  let base: UnsafeRawPointer
  /// Number of bytes.
  let count: Int
  private let isFile: Bool
  private let release: @Sendable () -> Void

  private init(base: UnsafeRawPointer, count: Int, isFile: Bool, release: @escaping @Sendable () -> Void) {
    self.base = base
    self.count = count
    self.isFile = isFile
    self.release = release
  }

  deinit { release() }

  /// Maps a whole file. Throws `ModelError.missingFile`, `brokenLink`, `notWeights` for an empty file, and `unreadable`, as for a folder or a pipe.
  convenience init(file url: URL) throws {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw ModelError.brokenLink(at: url) ?? ModelError.missingFile(path: url.path, what: "weight file") }
      throw ModelError.unreadable(path: url.path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ModelError.unreadable(path: url.path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ModelError.unreadable(path: url.path, reason: "it is not a regular file")
    }
    let count = Int(status.st_size)
    guard count > 0 else { throw ModelError.notWeights(path: url.path, found: .nothing) }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw ModelError.unreadable(path: url.path, reason: String(cString: strerror(errno)))
    }
    let bits = UInt(bitPattern: address)
    self.init(base: address, count: count, isFile: true) { munmap(UnsafeMutableRawPointer(bitPattern: bits), count) }
  }

  /// Memory of our own, filled by `fill`.
  convenience init(count: Int, fill: (UnsafeMutableRawPointer) -> Void) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    fill(memory)
    let bits = UInt(bitPattern: memory)
    self.init(base: memory, count: count, isFile: false) { UnsafeMutableRawPointer(bitPattern: bits)?.deallocate() }
  }

  /// Says that the next accesses jump, so that none of what is between is read with them.
  func willReadHereAndThere() {
    if isFile { _ = madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_RANDOM) }
  }

  /// Takes a file's bytes out of this process's memory until they are read again.
  func forget(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let (first, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
    guard isFile, first < end else { return }
    _ = madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
  }
}
