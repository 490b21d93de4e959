import Foundation
import TestSupport

/// Headers made by hand, of every kind that there is in archives of others, and GNU tar itself.
enum TarBlocks {
  /// A header with its sum. `size` is text as it is in the field, up to 12 bytes.
  static func header(
    _ name: String, size: String, kind: Character = "0", magic: String = "ustar\u{0}00", prefix: String = "", isSigned: Bool = false
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Collection<UInt8>, _ place: Int) { block.replaceSubrange(place..<place + bytes.count, with: bytes) }
    put(Array(name.utf8), 0)
    put(Array("0000600\u{0}0001750\u{0}0001750\u{0}".utf8), 100)
    put(size.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, 124)
    put(Array("14712345670\u{0}        ".utf8), 136)
    put([kind.asciiValue ?? 0], 156)
    put(Array(magic.utf8), 257)
    put(Array(prefix.utf8), 345)
    let sum = block.reduce(0) { $0 + (isSigned ? Int(Int8(bitPattern: $1)) : Int($1)) }
    put(Array((String(repeating: "0", count: max(0, 6 - String(sum, radix: 8).count)) + String(sum, radix: 8) + "\u{0} ").utf8), 148)
    return block
  }

  /// A member with bytes.
  static func member(_ name: String, _ bytes: [UInt8], kind: Character = "0", magic: String = "ustar\u{0}00", prefix: String = "")
    -> [UInt8]
  {
    header(name, size: String(bytes.count, radix: 8) + " ", kind: kind, magic: magic, prefix: prefix) + filled(bytes)
  }

  /// An extended header with one record.
  static func record(_ key: String, _ value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n".utf8.count
    var length = rest
    while "\(length)".utf8.count + rest != length { length = "\(length)".utf8.count + rest }
    return member("PaxHeader/x", Array("\(length) \(key)=\(value)\n".utf8), kind: "x")
  }

  static func filled(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512) }

  static let end = [UInt8](repeating: 0, count: 1024)

  /// Runs GNU tar; what it printed on both outputs.
  @discardableResult
  static func tar(_ arguments: [String], in folder: URL) throws -> (status: Int32, text: String) {
    let process = Process(), box = try TemporaryFolder(), output = try box.write([], to: "output")
    defer { withExtendedLifetime(box) {} }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["LC_ALL=C", "tar"] + arguments
    process.currentDirectoryURL = folder
    let handle = try FileHandle(forWritingTo: output)
    (process.standardOutput, process.standardError) = (handle, handle)
    try process.runToEnd()
    return (process.terminationStatus, String(decoding: try Data(contentsOf: output), as: UTF8.self))
  }

  /// Bytes of a size that no other size begins with.
  static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: ($0 * 31) ^ count) } }
}
