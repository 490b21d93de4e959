import Foundation
import TestSupport

/// Reads a run of damaged inputs in this process, and notes each number before it is read: whoever watches knows what was fatal.
struct FuzzWorker {
  let target: FuzzTarget
  let seed: UInt64

  /// The input of a number: the same on every machine.
  func input(_ number: Int) -> [UInt8] {
    var mutations = Mutations(seed: seed &+ UInt64(number) &* 0x9E37_79B9)
    return mutations.damaged(target.seeds[mutations.below(target.seeds.count)], focus: target.focus)
  }

  /// Prints the numbers that took over a second. `note` is a file that holds the number under way.
  func run(_ numbers: Range<Int>, note: URL) throws {
    let folder = note.deletingLastPathComponent().appendingPathComponent("scratch-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let read = try target.reader(folder)
    let descriptor = open(note.path, O_WRONLY | O_CREAT, 0o644)
    defer { close(descriptor) }
    for number in numbers {
      withUnsafeBytes(of: Int64(number)) { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
      let start = clock()
      try? read(input(number))
      // The processor's time: on a busy machine the wall's says nothing. What waits or never ends is found stuck.
      if clock() - start > 1_000_000 { FileHandle.standardOutput.write(Data("slow \(number)\n".utf8)) }
    }
  }
}
