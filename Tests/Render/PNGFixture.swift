/// Draws PNG files of every kind without libpng: stored deflate blocks, filter 0, Adam7 where asked.
struct PNGFixture {
  enum Kind: Int, CaseIterable, Sendable {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyAlpha = 4
    case rgba = 6

    var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    var depths: [Int] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      default: [8, 16]
      }
    }
  }

  let kind: Kind
  let depth: Int
  let width: Int
  let height: Int
  var interlaced = false
  var transparency: [UInt8]?
  /// `channels` stored values a pixel.
  let samples: [Int]

  /// The sample of pixel (x, y) in a channel.
  func sample(_ x: Int, _ y: Int, _ channel: Int) -> Int { samples[(y * width + x) * kind.channels + channel] }

  /// The colour of a palette index, of the fixture's own palette.
  static func paletteColor(_ index: Int) -> [UInt8] { [UInt8(index * 37 & 255), UInt8(index * 101 & 255), UInt8(255 - index)] }

  /// Random samples of a kind.
  init(kind: Kind, depth: Int, width: Int, height: Int, interlaced: Bool = false, using generator: inout SplitMix) {
    (self.kind, self.depth, self.width, self.height, self.interlaced) = (kind, depth, width, height, interlaced)
    samples = (0..<(width * height * kind.channels)).map { _ in Int(generator.next() % UInt64(1 << depth)) }
  }

  init(kind: Kind, depth: Int, width: Int, height: Int, samples: [Int]) {
    (self.kind, self.depth, self.width, self.height, self.samples) = (kind, depth, width, height, samples)
  }

  var file: [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    bytes += Self.chunk(
      "IHDR", Self.big(width) + Self.big(height) + [UInt8(depth), UInt8(kind.rawValue), 0, 0, interlaced ? 1 : 0])
    if kind == .palette { bytes += Self.chunk("PLTE", (0..<(1 << depth)).flatMap(Self.paletteColor)) }
    if let transparency { bytes += Self.chunk("tRNS", transparency) }
    bytes += Self.chunk("IDAT", Self.stored(scanlines))
    return bytes + Self.chunk("IEND", [])
  }

  private var scanlines: [UInt8] {
    let adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    var bytes: [UInt8] = []
    for (x0, y0, dx, dy) in interlaced ? adam7 : [(0, 0, 1, 1)] where x0 < width {
      for y in stride(from: y0, to: height, by: dy) {
        bytes.append(0)
        var (bits, held) = (0, 0)
        for x in stride(from: x0, to: width, by: dx) {
          for channel in 0..<kind.channels {
            bits = bits << depth | sample(x, y, channel)
            held += depth
            while held >= 8 {
              held -= 8
              bytes.append(UInt8(bits >> held & 255))
            }
            bits &= (1 << held) - 1
          }
        }
        if held > 0 { bytes.append(UInt8(bits << (8 - held) & 255)) }
      }
    }
    return bytes
  }

  static func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return big(data.count) + body + big(Int(~crc))
  }

  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let count = min(65535, bytes.count - start)
      let last: UInt8 = start + count == bytes.count ? 1 : 0
      out += [last, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8 & 255)]
      out += bytes[start..<(start + count)]
      start += count
    } while start < bytes.count
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return out + big(b << 16 | a)
  }
}

/// A seeded generator for tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
