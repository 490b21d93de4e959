import Foundation
import Render

/// Images drawn by the program, and small helpers of the tests.
enum Fixtures {
  /// A smooth sky, a disc with fine stripes and a dark slanted bar: soft and hard edges, colours and texture.
  static func scene(width: Int, height: Int, channels: Int = 3) -> Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * channels)
    for y in 0..<height {
      for x in 0..<width {
        let (u, v) = ((Double(x) + 0.5) / Double(width), (Double(y) + 0.5) / Double(height))
        var color = [60 + 120 * v, 110 + 90 * v, 230 - 60 * u]
        let distance = ((u - 0.4) * (u - 0.4) + (v - 0.55) * (v - 0.55)).squareRoot()
        if distance < 0.28 {
          let stripe = sin(u * 90) > 0 ? 1.0 : 0.7
          color = [235 * stripe * (1 - distance), 140 * stripe, 40 + 200 * distance]
        }
        if abs(u - 0.2 - 0.75 * v) < 0.04 { color = [25, 45 + 60 * v, 30] }
        let rounded = color.map { UInt8(min(255, max(0, $0))) }
        pixels += channels == 3 ? rounded : [rounded[1]]
      }
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Runs `body` in a folder that is removed afterwards.
  static func inTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("render-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  /// A damaged PNG file with the checksum of every chunk that is still whole made right.
  static func withRepairedChecksums(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.starts(with: [0x89, 0x50]) else { return bytes }
    var out = Array(bytes.prefix(8))
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { break }
      out += bytes[at..<(at + 4)]
      out += PNGFixture.chunk(
        String(decoding: bytes[(at + 4)..<(at + 8)], as: UTF8.self), Array(bytes[(at + 8)..<(at + 8 + length)])
      ).dropFirst(4)
      at += 12 + length
    }
    return at < bytes.count ? out + bytes[at...] : out
  }
}

/// How two lists of numbers differ.
struct Difference {
  var count = 0
  var largest: Double = 0

  init<Value: BinaryInteger>(_ a: [Value], _ b: [Value]) {
    if a.count != b.count { (count, largest) = (max(a.count, b.count), .infinity) }
    for (x, y) in zip(a, b) where x != y {
      count += 1
      largest = max(largest, abs(Double(Int(x) - Int(y))))
    }
  }

  init(_ a: [Float], _ b: [Float]) {
    if a.count != b.count { (count, largest) = (max(a.count, b.count), .infinity) }
    for (x, y) in zip(a, b) where x != y {
      count += 1
      largest = max(largest, Double(abs(x - y)))
    }
  }
}
