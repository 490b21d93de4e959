import CNcurses
import Foundation

/// Takes what curses sends for a frame, so that all of a frame leaves in one piece.
///
/// Curses writes at every jump of the cursor: dozens of pieces, and as many chances for others to get in between.
final class CapturedOutput {
  /// The real terminal, while a file is in its place too.
  let terminal: Int32
  /// An unnamed file, used again for every frame; -1 where there can be none.
  private let file: Int32

  /// Nil when the system has no descriptors left.
  init?() {
    terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    guard terminal >= 0 else { return nil }
    guard let stream = tmpfile() else {
      file = -1
      return
    }
    file = fcntl(fileno(stream), F_DUPFD_CLOEXEC, 3)
    fclose(stream)
  }

  deinit {
    close(terminal)
    if file >= 0 { close(file) }
  }

  /// What `body` has curses write; empty where that went to the terminal at once, as it does without a file.
  func take(_ body: () -> Void) -> [UInt8] {
    guard file >= 0, lseek(file, 0, SEEK_SET) == 0, dup2(file, STDOUT_FILENO) >= 0 else {
      body()
      return []
    }
    body()
    dup2(terminal, STDOUT_FILENO)
    let count = max(0, lseek(file, 0, SEEK_CUR))
    var bytes = [UInt8](repeating: 0, count: count)
    return pread(file, &bytes, count, 0) == count ? bytes : []
  }

  /// Whether curses moved lines instead of writing them, and with them what it knows nothing of.
  static func hasScrolled(_ bytes: [UInt8]) -> Bool {
    var index = 0
    while let escape = bytes[index...].firstIndex(of: 0x1B), escape + 1 < bytes.count {
      index = escape + 1
      // `ESC D` and `ESC M`, or a control sequence that ends with r, S, T, L or M.
      if [0x44, 0x4D].contains(bytes[index]) { return true }
      guard bytes[index] == 0x5B, let final = bytes[(index + 1)...].firstIndex(where: { $0 >= 0x40 }) else { continue }
      if [0x72, 0x53, 0x54, 0x4C, 0x4D].contains(bytes[final]) { return true }
      index = final
    }
    return false
  }
}
